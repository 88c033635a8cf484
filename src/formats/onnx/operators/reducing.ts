import { prod } from '../../../tensor/functions/summaries.ts';
import * as f from '../../../tensor/functions.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { Operator, OperatorCall, OperatorTable } from './call.ts';

type Reduction = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

/** Operators that combine numbers along axes, and matrix products. */
export const REDUCING_OPERATORS: OperatorTable = {
  ReduceSum: reduction(f.sum),
  ReduceMean: reduction(f.mean),
  ReduceMax: reduction(f.max),
  ReduceMin: reduction(f.min),
  ReduceProd: reduction(prod),
  ReduceSumSquare: reduction((x, axes, keep) => f.sum(f.square(x), axes, keep)),
  ReduceL1: reduction((x, axes, keep) => f.sum(f.abs(x), axes, keep)),
  ReduceL2: reduction((x, axes, keep) => f.sqrt(f.sum(f.square(x), axes, keep))),
  ReduceLogSumExp: reduction(f.logSumExp),
  ArgMax: (call) => place(call, call.input(0)),
  ArgMin: (call) => place(call, f.neg(call.input(0))),
  Softmax: alongAxis(f.softmax),
  LogSoftmax: alongAxis(f.logSoftmax),

  MatMul: (call) => product(call.input(0), call.input(1)),
  Gemm(call) {
    const [a, b, c] = [call.input(0), call.input(1), call.optional(2)];
    const left = call.int('transA', 0) ? a.transpose() : a;
    const right = call.int('transB', 0) ? b.transpose() : b;
    const sum = scaled(f.matmul(left, right), call.float('alpha', 1));
    return c ? f.add(sum, scaled(c, call.float('beta', 1))) : sum;
  },
};

const scaled = (x: Tensor, factor: number) => (factor === 1 ? x : f.mul(x, factor));

function reduction(reduce: Reduction): Operator {
  return (call) => {
    const x = call.input(0);
    const given = call.knownOr(1, 'axes') ?? [];
    if (given.length === 0 && call.int('noop_with_empty_axes', 0) !== 0) return x;
    const all = given.length === 0 ? x.shape.map((_, axis) => axis) : given;
    const axes = all.map((axis) => call.axis(axis, x.shape.length));
    return reduce(x, axes, call.int('keepdims', 1) !== 0);
  };
}

function place(call: OperatorCall, x: Tensor): Tensor {
  if (call.int('select_last_index', 0) !== 0) throw call.refusal('the first of equal numbers', 'the last');
  const axis = call.axis(call.int('axis', 0), x.shape.length);
  const found = f.argMax(x, axis);
  return call.int('keepdims', 1) === 0 ? found : f.expandDims(found, axis);
}

/** Before version 13 all axes from the given one on were one. */
function alongAxis(compute: (x: Tensor, axis: number) => Tensor): Operator {
  return (call) => {
    const x = call.input(0);
    const axis = call.axis(call.int('axis', call.version < 13 ? 1 : -1), x.shape.length);
    if (call.version >= 13) return compute(x, axis);
    const rows = x.shape.slice(0, axis).reduce((count, length) => count * length, 1);
    return compute(x.reshape([rows, -1]), 1).reshape(x.shape);
  };
}

/** Operands of one axis are a row and a column, whose axis the result does not have. */
function product(a: Tensor, b: Tensor): Tensor {
  const left = a.shape.length === 1 ? a.reshape([1, -1]) : a;
  const right = b.shape.length === 1 ? b.reshape([-1, 1]) : b;
  const whole = f.matmul(left, right);
  const shape = [...whole.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(b.shape.length === 1 ? shape.length - 1 : shape.length - 2, 1);
  return whole.reshape(shape);
}
