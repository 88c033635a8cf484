import { describe, expect, test } from 'vitest';
import {
  type Callback,
  dense,
  earlyStopping,
  input,
  type Sequential,
  sequential,
  sgd,
} from '../../src/index.ts';

/** A model whose one weight is assigned 1, 2, 3, … at the end of the epochs. */
function counting(): { model: Sequential; count: Callback } {
  const model = sequential([input([1]), dense(1, { useBias: false, kernelInitializer: 'zeros' })]);
  model.compile({ optimizer: sgd(), loss: 'mse' });
  return {
    model,
    count: {
      onEpochEnd(epoch) {
        model.weights[0]?.assign([[epoch + 1]]);
      },
    },
  };
}

/** Puts given values into the logs, as if they had been measured. */
function scripted(name: string, values: readonly number[]): Callback {
  return {
    onEpochEnd(epoch, logs) {
      logs[name] = values[epoch] ?? Number.NaN;
    },
  };
}

async function run(
  values: readonly number[],
  options: Parameters<typeof earlyStopping>[0],
  name = 'val_loss',
) {
  const { model, count } = counting();
  const stopping = earlyStopping(options);
  const { epoch } = await model.fit([[0]], [[0]], {
    epochs: values.length,
    callbacks: [scripted(name, values), count, stopping],
  });
  return { epochs: epoch.length, weight: model.weights[0]?.value().data[0], stopping };
}

describe('early stopping', () => {
  const values = [0.9, 0.7, 0.6, 0.61, 0.62, 0.63, 0.5, 0.4];

  test('with patience 3 stops after the 6th epoch and returns to the 3rd', async () => {
    const { epochs, weight, stopping } = await run(values, { patience: 3, restoreBestWeights: true });
    expect({ epochs, weight }).toEqual({ epochs: 6, weight: 3 });
    expect(stopping.bestEpoch).toBe(2);
    expect(stopping.stoppedEpoch).toBe(5);
  });

  test('keeps the last weights unless told to restore', async () => {
    expect((await run(values, { patience: 3 })).weight).toBe(6);
  });

  test('restores the best weights when training ends before patience does', async () => {
    const { epochs, weight, stopping } = await run([3, 1, 2], { patience: 9, restoreBestWeights: true });
    expect({ epochs, weight, stopped: stopping.stoppedEpoch }).toEqual({
      epochs: 3,
      weight: 2,
      stopped: undefined,
    });
  });

  test('counts only improvements of more than minDelta', async () => {
    const { epochs } = await run([1, 0.99, 0.98, 0.5, 0.4], { patience: 2, minDelta: 0.1 });
    expect(epochs).toBe(3);
  });

  test('watches an accuracy for its maximum', async () => {
    const options = { monitor: 'val_accuracy', patience: 1, restoreBestWeights: true };
    expect(await run([0.5, 0.9, 0.8, 1], options, 'val_accuracy')).toMatchObject({ epochs: 3, weight: 2 });
  });

  test('waits for startFromEpoch', async () => {
    expect((await run([1, 2, 3, 4, 5, 6], { patience: 1, startFromEpoch: 3 })).epochs).toBe(5);
  });

  // As `on_epoch_end` of Keras has it: what is better than the best so far, but not than the baseline, does not begin
  // the waiting anew.
  test('waits on below the baseline', async () => {
    expect((await run([5, 4, 4, 4, 4, 4], { patience: 3 })).epochs).toBe(5);
    expect((await run([5, 4, 4, 4, 4, 4], { patience: 3, baseline: 3 })).epochs).toBe(3);
    expect((await run([5, 2, 4, 4, 4, 4], { patience: 3, baseline: 3 })).epochs).toBe(5);
  });

  test('serves a second run as it did the first', async () => {
    const { model, count } = counting();
    const stopping = earlyStopping({ patience: 1 });
    const callbacks = [scripted('val_loss', [2, 1, 3]), count, stopping];
    for (let i = 0; i < 2; i++) {
      const { epoch } = await model.fit([[0]], [[0]], { epochs: 5, callbacks });
      expect(epoch).toHaveLength(3);
    }
  });
});

test('watching a log that is not there is an error that lists those that are', () => {
  const stopping = earlyStopping({ monitor: 'val_loss' });
  expect(() => stopping.onEpochEnd(0, { loss: 1, accuracy: 0.5 })).toThrow(/val_loss.*loss, accuracy/);
});
