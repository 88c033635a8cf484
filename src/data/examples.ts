import type { NDArray } from '../graph/ndarray.ts';

/** What there is to learn: yes or no, one of several classes, or a number. */
export type Task = 'binary' | 'classes' | 'regression';

/**
 * Examples to learn from: one row of `x` and one of `y` each.
 *
 * | task | `y` | shape |
 * |---|---|---|
 * | `binary` | float32, 0 or 1 | `[n, 1]` |
 * | `classes` | int32, index of the class | `[n]` |
 * | `regression` | float32 | `[n, 1]` |
 */
export interface Examples {
  /** float32 `[n, features]`. */
  readonly x: NDArray;
  readonly y: NDArray;
  readonly task: Task;
  /** The names behind the numbers of `y`; absent for regression. */
  readonly classNames?: readonly string[];
  readonly featureNames: readonly string[];
}

/** Pictures with a class each. */
export interface LabelledImages {
  /** float32 `[n, height, width]`, 0 (paper) … 255 (full ink). */
  readonly x: NDArray;
  /** int32 `[n]`. */
  readonly y: NDArray;
  readonly classNames: readonly string[];
}
