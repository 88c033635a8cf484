import { ArgumentError } from '../../graph/errors.ts';
import type { Model } from '../model/model.ts';
import type { Callback, CallbackState, Logs } from './callback.ts';
import { isBetter, type MonitorMode, modeOf, monitored } from './monitor.ts';

export interface ReduceLROnPlateauOptions {
  readonly monitor?: string;
  readonly factor?: number;
  readonly patience?: number;
  readonly mode?: MonitorMode;
  readonly minDelta?: number;
  /** Epochs after a reduction in which nothing is counted. */
  readonly cooldown?: number;
  readonly minLr?: number;
}

class ReduceLROnPlateau implements Callback {
  readonly #options: Required<ReduceLROnPlateauOptions> & { readonly mode: 'min' | 'max' };
  #model: Model | undefined;
  #best = Number.NaN;
  #wait = 0;
  #cooling = 0;

  constructor(options: ReduceLROnPlateauOptions) {
    const { monitor = 'val_loss', factor = 0.1, patience = 10, mode = 'auto' } = options;
    const { minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
    if (!(factor > 0 && factor < 1)) {
      throw new ArgumentError({
        asked: 'reduceLROnPlateau',
        expected: 'a factor between 0 and 1',
        received: `${factor}`,
      });
    }
    this.#options = { monitor, factor, patience, mode: modeOf(mode, monitor), minDelta, cooldown, minLr };
  }

  onTrainBegin(model: Model): void {
    this.#model = model;
    this.#best = Number.NaN;
    this.#wait = 0;
    this.#cooling = 0;
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    const { monitor, factor, patience, mode, minDelta, cooldown, minLr } = this.#options;
    const learningRate = this.#model?.optimizer?.learningRate;
    if (!learningRate) return;
    const rate = learningRate.read().item();
    logs.learning_rate = rate;
    const value = monitored('reduceLROnPlateau', monitor, logs);
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#wait = 0;
    }
    if (isBetter(value, this.#best, mode, minDelta)) {
      this.#best = value;
      this.#wait = 0;
      return;
    }
    if (this.#cooling > 0) return;
    this.#wait++;
    if (this.#wait < patience || rate <= minLr) return;
    learningRate.assign(Math.max(rate * factor, minLr));
    this.#cooling = cooldown;
    this.#wait = 0;
  }

  saved(): CallbackState {
    return { numbers: { best: this.#best, wait: this.#wait, cooling: this.#cooling } };
  }

  restore({ numbers }: CallbackState): void {
    this.#best = numbers.best ?? Number.NaN;
    this.#wait = numbers.wait ?? 0;
    this.#cooling = numbers.cooling ?? 0;
  }
}

/**
 * Multiplies the learning rate by `factor` when what it watches has not improved by more than `minDelta` for
 * `patience` epochs. Notes the rate in the logs as `learning_rate`.
 *
 * @see Keras `ReduceLROnPlateau`
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  return new ReduceLROnPlateau(options);
}
