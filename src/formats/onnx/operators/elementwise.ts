import type { Dtype } from '../../../graph/dtypes.ts';
import * as activations from '../../../layers/activationFunctions.ts';
import { isinf, isnan, mod, power } from '../../../tensor/functions/arithmetic.ts';
import * as f from '../../../tensor/functions.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import { ELEMENT_TYPES } from '../tensors.ts';
import type { Operator, OperatorCall, OperatorTable } from './call.ts';

const unary =
  (compute: (x: Tensor) => Tensor): Operator =>
  (call) =>
    compute(call.input(0));
const binary =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    compute(call.input(0), call.input(1));
/** Of one or more inputs. */
const folded =
  (compute: (a: Tensor, b: Tensor) => Tensor): Operator =>
  (call) =>
    call.inputs.slice(1).reduce(compute, call.input(0));

/** Operators that compute element by element. */
export const ELEMENTWISE_OPERATORS: OperatorTable = {
  Identity: unary((x) => x),
  Dropout: unary((x) => x),
  Neg: unary(f.neg),
  Exp: unary(f.exp),
  Log: unary(f.log),
  Sqrt: unary(f.sqrt),
  Sin: unary(f.sin),
  Cos: unary(f.cos),
  Tanh: unary(f.tanh),
  Erf: unary(f.erf),
  Floor: unary(f.floor),
  Ceil: unary((x) => f.neg(f.floor(f.neg(x)))),
  Round: unary(toEven),
  Abs: unary(f.abs),
  Sign: unary(f.sign),
  Reciprocal: unary((x) => f.div(1, x)),
  Atanh: unary((x) => f.mul(f.sub(f.log1p(x), f.log1p(f.neg(x))), 0.5)),
  IsNaN: unary(isnan),
  IsInf: unary(isinf),

  Add: binary(f.add),
  Sub: binary(f.sub),
  Mul: binary(f.mul),
  Div: binary(f.div),
  Mod: binary(mod),
  Pow: raised,
  Max: folded(f.maximum),
  Min: folded(f.minimum),
  Sum: folded(f.add),
  Mean: (call) =>
    f.div(
      call.inputs.slice(1).reduce((a, b) => f.add(a, b), call.input(0)),
      call.inputs.length,
    ),

  Less: binary(f.less),
  Greater: binary(f.greater),
  LessOrEqual: binary(f.lessEqual),
  GreaterOrEqual: binary(f.greaterEqual),
  Equal: binary(f.equal),
  Not: unary(f.logicalNot),
  And: binary(f.logicalAnd),
  Or: binary(f.logicalOr),
  Xor: binary(f.notEqual),
  Where: (call) => f.where(call.input(0), call.input(1), call.input(2)),

  Relu: unary((x) => activations.relu(x)),
  Sigmoid: unary(activations.sigmoid),
  Softplus: unary(activations.softplus),
  Softsign: unary(activations.softsign),
  Mish: unary(activations.mish),
  HardSwish: unary(activations.hardSilu),
  Gelu: (call) =>
    activations.gelu(call.input(0), { approximate: call.text('approximate', 'none') === 'tanh' }),
  Elu: (call) => activations.elu(call.input(0), { alpha: call.float('alpha', 1) }),
  Celu: (call) => activations.celu(call.input(0), { alpha: call.float('alpha', 1) }),
  Selu(call) {
    const alpha = call.float('alpha', 1.6732631921768188);
    return f.mul(activations.elu(call.input(0), { alpha }), call.float('gamma', 1.0507010221481323));
  },
  LeakyRelu: (call) => activations.leakyRelu(call.input(0), { negativeSlope: call.float('alpha', 0.01) }),
  PRelu(call) {
    const x = call.input(0);
    return f.where(f.less(x, 0), f.mul(x, call.input(1)), x);
  },
  HardSigmoid(call) {
    const line = f.add(f.mul(call.input(0), call.float('alpha', 0.2)), call.float('beta', 0.5));
    return f.clip(line, 0, 1);
  },
  ThresholdedRelu(call) {
    const x = call.input(0);
    return f.where(f.greater(x, call.float('alpha', 1)), x, f.zerosLike(x));
  },
  Clip: clipped,
  Cast(call) {
    return f.cast(call.input(0), dtypeIn(call, 'to'));
  },
};

/** The dtype an attribute asks for. */
export function dtypeIn(call: OperatorCall, name: string): Dtype {
  const wanted = call.int(name, 1);
  const type = ELEMENT_TYPES.get(wanted);
  if (!type) throw call.refusal('a type of numbers', `type ${wanted}`);
  return type.dtype;
}

/** The nearest whole number, of two equally near the even one. */
function toEven(x: Tensor): Tensor {
  const below = f.floor(x);
  const rest = f.sub(x, below);
  const half = f.mul(below, 0.5);
  const isOdd = f.notEqual(half, f.floor(half));
  const up = f.logicalOr(f.greater(rest, 0.5), f.logicalAnd(f.equal(rest, 0.5), isOdd));
  return f.add(below, f.cast(up, x.dtype));
}

/** Powers by known whole numbers are products; others need positive bases. */
function raised(call: OperatorCall): Tensor {
  const [base, exponent] = [call.input(0), call.input(1)];
  if (exponent.isTraced || exponent.size !== 1) return power(base, f.cast(exponent, base.dtype));
  const [known = 1] = call.known(1);
  const result = known === 0.5 ? f.sqrt(base) : f.pow(base, known);
  return exponent.shape.length > base.shape.length ? result.reshape(exponent.shape) : result;
}

function clipped(call: OperatorCall): Tensor {
  const x = call.input(0);
  const low = call.optional(1) ?? (call.has('min') ? call.float('min', 0) : undefined);
  const high = call.optional(2) ?? (call.has('max') ? call.float('max', 0) : undefined);
  const raised = low === undefined ? x : f.maximum(x, low);
  return high === undefined ? raised : f.minimum(raised, high);
}
