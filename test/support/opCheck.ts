import type { Backend } from '../../src/compile/backend.ts';
import type { Dtype } from '../../src/graph/dtypes.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { evaluator } from './evaluateOn.ts';
import { instantiate, type OpCase, type Rounding } from './opCases/index.ts';
import { type Plain, stored } from './plain.ts';

const EPSILON: Readonly<Partial<Record<Dtype, number>>> = { float32: 2 ** -23, float64: 2 ** -52 };
/** The expectation of erf in double precision is an integral by Simpson's rule, good to about this. */
const INTEGRAL = 1e-12;

/** How far apart two numbers may be. */
function allowed(rounding: Rounding, dtype: Dtype, exact: number, magnitude: number): number {
  const epsilon = EPSILON[dtype] ?? 0;
  if (rounding === 'exact' || epsilon === 0) return 0;
  if ('ulps' in rounding) {
    return Math.max(rounding.ulps * epsilon, dtype === 'float64' ? INTEGRAL : 0) * Math.abs(exact);
  }
  return rounding.terms * epsilon * magnitude;
}

/** The first number that is not what it should be, as a sentence. */
function firstWrong(found: NDArray, exact: Plain, magnitude: Plain, rounding: Rounding): string | undefined {
  const expected = stored(exact);
  if (found.dtype !== expected.dtype || `${found.shape}` !== `${expected.shape}`) {
    return `${found.dtype}[${found.shape}] instead of ${expected.dtype}[${expected.shape}]`;
  }
  if (found.data.length !== expected.data.length) return `${found.data.length} numbers`;
  for (const [i, wanted] of expected.data.entries()) {
    const got = found.data[i] as number;
    const bound = allowed(rounding, found.dtype, wanted, magnitude.data[i] ?? 0);
    // Zeros of either sign, infinities and NaN are bits that no rounding excuses.
    if (Object.is(got, wanted) || Math.abs(got - wanted) <= bound) continue;
    return `element ${i} is ${Object.is(got, -0) ? '-0' : got} instead of ${Object.is(wanted, -0) ? '-0' : wanted}`;
  }
  return undefined;
}

/** Runs a case on a backend: what is wrong with the result, or undefined if nothing is. */
export function wrongIn(backend: Backend, opCase: OpCase, dtype: Dtype): string | undefined {
  const { node, leaves, values, expected, magnitude } = instantiate(opCase, dtype);
  const [found] = evaluator(backend, leaves, [node])(values);
  return firstWrong(found as NDArray, expected, magnitude, opCase.rounding);
}
