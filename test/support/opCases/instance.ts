import { type Dtype, isFloating, makeArray } from '../../../src/graph/dtypes.ts';
import { input } from '../../../src/graph/graph.ts';
import { type NDArray, sizeOf } from '../../../src/graph/ndarray.ts';
import type { Node } from '../../../src/graph/ops.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';
import type { Plain } from '../plain.ts';
import type { OpCase, OperandSpec } from './opCase.ts';

/** A case in one dtype: its operands with numbers in them, as leaves, and its node. */
export interface Instance {
  readonly node: Node;
  readonly leaves: readonly Node[];
  readonly values: readonly NDArray[];
  readonly expected: Plain;
  /** What the sums of absolute values would be: what rounding errors are relative to. */
  readonly magnitude: Plain;
}

/** Draws the operands of a case, the same each time. */
export function instantiate(opCase: OpCase, dtype: Dtype): Instance {
  const random = new RandomStream(sizeOf(opCase.operands.map(({ shape }) => sizeOf(shape) + 1)));
  const values = opCase.operands.map((spec) => draw(spec, dtype, random));
  const leaves = values.map((value, i) => input(value.dtype, value.shape, `operand${i}`));
  const plains = values.map(({ data, ...rest }): Plain => ({ ...rest, data: [...data] }));
  const absolute = plains.map((operand) =>
    isFloating(operand.dtype) ? { ...operand, data: operand.data.map(Math.abs) } : operand,
  );
  return {
    node: opCase.build(...leaves),
    leaves,
    values,
    expected: opCase.expected(...plains),
    magnitude: opCase.expected(...absolute),
  };
}

function draw(spec: OperandSpec, dtype: Dtype, random: RandomStream): NDArray {
  const { shape, range = [-2, 2], values } = spec;
  const own = spec.dtype ?? dtype;
  const data = makeArray(own, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const drawn = values?.[i] ?? (own === 'bool' ? random.integer(2) : random.uniform(...range));
    data[i] = own === 'bool' ? Number(drawn !== 0) : drawn;
  }
  return { dtype: own, shape, data };
}
