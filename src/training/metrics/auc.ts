import { ArgumentError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { add, sigmoid } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Counts, countsOf } from './confusion.ts';
import { type Metric, type NameOptions, ratio } from './metric.ts';

export interface AUCOptions extends NameOptions {
  /** So many thresholds, evenly spread over 0 … 1. */
  readonly numThresholds?: number;
  /** Recall over the false positive rate, or precision over recall. */
  readonly curve?: 'ROC' | 'PR';
  /** The height between two points: their mean (of PR, Davis and Goadrich's interpolation), the lesser, the greater. */
  readonly summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** These thresholds, and one beyond each end, in place of evenly spread ones. */
  readonly thresholds?: readonly number[];
  readonly fromLogits?: boolean;
}

const KEPT = [
  'truePositives',
  'falsePositives',
  'trueNegatives',
  'falseNegatives',
] as const satisfies readonly (keyof Counts)[];
/** The outermost thresholds lie this far outside of 0 … 1, so that every output is between them. */
const EPSILON = 1e-7;

/**
 * The area under a curve: how surely a positive gets a greater output than a negative (ROC).
 *
 * @throws ArgumentError for fewer than two thresholds, or an unknown curve or method
 * @see Davis and Goadrich, "The relationship between precision-recall and ROC curves", 2006, for that of PR
 */
export function auc({
  name = 'auc',
  numThresholds = 200,
  curve = 'ROC',
  summationMethod = 'interpolation',
  thresholds,
  fromLogits = false,
}: AUCOptions = {}): Metric {
  checkArguments(numThresholds, curve, summationMethod);
  const inner =
    thresholds?.toSorted((a, b) => a - b) ??
    Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
  const levels = [-EPSILON, ...inner, 1 + EPSILON];
  return {
    name,
    className: 'AUC',
    config: {
      numThresholds: levels.length,
      curve,
      summationMethod,
      fromLogits,
      ...(thresholds && { thresholds: inner }),
    },
    stateShapes: () => KEPT.map(() => [levels.length]),
    update(state, target, output, sampleWeight) {
      const chances = fromLogits ? sigmoid(output) : output;
      const counts = countsOf(levels, {}, [target, chances, sampleWeight]);
      return KEPT.map((kind, i) => add(state[i] as Tensor, counts[kind]));
    },
    result: (state) =>
      curve === 'PR' && summationMethod === 'interpolation'
        ? interpolatedPrecision(state)
        : areaUnder(pointsOf(state, curve), summationMethod),
  };
}

function checkArguments(numThresholds: number, curve: string, method: string): void {
  if (!Number.isInteger(numThresholds) || numThresholds < 2) {
    throw new ArgumentError({ asked: `AUC of ${numThresholds} thresholds`, expected: 'at least 2' });
  }
  if (curve !== 'ROC' && curve !== 'PR') {
    throw new ArgumentError({ asked: `AUC of the curve ${curve}`, expected: 'ROC or PR' });
  }
  if (!['interpolation', 'minoring', 'majoring'].includes(method)) {
    throw new ArgumentError({
      asked: `AUC with the summation method ${method}`,
      expected: 'interpolation, minoring or majoring',
    });
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const numbersIn = (state: readonly NDArray[]) => {
  const [tp, fp, tn, fn] = state.map(({ data }) => Array.from(data)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  return tp.map((found, i) => ({ tp: found, fp: fp[i] ?? 0, tn: tn[i] ?? 0, fn: fn[i] ?? 0 }));
};

/** Along rising thresholds, so that x falls. */
function pointsOf(state: readonly NDArray[], curve: 'ROC' | 'PR'): Point[] {
  return numbersIn(state).map(({ tp, fp, tn, fn }) => {
    const recall = ratio(tp, tp + fn);
    return curve === 'ROC' ? { x: ratio(fp, fp + tn), y: recall } : { x: recall, y: ratio(tp, tp + fp) };
  });
}

function areaUnder(points: readonly Point[], method: string): number {
  const height = {
    interpolation: (a: number, b: number) => (a + b) / 2,
    minoring: Math.min,
    majoring: Math.max,
  }[method] as (a: number, b: number) => number;
  return points.slice(1).reduce((area, next, i) => {
    const point = points[i] as Point;
    return area + (point.x - next.x) * height(point.y, next.y);
  }, 0);
}

/** The area under precision over recall, where true positives between two thresholds rise linearly with all positives. */
function interpolatedPrecision(state: readonly NDArray[]): number {
  const rows = numbersIn(state);
  return rows.slice(1).reduce((area, next, i) => {
    const row = rows[i] ?? next;
    const [before, after] = [row.tp + row.fp, next.tp + next.fp];
    const gained = row.tp - next.tp;
    const slope = ratio(gained, Math.max(before - after, 0));
    const intercept = next.tp - slope * after;
    const growth = before > 0 && after > 0 ? before / after : 1;
    return area + ratio(slope * (gained + intercept * Math.log(growth)), next.tp + next.fn);
  }, 0);
}
