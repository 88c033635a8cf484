import { type Arrays, takeRows } from '../../training/arrays.ts';
import type { Callback, FitPlan, Logs } from '../../training/callbacks/index.ts';
import { examplesOf, mapParts } from '../../training/examples.ts';
import type { Model } from '../../training/model.ts';
import { deadVerdict, flowVerdict, saturationVerdict } from './flow.ts';
import { overfittingVerdict } from './generalisation.ts';
import { type SignalMeter, signalMeter } from './signals.ts';
import { shown, type Verdict } from './verdict.ts';

export interface WatchOptions {
  /** Examples on which gradients and units are looked at after each epoch; without them only the logs are. */
  readonly data?: readonly [Arrays, Arrays];
  /** Is given the sentence, and the verdict it comes from; prints it by default. */
  readonly say?: (sentence: string, verdict: Verdict) => void;
  /** Epochs after which a loss that has not fallen is worth a word; 5 by default. */
  readonly patience?: number;
}

const DIVERGED = 4;
const STUCK = 0.01;
const EXAMPLES = 256;

class Watch implements Callback {
  readonly #say: (sentence: string, verdict: Verdict) => void;
  readonly #data: WatchOptions['data'];
  readonly #patience: number;
  #model: Model | undefined;
  #meter: SignalMeter | undefined;
  #losses: number[] = [];
  #devLosses: number[] = [];
  /** What it had to say, once it has. */
  verdict: Verdict | undefined;

  constructor({ data, say = (sentence) => console.warn(sentence), patience = 5 }: WatchOptions) {
    this.#say = say;
    this.#patience = patience;
    this.#data = data;
  }

  onTrainBegin(model: Model, _plan: FitPlan): void {
    this.#model = model;
    this.#meter = undefined;
    this.#losses = [];
    this.#devLosses = [];
    this.verdict = undefined;
  }

  onEpochEnd(_epoch: number, { loss = Number.NaN, val_loss: devLoss }: Logs): void {
    this.#losses.push(loss);
    if (devLoss !== undefined) this.#devLosses.push(devLoss);
    if (this.verdict) return;
    const verdict = [this.#divergence(), this.#standstill(), this.#overfitting(), ...this.#signals()].find(
      (found) => found && found.severity !== 'good' && found.severity !== 'note',
    );
    if (!verdict) return;
    this.verdict = verdict;
    this.#say(oneSentence(verdict), verdict);
  }

  #divergence(): Verdict | undefined {
    const [first = 0, last = 0] = [this.#losses[0], this.#losses.at(-1)];
    if (!(last > DIVERGED * first) || first <= 0) return undefined;
    return {
      topic: 'progress',
      severity: 'problem',
      measured: { first, last },
      threshold: `a loss of at most ${DIVERGED} times that of the first epoch`,
      sentence: `The loss runs away, from ${shown(first)} in the first epoch to ${shown(last)}.`,
      remedies: ['Lower the learning rate.', 'Clip gradients by norm.', 'Scale the inputs.'],
    };
  }

  #standstill(): Verdict | undefined {
    if (this.#losses.length !== this.#patience) return undefined;
    const [first = 0, least] = [this.#losses[0], Math.min(...this.#losses)];
    // Small from the start is done, not stuck.
    if (first < 1e-3 || first - least > STUCK * first) return undefined;
    return {
      topic: 'progress',
      severity: 'warning',
      measured: { first, least },
      threshold: `a loss that falls by more than ${100 * STUCK} % in ${this.#patience} epochs`,
      sentence: `The loss does not move: it was ${shown(first)} after one epoch and is ${shown(least)} after ${this.#patience}.`,
      remedies: [
        'Raise the learning rate.',
        'Look for dead or saturated units.',
        'Check that inputs and targets belong together.',
      ],
    };
  }

  #overfitting(): Verdict | undefined {
    return overfittingVerdict(this.#losses, this.#devLosses);
  }

  #signals(): (Verdict | undefined)[] {
    if (!this.#data || !this.#model) return [];
    const examples = examplesOf(this.#model, ...this.#data);
    const rows = Int32Array.from({ length: Math.min(EXAMPLES, examples.count) }, (_, i) => i);
    this.#meter ??= signalMeter(this.#model);
    const layers = this.#meter(mapParts(examples, (array) => takeRows(array, rows)));
    return [flowVerdict(layers), deadVerdict(layers), saturationVerdict(layers)];
  }
}

/** What is wrong and the first thing to do about it. */
function oneSentence({ sentence, remedies }: Verdict): string {
  const [first] = remedies;
  if (first === undefined) return sentence;
  return `${sentence.replace(/\.$/, '')} — ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}

/**
 * A callback of `fit` that is silent until something is wrong, and then says so once, in one sentence: the loss runs
 * away or stands still, the dev loss rises; with `data`, also gradients that vanish or explode, dead and saturated units.
 */
export function watch(options: WatchOptions = {}): Watch {
  return new Watch(options);
}
