import { scaleLinear } from 'd3-scale';
import { ArgumentError } from '../../graph/errors.ts';
import { isFiniteNumber, type MaybeNumber } from './numbers.ts';

/** What a regression was asked and what it answered, in the units of its target. */
export interface Predictions {
  readonly truth: readonly MaybeNumber[];
  readonly predicted: readonly MaybeNumber[];
}

/** The residuals (predicted − true) in a few numbers. */
export interface ResidualSummary {
  /** The examples with a finite truth and a finite prediction. */
  readonly count: number;
  /** The examples without. */
  readonly skipped: number;
  /** The root of the mean squared residual. */
  readonly rmse: number;
  /** The mean absolute residual. */
  readonly mae: number;
  /** The share of the truth's variance that the predictions explain; `NaN` when the truth does not vary. */
  readonly r2: number;
  readonly quantiles: Quantiles;
}

export interface Quantiles {
  readonly min: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly max: number;
}

/** One bar of a histogram: from `from` on, up to but without `to` (the last bar has it too). */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A truth and its prediction, both finite. */
export interface Pair {
  readonly truth: number;
  readonly predicted: number;
}

/**
 * The pairs in which both numbers are finite.
 *
 * @throws ArgumentError when there is not one prediction for each truth
 */
export function finitePairs({ truth, predicted }: Predictions): Pair[] {
  if (truth.length !== predicted.length) {
    throw new ArgumentError({
      asked: 'residuals',
      expected: `a prediction for each of ${truth.length} true values`,
      received: `${predicted.length}`,
    });
  }
  return truth.flatMap((value, at) => {
    const answer = predicted[at];
    return isFiniteNumber(value) && isFiniteNumber(answer) ? [{ truth: value, predicted: answer }] : [];
  });
}

/** Summarises the residuals of `predictions`; all figures are `NaN` when no pair is finite. */
export function summariseResiduals(predictions: Predictions): ResidualSummary {
  const pairs = finitePairs(predictions);
  const residuals = pairs.map(({ truth, predicted }) => predicted - truth);
  const meanTruth = mean(pairs.map((pair) => pair.truth));
  const variance = mean(pairs.map(({ truth }) => (truth - meanTruth) ** 2));
  const squared = mean(residuals.map((residual) => residual ** 2));
  return {
    count: pairs.length,
    skipped: predictions.truth.length - pairs.length,
    rmse: Math.sqrt(squared),
    mae: mean(residuals.map(Math.abs)),
    r2: variance > 0 ? 1 - squared / variance : Number.NaN,
    quantiles: quantilesOf(residuals),
  };
}

/** Counts `values` in about `bins` bars with round edges. */
export function histogram(values: readonly number[], bins: number): Bin[] {
  const { min, max } = quantilesOf(values);
  if (Number.isNaN(min)) return [];
  if (min === max) {
    const half = Math.abs(min) * 0.1 || 0.5;
    return [{ from: min - half, to: max + half, count: values.length }];
  }
  const edges = scaleLinear([min, max], [0, 1]).nice(bins).ticks(bins);
  return edges.slice(0, -1).map((from, at) => {
    const to = edges[at + 1] ?? from;
    const isLast = at === edges.length - 2;
    return {
      from,
      to,
      count: values.filter((value) => value >= from && (value < to || (isLast && value <= to))).length,
    };
  });
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const [min, q25, median, q75, max] = [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share));
  const none = Number.NaN;
  return { min: min ?? none, q25: q25 ?? none, median: median ?? none, q75: q75 ?? none, max: max ?? none };
}

/** The quantile between the two nearest values, as numpy and pandas take it by default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
