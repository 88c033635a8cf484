import type { Local } from './assembler.ts';
import type { Lanes } from './lanes.ts';
export type Elementary = 'exp' | 'log' | 'sin' | 'tanh' | 'log1p' | 'expm1' | 'erf';
const soft = (l: Lanes, x: Local) => l.div(x, l.add(l.constant(1), l.abs(x)));
export const ELEMENTARY: { readonly [F in Elementary]: (lanes: Lanes, x: Local) => Local } = {
  exp: soft,
  log: soft,
  sin: soft,
  tanh: soft,
  log1p: soft,
  expm1: soft,
  erf: soft,
};
