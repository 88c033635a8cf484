import type { Operator, OperatorTable } from './call.ts';
import { ELEMENTWISE_OPERATORS } from './elementwise.ts';
import { NORMALIZING_OPERATORS } from './normalizing.ts';
import { RECURRENT_OPERATORS } from './recurrent.ts';
import { REDUCING_OPERATORS } from './reducing.ts';
import { SHAPING_OPERATORS } from './shaping.ts';
import { SLIDING_OPERATORS } from './sliding.ts';

const TABLES: readonly OperatorTable[] = [
  ELEMENTWISE_OPERATORS,
  REDUCING_OPERATORS,
  SHAPING_OPERATORS,
  SLIDING_OPERATORS,
  NORMALIZING_OPERATORS,
  RECURRENT_OPERATORS,
];

/** Every operator that is read, by its name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  TABLES.flatMap((table) => Object.entries(table)),
);
