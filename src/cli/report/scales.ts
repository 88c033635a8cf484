import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale';
import { isFiniteNumber, type MaybeNumber, minus } from './numbers.ts';

/** A numeric axis: from values to places, with the values worth a label. */
export interface Axis {
  readonly scale: ScaleContinuousNumeric<number, number>;
  readonly ticks: readonly number[];
  readonly log: boolean;
  /** What is written at a tick: all with the same decimals, so that they align. */
  readonly label: (tick: number) => string;
}

const DECADES_FOR_LOG = 2;

/**
 * The axis for curves: logarithmic by itself when all values are positive and span more than two decades,
 * linear otherwise.
 *
 * @param values what is to be shown; missing and infinite ones are ignored
 * @param range the places of the smallest and the largest value
 * @param labels about how many ticks there is room for
 */
export function curveAxis(values: readonly MaybeNumber[], range: [number, number], labels: number): Axis {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!isFiniteNumber(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return linearAxis(0, 1, range, labels);
  const log = low > 0 && Math.log10(high / low) > DECADES_FOR_LOG;
  return log ? logAxis(low, high, range, labels) : linearAxis(low, high, range, labels);
}

/** A linear axis from `low` to `high`, widened when they are equal: a flat line lies in the middle. */
export function linearAxis(low: number, high: number, range: [number, number], labels: number): Axis {
  const half = low === high ? Math.abs(low) * 0.1 || 0.5 : 0;
  const scale = scaleLinear([low - half, high + half], range);
  return { scale, ticks: scale.ticks(labels), log: false, label: linearLabels(scale.ticks(labels)) };
}

function logAxis(low: number, high: number, range: [number, number], labels: number): Axis {
  const scale = scaleLog([low, high], range);
  // Only whole decades: in between, the ticks of a logarithm stand too close for their labels.
  const decades = scale.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e9) / 1e9));
  const every = Math.max(1, Math.ceil(decades.length / Math.max(1, labels)));
  return { scale, ticks: decades.filter((_, at) => at % every === 0), log: true, label: shortLabel };
}

function linearLabels(ticks: readonly number[]): Axis['label'] {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) || 1;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const largest = Math.max(...ticks.map(Math.abs), 0);
  if (decimals > 4 || largest >= 1e6) return shortLabel;
  return (tick) => minus(tick.toFixed(decimals));
}

function shortLabel(value: number): string {
  const size = Math.abs(value);
  const exponential = size !== 0 && (size < 1e-3 || size >= 1e6);
  const short = Number(value.toPrecision(4));
  return minus(exponential ? short.toExponential().replace('e+', 'e') : String(short));
}
