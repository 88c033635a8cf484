import { FLOAT_FORMATS, type FloatName } from './formats.ts';
import { arithmetic } from './phenomena.ts';

/** A computation both ways: as it is defined, and shifted by the greatest number. */
export interface BothWays<T> {
  readonly naive: T;
  readonly stable: T;
}

/** softmax and log-sum-exp of the same numbers in one format. */
export interface StabilityRow {
  readonly format: FloatName;
  /** exp(xᵢ) / Σ exp(xⱼ), and exp(xᵢ − m) / Σ exp(xⱼ − m). */
  readonly softmax: BothWays<readonly number[]>;
  /** ln Σ exp(xⱼ), and m + ln Σ exp(xⱼ − m). */
  readonly logSumExp: BothWays<number>;
}

/** Naive and stable softmax and log-sum-exp in every format, each operation rounded to it. */
export function stability(x: readonly number[]): StabilityRow[] {
  return Object.values(FLOAT_FORMATS).map(({ name }) => ({
    format: name,
    softmax: { naive: softmaxIn(x, 0, name), stable: softmaxIn(x, Math.max(...x), name) },
    logSumExp: { naive: logSumExpIn(x, 0, name), stable: logSumExpIn(x, Math.max(...x), name) },
  }));
}

function powersIn(x: readonly number[], shift: number, name: FloatName) {
  const { add, subtract, exp } = arithmetic(name);
  const powers = x.map((value) => exp(subtract(value, shift)));
  return { powers, total: powers.reduce((sum, power) => add(sum, power), 0) };
}

function softmaxIn(x: readonly number[], shift: number, name: FloatName): number[] {
  const { powers, total } = powersIn(x, shift, name);
  return powers.map((power) => arithmetic(name).divide(power, total));
}

function logSumExpIn(x: readonly number[], shift: number, name: FloatName): number {
  const { add, log } = arithmetic(name);
  return add(log(powersIn(x, shift, name).total), shift);
}
