import { ArgumentError } from '../../graph/errors.ts';

/** How often each true class (row) was taken for each class (column). */
export type Confusion = readonly (readonly number[])[];

/** How well one class is recognised; `NaN` is a share of nothing. */
export interface ClassFigures {
  /** The share of this class's examples that were found. */
  readonly recall: number;
  /** The share of the predictions of this class that were right. */
  readonly precision: number;
  /** The examples of this class. */
  readonly support: number;
}

/** One class taken for another. */
export interface Mixup {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
  /** The share of the true class's examples that went this way. */
  readonly share: number;
}

/**
 * Precision and recall of each class.
 *
 * @throws ArgumentError when the matrix is not square
 */
export function classFigures(confusion: Confusion): ClassFigures[] {
  checkSquare(confusion);
  return confusion.map((row, at) => {
    const support = sum(row);
    const right = row[at] ?? 0;
    const predicted = sum(confusion.map((other) => other[at] ?? 0));
    return { recall: right / support, precision: right / predicted, support };
  });
}

/** The share of all examples that were right; `NaN` without examples. */
export function accuracyOf(confusion: Confusion): number {
  return sum(confusion.map((row, at) => row[at] ?? 0)) / sum(confusion.map(sum));
}

/** The pairs of classes that are mixed up most often, the worst first. */
export function worstMixups(confusion: Confusion, limit: number): Mixup[] {
  const mixups = confusion.flatMap((row, truth) => {
    const support = sum(row);
    return row.map((count, predicted) => ({ truth, predicted, count, share: count / support }));
  });
  return mixups
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((one, other) => other.count - one.count || other.share - one.share)
    .slice(0, limit);
}

/** The name of a class; its number where it has none. */
export function className(names: readonly string[] | undefined, at: number): string {
  const name = names?.[at];
  return name === undefined || name.trim() === '' ? `class ${at}` : name;
}

function checkSquare(confusion: Confusion): void {
  const ragged = confusion.findIndex((row) => row.length !== confusion.length);
  if (ragged < 0) return;
  throw new ArgumentError({
    asked: 'figures of a confusion matrix',
    expected: `${confusion.length} columns in each of its ${confusion.length} rows`,
    received: `${confusion[ragged]?.length} in row ${ragged}`,
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
