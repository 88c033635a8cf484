import { ArgumentError } from '../../graph/errors.ts';
import { shown, type Verdict } from './verdict.ts';

export interface ErrorsInPercent {
  /** Error on the training part, in percent. */
  readonly train: number;
  /** Error on examples that were not trained on, in percent. */
  readonly dev: number;
  /** The error that cannot be avoided, such as that of people; 0 by default. */
  readonly base?: number;
  /** From how many points a difference counts as high; 5 by default. */
  readonly tolerance?: number;
}

const AGAINST_BIAS = [
  'Use a larger network: more layers, more units.',
  'Train longer, or with a better optimizer and learning rate.',
  'Weaken the regularisation.',
  'Look for an architecture that fits the data, or for inputs that say more.',
];
const AGAINST_VARIANCE = [
  'Get more examples, or make more of those there are (augmentation).',
  'Regularise: weight decay (L2), L1, dropout, noise on the inputs.',
  'Stop early, by a dev part of the data.',
  'Use a smaller network.',
];

/**
 * High bias, high variance, both or a good fit: bias is what the training error lies above the base error, variance
 * what the dev error lies above the training error.
 *
 * @throws ArgumentError for errors that are no percentages
 */
export function biasVariance({ train, dev, base = 0, tolerance = 5 }: ErrorsInPercent): Verdict {
  for (const [name, value] of Object.entries({ train, dev, base, tolerance })) {
    if (!(value >= 0)) {
      throw new ArgumentError({
        asked: `bias and variance from ${name} ${value}`,
        expected: 'errors in percent, at least 0',
      });
    }
  }
  const [bias, variance] = [train - base, dev - train];
  const [highBias, highVariance] = [bias > tolerance, variance > tolerance];
  const measured = { train, dev, base, bias, variance };
  const figures = `${shown(train)} % error in training, ${shown(dev)} % on new examples${base > 0 ? `, ${shown(base)} % unavoidable` : ''}`;
  const name =
    highBias && highVariance ? 'high bias and high variance' : highBias ? 'high bias' : 'high variance';
  const meaning = [
    ...(highBias ? ['it does not even fit what it has seen'] : []),
    ...(highVariance ? ['what it has learnt does not carry over'] : []),
  ];
  const good = !highBias && !highVariance;
  return {
    topic: 'bias and variance',
    severity: good ? 'good' : 'warning',
    measured,
    threshold: `bias and variance at most ${tolerance} points each`,
    sentence: good ? `A good fit: ${figures}.` : `This is ${name}: ${figures}; ${meaning.join(', and ')}.`,
    remedies: [...(highBias ? AGAINST_BIAS : []), ...(highVariance ? AGAINST_VARIANCE : [])],
  };
}

export interface StoppingPoint {
  /** The step at which patience ended; undefined where it never did. The first is 1. */
  readonly stop: number | undefined;
  /** The step whose weights are kept: the best one. */
  readonly best: number;
}

/**
 * The rule of early stopping on a curve of dev errors: stop once the best one lies `patience` steps back, and return
 * to its weights.
 *
 * @see Goodfellow, Bengio and Courville, "Deep learning", 2016, algorithm 7.1
 */
export function earlyStoppingPoint(errors: readonly number[], patience: number): StoppingPoint {
  let best = 0;
  for (const [i, error] of errors.entries()) {
    if (error < (errors[best] ?? Number.POSITIVE_INFINITY)) best = i;
    else if (i - best >= patience) return { stop: i + 1, best: best + 1 };
  }
  return { stop: undefined, best: best + 1 };
}

const RISE = 1.1;

/** Whether the dev loss has risen from its best value while the training loss went on falling. */
export function overfittingVerdict(
  train: readonly number[],
  dev: readonly number[],
  kept?: number,
): Verdict | undefined {
  if (dev.length < 3 || train.length !== dev.length || !dev.every(Number.isFinite)) return undefined;
  const best = dev.indexOf(Math.min(...dev));
  const [least = 0, last = 0] = [dev[best], dev.at(-1)];
  const fallen = (train.at(-1) ?? 0) < (train[best] ?? 0);
  const over = fallen && last > RISE * least && best < dev.length - 1;
  const restored = over && kept === best + 1;
  return {
    topic: 'overfitting',
    severity: over ? (restored ? 'note' : 'warning') : 'good',
    measured: { 'best epoch': best + 1, 'best dev loss': least, 'last dev loss': last },
    threshold: `a last dev loss of at most ${RISE} times the best`,
    sentence: over
      ? `Since epoch ${best + 1} the dev loss rises, from ${shown(least)} to ${shown(last)}, while the training loss falls${restored ? '; the weights of that epoch were kept' : ''}.`
      : `The dev loss ends at ${shown(last)}, near its best, ${shown(least)} in epoch ${best + 1}.`,
    remedies: over
      ? [
          ...(restored
            ? []
            : ['Stop early, and go back to the best weights (earlyStopping with restoreBestWeights).']),
          ...AGAINST_VARIANCE.slice(0, 2),
        ]
      : [],
  };
}
