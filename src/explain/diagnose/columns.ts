import type { NDArray } from '../../graph/ndarray.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import { lanczos } from './eigenvalues.ts';
import { shown, type Verdict } from './verdict.ts';

export interface ColumnFigures {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
  /** How many values are NaN or infinite. */
  readonly missing: number;
}

/** Mean and deviation of every column of a table of examples [examples, columns]. */
export function columnFigures(x: NDArray, names: readonly string[] = []): ColumnFigures[] {
  const columns = sizeOf(x.shape.slice(1));
  const rows = x.shape[0] ?? 0;
  return Array.from({ length: columns }, (_, column) => {
    let [mean, squares, count] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = x.data[row * columns + column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      // Welford's recurrence: no cancellation where the mean is far from 0.
      const distance = value - mean;
      mean += distance / ++count;
      squares += distance * (value - mean);
    }
    const deviation = Math.sqrt(squares / Math.max(1, count));
    return { name: names[column] ?? `column ${column}`, mean, deviation, missing: rows - count };
  });
}

/**
 * The condition number of XᵀX/n: how much longer than wide the bowl is that a linear model with squared error goes
 * down in.
 */
export function dataConditionNumber(x: NDArray): number {
  const columns = sizeOf(x.shape.slice(1));
  const rows = x.shape[0] ?? 0;
  const multiply = (vector: Float64Array): Float64Array => {
    const result = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      let along = 0;
      for (let i = 0; i < columns; i++) along += (x.data[row * columns + i] ?? 0) * (vector[i] ?? 0);
      for (let i = 0; i < columns; i++)
        result[i] = (result[i] ?? 0) + ((x.data[row * columns + i] ?? 0) * along) / rows;
    }
    return result;
  };
  const { eigenvalues } = lanczos(multiply, columns, { steps: 60 });
  const [least = 0, greatest = 0] = [eigenvalues[0], eigenvalues.at(-1)];
  return least <= greatest * 1e-14 ? Number.POSITIVE_INFINITY : greatest / least;
}

const SCALE_LIMIT = 10;
const FAR_LIMIT = 10;

/** Verdicts on the columns of a table: values that are missing, columns that say nothing, scales that differ. */
export function columnVerdicts(x: NDArray, names?: readonly string[]): Verdict[] {
  const figures = columnFigures(x, names);
  const verdicts: Verdict[] = [];
  const missing = figures.filter((column) => column.missing > 0);
  if (missing.length > 0) {
    verdicts.push({
      topic: 'data',
      severity: 'problem',
      measured: { columns: missing.length, values: missing.reduce((sum, column) => sum + column.missing, 0) },
      threshold: 'no value that is NaN or infinite',
      sentence: `There are values that are not numbers in ${listed(missing)}: one of them makes every sum it enters NaN.`,
      remedies: ['Fill them (with the median), mark them in a column of their own, or leave such rows out.'],
    });
  }
  const constant = figures.filter(({ deviation }) => deviation === 0);
  if (constant.length > 0) {
    // In pictures the corners are always empty.
    const picture = x.shape.length > 2;
    verdicts.push({
      topic: 'data',
      severity: picture ? 'note' : 'warning',
      measured: { columns: constant.length },
      threshold: 'a deviation above 0 in every column',
      sentence: picture
        ? `${constant.length} of ${figures.length} places are the same in all examples.`
        : `The same value stands in every row of ${listed(constant)}: nothing can be learnt from it.`,
      remedies: picture ? [] : ['Leave such columns out.'],
    });
  }
  verdicts.push(
    scaleVerdict(
      figures.filter(({ deviation }) => deviation > 0),
      x,
    ),
  );
  return verdicts;
}

function scaleVerdict(columns: readonly ColumnFigures[], x: NDArray): Verdict {
  const picture = x.shape.length > 2;
  const deviations = columns.map(({ deviation }) => deviation);
  const [least, greatest] =
    deviations.length > 0 ? [Math.min(...deviations), Math.max(...deviations)] : [1, 1];
  const far = columns.filter(({ mean, deviation }) => Math.abs(mean) > FAR_LIMIT * deviation);
  // Single pixels differ in how much they vary: for pictures only the scale of all of them counts.
  const off = columns.filter(
    ({ deviation }) => deviation > SCALE_LIMIT || (!picture && deviation < 1 / SCALE_LIMIT),
  );
  const uneven = picture ? [] : far;
  const wrong = [...new Set([...off, ...uneven])];
  const unscaled = wrong.length > 0;
  return {
    topic: 'data',
    severity: unscaled ? 'warning' : 'good',
    measured: { 'least deviation': least, 'greatest deviation': greatest },
    threshold: `deviations between ${1 / SCALE_LIMIT} and ${SCALE_LIMIT}, means within ${FAR_LIMIT} deviations of 0`,
    sentence: unscaled
      ? `Inputs are not scaled: ${listed(wrong)}; deviations go from ${shown(least)} to ${shown(greatest)}.`
      : 'Inputs are scaled alike.',
    remedies: unscaled
      ? [
          'Standardise each column to mean 0 and deviation 1, with figures from the training part only; divide pixels by 255.',
        ]
      : [],
  };
}

function listed(columns: readonly ColumnFigures[]): string {
  const named = columns.slice(0, 3).map(({ name }) => `"${name}"`);
  const more = columns.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(' and ');
}
