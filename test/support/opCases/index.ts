import type { Dtype } from '../../../src/graph/dtypes.ts';
import type { Op } from '../../../src/graph/ops.ts';
import { BINARY } from './binary.ts';
import { MATMUL } from './matmul.ts';
import { MOVEMENT } from './movement.ts';
import type { CasesOf, OpCase } from './opCase.ts';
import { REDUCTIONS } from './reductions.ts';
import { ROWS } from './rows.ts';
import { SOURCES } from './sources.ts';
import { UNARY } from './unary.ts';

export { type Instance, instantiate } from './instance.ts';
export type { OpCase, OperandSpec, Rounding } from './opCase.ts';

/** The cases of every primitive: the compiler asks for a row for each. */
export const OP_CASES: CasesOf<Op> = {
  ...SOURCES,
  ...UNARY,
  ...BINARY,
  ...REDUCTIONS,
  ...MATMUL,
  ...MOVEMENT,
  ...ROWS,
};

/** Every case in every dtype, as rows for `test.each`. */
export function casesOf(op: Op): { label: string; opCase: OpCase; dtype: Dtype }[] {
  return OP_CASES[op].flatMap((opCase) =>
    opCase.dtypes.map((dtype) => ({ label: `${opCase.name}, ${dtype}`, opCase, dtype })),
  );
}

export const OPS = Object.keys(OP_CASES) as Op[];
