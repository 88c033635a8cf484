import { ArgumentError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { stack } from '../../tensor/functions/arrange.ts';
import { add, sigmoid } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type Counts, countsOf } from './confusion.ts';
import { type NameOptions, ratio } from './metric.ts';
import { RunningMetric } from './running.ts';

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
  /** Whether the area is found for each label by itself, the last axis being labels; false by default. */
  readonly multiLabel?: boolean;
  /** How much the area of each label counts in their mean; alike by default. */
  readonly labelWeights?: readonly number[];
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
  multiLabel = false,
  labelWeights,
}: AUCOptions = {}): RunningMetric {
  checkArguments(numThresholds, curve, summationMethod);
  if (labelWeights && !multiLabel) {
    throw new ArgumentError({ asked: 'AUC with labelWeights', expected: 'multiLabel: true' });
  }
  const inner =
    thresholds?.toSorted((a, b) => a - b) ??
    Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
  const levels = [-EPSILON, ...inner, 1 + EPSILON];
  const area = (state: readonly NDArray[]): number =>
    curve === 'PR' && summationMethod === 'interpolation'
      ? interpolatedPrecision(state)
      : areaUnder(pointsOf(state, curve), summationMethod);
  return new RunningMetric({
    name,
    className: 'AUC',
    config: {
      numThresholds: levels.length,
      curve,
      summationMethod,
      fromLogits,
      multiLabel,
      ...(labelWeights && { labelWeights: [...labelWeights] }),
      ...(thresholds && { thresholds: inner }),
    },
    stateShapes: (outputShape) => {
      const labels = multiLabel ? labelsOf(outputShape, labelWeights) : 1;
      return KEPT.map(() => (multiLabel ? [labels, levels.length] : [levels.length]));
    },
    update(state, target, output, sampleWeight) {
      const chances = fromLogits ? sigmoid(output) : output;
      const counts = multiLabel
        ? countsByLabel(levels, target, chances, sampleWeight)
        : countsOf(levels, {}, [target, chances, sampleWeight]);
      return KEPT.map((kind, i) => add(state[i] as Tensor, counts[kind]));
    },
    result: (state) => weightedMean(multiLabel ? byLabel(state).map(area) : [area(state)], labelWeights),
    ...(multiLabel && { each: (state: readonly NDArray[]) => byLabel(state).map(area) }),
  });
}

function labelsOf(outputShape: readonly number[], labelWeights: readonly number[] | undefined): number {
  const labels = outputShape.at(-1) ?? 1;
  if (outputShape.length === 2 && (labelWeights?.length ?? labels) === labels) return labels;
  throw new ArgumentError({
    asked: 'AUC with multiLabel',
    expected: `outputs of [batch, ${labelWeights?.length ?? 'labels'}]`,
    received: `[${outputShape.join(', ')}]`,
  });
}

/** Counts of each label, [labels, thresholds]. */
function countsByLabel(
  levels: readonly number[],
  target: Tensor,
  output: Tensor,
  sampleWeight: Tensor | undefined,
): Counts {
  const labels = Array.from({ length: output.shape.at(-1) ?? 1 }, (_, classId) =>
    countsOf(levels, { classId }, [target, output, sampleWeight]),
  );
  const stacked = (kind: keyof Counts) => stack(labels.map((counts) => counts[kind]));
  return {
    truePositives: stacked('truePositives'),
    falsePositives: stacked('falsePositives'),
    trueNegatives: stacked('trueNegatives'),
    falseNegatives: stacked('falseNegatives'),
  };
}

/** The state of each label. */
function byLabel(state: readonly NDArray[]): NDArray[][] {
  const [labels = 0, levels = 0] = state[0]?.shape ?? [];
  return Array.from({ length: labels }, (_, label) =>
    state.map(({ dtype, data }) => {
      return { dtype, shape: [levels], data: data.slice(label * levels, (label + 1) * levels) };
    }),
  );
}

function weightedMean(values: readonly number[], weights: readonly number[] = values.map(() => 1)): number {
  const sum = values.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0);
  return ratio(
    sum,
    weights.reduce((a, b) => a + b, 0),
  );
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
