import { RandomStream } from '../../graph/threefry.ts';

/** The product of a symmetric matrix with a vector: all that is asked of the matrix. */
export type Multiply = (vector: Float64Array) => ArrayLike<number>;

export interface Spectrum {
  /** Estimates, from the least to the greatest; exact where `complete`. */
  readonly eigenvalues: readonly number[];
  /** Whether they are all there are. */
  readonly complete: boolean;
}

/**
 * Eigenvalues of a symmetric matrix from its products with vectors, by the method of Lanczos: in the basis of q,
 * Aq, A²q, … the matrix is tridiagonal, and the outer eigenvalues of a few rows are those of the whole. The basis is
 * made orthogonal anew at every step, as rounding would undo it.
 *
 * @param size of the matrix
 * @param options.steps products to make, at most `size`
 * @see Golub and Van Loan, "Matrix computations", 4th edition, 2013, section 10.1
 */
export function lanczos(
  multiply: Multiply,
  size: number,
  options: { steps?: number; seed?: number } = {},
): Spectrum {
  const steps = Math.min(options.steps ?? 40, size);
  const random = new RandomStream(options.seed ?? 0);
  const basis: Float64Array[] = [unit(Float64Array.from({ length: size }, () => random.normal()))];
  const diagonal: number[] = [];
  const beside: number[] = [];
  for (let step = 0; step < steps; step++) {
    const current = basis[step] as Float64Array;
    const next = Float64Array.from(multiply(current));
    diagonal.push(dot(current, next));
    // Twice: once is not enough where much cancels.
    for (const known of [...basis, ...basis]) subtract(next, known, dot(known, next));
    const rest = Math.sqrt(dot(next, next));
    if (step === steps - 1) break;
    // Nothing is left of this invariant subspace: a block of zeros, and a new direction.
    const scale = Math.max(...diagonal.map(Math.abs), ...beside, 1e-300);
    const exhausted = rest <= 1e-10 * scale;
    beside.push(exhausted ? 0 : rest);
    basis.push(exhausted ? freshDirection(basis, random) : unit(next));
  }
  return { eigenvalues: tridiagonalEigenvalues(diagonal, beside), complete: steps === size };
}

function freshDirection(basis: readonly Float64Array[], random: RandomStream): Float64Array {
  const direction = Float64Array.from({ length: basis[0]?.length ?? 0 }, () => random.normal());
  for (const known of [...basis, ...basis]) subtract(direction, known, dot(known, direction));
  return unit(direction);
}

/**
 * All eigenvalues of a symmetric tridiagonal matrix by bisection: the number of negative pivots of T − x·1 is the
 * number of eigenvalues below x.
 *
 * @see Golub and Van Loan, "Matrix computations", 4th edition, 2013, section 8.4.2
 */
export function tridiagonalEigenvalues(diagonal: readonly number[], beside: readonly number[]): number[] {
  // Nothing can be bisected where there is no end.
  if (![...diagonal, ...beside].every(Number.isFinite)) return diagonal.map(() => Number.NaN);
  const off = (i: number) => Math.abs(beside[i] ?? 0);
  const radius = diagonal.map((_, i) => off(i - 1) + off(i));
  const lowest = Math.min(...diagonal.map((d, i) => d - (radius[i] ?? 0)));
  const highest = Math.max(...diagonal.map((d, i) => d + (radius[i] ?? 0)));
  const least = Math.max(Math.abs(lowest), Math.abs(highest), 1e-300) * 1e-16;
  const below = (x: number): number => {
    let count = 0;
    let pivot = 1;
    for (const [i, d] of diagonal.entries()) {
      pivot = d - x - (i > 0 ? off(i - 1) ** 2 / pivot : 0);
      if (Math.abs(pivot) < least) pivot = -least;
      if (pivot < 0) count++;
    }
    return count;
  };
  return diagonal.map((_, k) => {
    let [low, high] = [lowest - least, highest + least];
    while (high - low > least * 4) {
      const middle = (low + high) / 2;
      if (middle <= low || middle >= high) break;
      if (below(middle) > k) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] ?? 0) * (b[i] ?? 0);
  return total;
}

function subtract(from: Float64Array, direction: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] ?? 0) - times * (direction[i] ?? 0);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}
