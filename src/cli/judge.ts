import { confusionMatrix, type Logs, type Model, type NDArray } from '../index.ts';
import type { Mistake } from './report/run.ts';
import type { Part, Source } from './sources.ts';

/** How a trained network does on one part of the examples. */
export interface Judgement {
  readonly metrics: Logs;
  readonly confusion?: number[][];
  readonly predictions?: { truth: number[]; predicted: number[] };
  readonly mistakes: Mistake[];
}

/** What is needed of a source to put predictions into its words. */
type Words = Pick<Source, 'task' | 'classNames' | 'encoding' | 'original'>;

const MISTAKES_SHOWN = 12;

/** Predicts a part and compares: metrics, confusion matrix or residuals, and the worst mistakes. */
export async function judge(model: Model, part: Part, words: Words): Promise<Judgement> {
  const metrics = renamed(await model.evaluate(part.x, part.y), words);
  const outputs = model.predict(part.x).value();
  if (words.task === 'regression') return judgeNumbers(metrics, outputs, part, words);
  return judgeClasses(metrics, outputs, part, words);
}

/** Errors of a regression are told in the target's own units. */
function renamed(logs: Logs, { encoding }: Words): Logs {
  const { root_mean_squared_error: rmse, ...rest } = logs;
  return rmse === undefined ? logs : { ...rest, rmse: rmse * scaleOf(encoding).deviation };
}

function scaleOf(encoding: Words['encoding']): { mean: number; deviation: number } {
  return encoding?.target.kind === 'regression' ? encoding.target : { mean: 0, deviation: 1 };
}

function judgeNumbers(metrics: Logs, outputs: NDArray, part: Part, words: Words): Judgement {
  const { mean, deviation } = scaleOf(words.encoding);
  const inUnits = (value: number) => value * deviation + mean;
  const truth = Array.from(part.y.data, inUnits);
  const predicted = Array.from(outputs.data, inUnits);
  const errors = truth.map((value, i) => Math.abs(value - (predicted[i] ?? Number.NaN)));
  const mistakes = worst(errors).map(
    (index): Mistake => ({
      index,
      loss: (errors[index] ?? 0) ** 2,
      truth: truth[index] ?? Number.NaN,
      predicted: predicted[index] ?? Number.NaN,
      ...words.original(index),
    }),
  );
  return { metrics, predictions: { truth, predicted }, mistakes };
}

function judgeClasses(metrics: Logs, outputs: NDArray, part: Part, words: Words): Judgement {
  const classes = words.classNames?.length ?? 2;
  const name = (index: number) => words.classNames?.[index] ?? `${index}`;
  const probabilities = classProbabilities(outputs, part.count, classes);
  const truth = Array.from(part.y.data);
  const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const ofTruth = truth.map((label, i) => probabilities[i]?.[label] ?? 0);
  const wrong = truth.map((label, i) => (predicted[i] === label ? -1 : 1 - (ofTruth[i] ?? 0)));
  const mistakes = worst(wrong)
    .filter((index) => (wrong[index] ?? -1) >= 0)
    .map(
      (index): Mistake => ({
        index,
        loss: -Math.log(Math.max(ofTruth[index] ?? 0, 1e-7)),
        truth: name(truth[index] ?? 0),
        predicted: name(predicted[index] ?? 0),
        probability: Math.max(...(probabilities[index] ?? [])),
        truthProbability: ofTruth[index],
        ...words.original(index),
      }),
    );
  return { metrics, confusion: confusionMatrix(truth, predicted, classes), mistakes };
}

/** One row of probabilities for each example; a single output is the probability of the second class. */
function classProbabilities({ data }: NDArray, count: number, classes: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const one = data[i] ?? 0;
    return data.length === count ? [1 - one, one] : Array.from(data.subarray(i * classes, (i + 1) * classes));
  });
}

/** The positions of the greatest values, the greatest first. */
function worst(values: readonly number[]): number[] {
  return values
    .map((_, i) => i)
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
    .slice(0, MISTAKES_SHOWN);
}
