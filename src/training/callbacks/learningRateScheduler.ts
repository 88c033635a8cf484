import type { Model } from '../model/model.ts';
import type { Callback } from './callback.ts';

/**
 * Sets the learning rate of each epoch: `schedule(epoch, rate)`, with epochs from 0 and the rate so far. Notes it
 * in the logs as `learning_rate`.
 *
 * @see Keras `LearningRateScheduler`
 */
export function learningRateScheduler(schedule: (epoch: number, rate: number) => number): Callback {
  let model: Model | undefined;
  const current = () => model?.optimizer?.learningRate;
  return {
    onTrainBegin(trained) {
      model = trained;
    },
    onEpochBegin(epoch) {
      const rate = current();
      rate?.assign(schedule(epoch, rate.read().item()));
    },
    onEpochEnd(_, logs) {
      const rate = current();
      if (rate) logs.learning_rate = rate.read().item();
    },
  };
}
