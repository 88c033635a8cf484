import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import type { NDArray, Shape } from '../../graph/ndarray.ts';
import {
  abs,
  add,
  greater,
  greaterEqual,
  logicalAnd,
  mul,
  square,
  sub,
  sum,
} from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { aligned } from '../losses/loss.ts';
import { averagedWeightsFor } from '../losses/weights.ts';
import { average, type NameOptions, ratio } from './metric.ts';
import { RunningMetric } from './running.ts';

/** How the scores of classes become one: `micro` counts all classes together, `weighted` weighs by their targets. */
export type Averaging = 'micro' | 'macro' | 'weighted' | null;

export interface F1Options extends NameOptions {
  readonly average?: Averaging;
  /** What is above it counts as positive; by default the greatest output of each example. */
  readonly threshold?: number | null;
}

const EPSILON = 1e-7;

function checkMatrix(className: string, { shape }: Tensor): void {
  if (shape.length === 2) return;
  throw new ShapeError({
    asked: className,
    expected: 'outputs of [batch, classes]',
    received: `[${shape.join(', ')}]`,
  });
}

/** The columns of a state, one for each class. */
const columns = (state: readonly NDArray[]): number[][] =>
  Array.from(state[0]?.data ?? [], (_, i) => state.map(({ data }) => data[i] ?? 0));

function scoring(
  className: string,
  name: string,
  beta: number,
  { average: averaging = null, threshold = null }: F1Options,
  config: Readonly<Record<string, unknown>>,
): RunningMetric {
  if (averaging !== null && !['micro', 'macro', 'weighted'].includes(averaging)) {
    throw new ArgumentError({
      asked: `${className} with the average ${averaging}`,
      expected: 'micro, macro, weighted or null',
    });
  }
  if (!(beta > 0))
    throw new ArgumentError({ asked: `${className} with beta ${beta}`, expected: 'a number above 0' });
  const each = (state: readonly NDArray[]) =>
    columns(state).map(([found = 0, wrong = 0, missed = 0]) => {
      const precision = found / (found + wrong + EPSILON);
      const recall = found / (found + missed + EPSILON);
      return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + EPSILON);
    });
  return new RunningMetric({
    name,
    className,
    config,
    stateShapes: (outputShape) => {
      const shape: Shape = averaging === 'micro' ? [] : [outputShape.at(-1) ?? 1];
      return [shape, shape, shape, shape];
    },
    update(state, target, output, sampleWeight) {
      checkMatrix(className, output);
      const [wanted, guess] = aligned(className, target, output);
      const chosen = (
        threshold === null
          ? logicalAnd(greaterEqual(guess, guess.max(-1, true)), greater(abs(guess), 1e-9))
          : greater(guess, threshold)
      ).cast('float32');
      const added = [mul(chosen, wanted), mul(chosen, sub(1, wanted)), mul(sub(1, chosen), wanted), wanted];
      return added.map((values, i) => {
        const weighted = sampleWeight ? mul(values, averagedWeightsFor(values, sampleWeight)) : values;
        return add(state[i] as Tensor, averaging === 'micro' ? weighted.sum() : sum(weighted, 0));
      });
    },
    result(state) {
      if (averaging !== 'weighted') return average(each(state));
      const weights = Array.from(state[3]?.data ?? []);
      const total = weights.reduce((a, b) => a + b, 0) + EPSILON;
      return each(state).reduce((score, one, i) => score + (one * (weights[i] ?? 0)) / total, 0);
    },
    ...(averaging === null && { each }),
  });
}

/**
 * 2·precision·recall/(precision + recall) of each class, for one-hot or multi-label targets [batch, classes]. Without
 * an `average` it has one value for each class, of which logs show the mean.
 */
export function f1Score({ name = 'f1_score', ...options }: F1Options = {}): RunningMetric {
  const { average: averaging = null, threshold = null } = options;
  return scoring('F1Score', name, 1, options, { average: averaging, threshold });
}

/** (1 + β²)·precision·recall/(β²·precision + recall): with β above 1 recall counts more. */
export function fBetaScore({
  name = 'fbeta_score',
  beta = 1,
  ...options
}: F1Options & { beta?: number } = {}): RunningMetric {
  const { average: averaging = null, threshold = null } = options;
  return scoring('FBetaScore', name, beta, options, { average: averaging, beta, threshold });
}

export interface R2Options extends NameOptions {
  readonly classAggregation?: 'uniform_average' | 'variance_weighted_average' | null;
}

/**
 * 1 − Σ(target − output)²/Σ(target − mean)² of each output, for targets [batch, outputs]: 1 is exact, 0 no better
 * than the mean.
 */
export function r2Score({
  name = 'r2_score',
  classAggregation = 'uniform_average',
}: R2Options = {}): RunningMetric {
  const rows = (state: readonly NDArray[]) =>
    columns(state).map(([squares = 0, total = 0, errors = 0, count = 0]) => {
      const spread = squares - total * ratio(total, count);
      return { spread, score: spread === 0 ? 0 : 1 - errors / spread };
    });
  const each = (state: readonly NDArray[]) => rows(state).map(({ score }) => score);
  return new RunningMetric({
    name,
    className: 'R2Score',
    config: { classAggregation },
    stateShapes: (outputShape) => {
      const shape: Shape = [outputShape.at(-1) ?? 1];
      return [shape, shape, shape, shape];
    },
    update(state, target, output, sampleWeight) {
      checkMatrix('R2Score', output);
      const [wanted, guess] = aligned('R2Score', target, output);
      const weights = sampleWeight ? averagedWeightsFor(wanted, sampleWeight) : mul(wanted, 0).add(1);
      const weighted = mul(wanted, weights);
      const added = [mul(wanted, weighted), weighted, mul(square(sub(wanted, guess)), weights), weights];
      return added.map((values, i) => add(state[i] as Tensor, sum(values, 0)));
    },
    result(state) {
      if (classAggregation !== 'variance_weighted_average') return average(each(state));
      const found = rows(state);
      const total = found.reduce((sofar, { spread }) => sofar + spread, 0);
      return ratio(
        found.reduce((sofar, { spread, score }) => sofar + spread * score, 0),
        total,
      );
    },
    ...(classAggregation === null && { each }),
  });
}
