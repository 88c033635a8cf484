import { describe, expect, test } from 'vitest';
import { loadModel, saveModel } from '../../src/formats/index.ts';
import {
  type Callback,
  callbacks,
  type FileStore,
  type FitOptions,
  input,
  layers,
  type Model,
  sequential,
} from '../../src/index.ts';
import { built, testKills } from '../support/killable.ts';

/** Trains a model with a training step and two optimizers of its own, in a process that may kill itself. */
const SCRIPT = (library: string) => `
  import { Model, callbacks, layers, losses, optimizers, randomNormal, sequential, setSeed, tensor, valueAndGrad, ops } from '${library}';
  const [folder, moment, saveFreq] = process.argv.slice(2);
  setSeed(5);
  const bce = losses.binaryCrossentropy({ fromLogits: true });
  class GAN extends Model {
    generator = sequential([layers.dense(8, { activation: 'leakyRelu' }), layers.batchNormalization(), layers.dense(2)]);
    discriminator = sequential([layers.dense(8, { activation: 'leakyRelu' }), layers.dropout(0.3), layers.dense(1)]);
    generatorOptimizer = optimizers.adam({ learningRate: 0.005, beta1: 0.5 });
    discriminatorOptimizer = optimizers.rmsprop({ momentum: 0.5 });
    trainStep({ x: [real], context }) {
      const count = real.shape[0];
      const noise = (seed) => randomNormal([count, 4], 0, 1, { seed, stream: context.step });
      this.generator.build([4]);
      this.discriminator.build([2]);
      const judged = (fakes, labels) => bce.reduce(labels, this.discriminator(fakes, context));
      const [discriminatorLoss, slopes] = valueAndGrad(
        () => judged(ops.concatenate([real, this.generator(noise(1), context)]), ops.concatenate([ops.ones([count, 1]), ops.zeros([count, 1])])),
        this.discriminator.trainableWeights,
      )();
      this.discriminatorOptimizer.apply(slopes, this.discriminator.trainableWeights);
      const [generatorLoss, others] = valueAndGrad(
        () => judged(this.generator(noise(2), context), ops.ones([count, 1])),
        this.generator.trainableWeights,
      )();
      this.generatorOptimizer.apply(others, this.generator.trainableWeights);
      return { discriminatorLoss, generatorLoss };
    }
  }
  const model = new GAN();
  const real = Array.from({ length: 60 }, (_, i) => [3 + Math.sin(i), Math.cos(3 * i)]);
  let epoch;
  await model.fit(tensor(real), undefined, { epochs: 6, batchSize: 8, callbacks: [
    { everyBatch: true,
      onEpochBegin(begun) { epoch = begun; if (moment === 'begin' && begun === 2) process.kill(process.pid, 'SIGKILL'); },
      onTrainBatchEnd(batch) { if (moment === 'batch' && epoch === 4 && batch === 6) process.kill(process.pid, 'SIGKILL'); } },
    callbacks.backupAndRestore(folder, { saveFreq: saveFreq === 'epoch' ? saveFreq : Number(saveFreq) }),
  ] });
  console.log(JSON.stringify(model.getState().map(({ data }) => [...data])));`;

describe("a training step of one's own goes on after kill −9", () => {
  testKills(SCRIPT(built('index.js')), { moments: ['begin', 'batch'], saving: ['epoch', '3'] });
});

describe('states that recurrent layers carry from batch to batch', () => {
  const x = Array.from({ length: 24 }, (_, i) => [[Math.sin(i)], [Math.cos(i)], [Math.sin(2 * i)]]);
  const y = x.map(([[a = 0] = [], [b = 0] = []]) => [a * b]);
  const made = (): Model => {
    const model = sequential([
      input([3, 1]),
      layers.lstm(4, { stateful: true, returnSequences: true }),
      layers.bidirectional(layers.gru(3, { stateful: true })),
      layers.dense(1),
    ]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    return model;
  };
  const trainOn = (model: Model, epochs: number, more: FitOptions = {}) =>
    model.fit(x, y, { epochs, batchSize: 6, shuffle: false, ...more });
  const stateOf = (model: Model) =>
    [...model.getState(), ...model.carried().flat()].map(({ data }) => [...data]);

  test('go on from a .keras file', async () => {
    const whole = made();
    let saved: Uint8Array = new Uint8Array();
    const save: Callback = {
      async afterEpoch(epoch) {
        if (epoch === 1) saved = await saveModel(whole);
      },
    };
    await trainOn(whole, 4, { callbacks: [save] });
    const { model } = await loadModel(saved);
    expect(
      model
        .carried()
        .flat()
        .some(({ data }) => data.some((number) => number !== 0)),
    ).toBe(true);
    await trainOn(model, 4, { resume: true });
    expect(stateOf(model)).toEqual(stateOf(whole));
    // As Keras has no place for them in its own part of a file, a model that is not trained on begins with zeros.
    const { model: fresh } = await loadModel(await saveModel(whole), { compile: false });
    expect(
      fresh
        .carried()
        .flat()
        .every(({ data }) => data.every((number) => number === 0)),
    ).toBe(true);
  });

  test('go on from a backup', async () => {
    const files = new Map<string, Uint8Array>();
    const store: FileStore = {
      read: async (path) => files.get(path),
      write: async (path, bytes) => void files.set(path, bytes),
      append: async () => {},
      remove: async () => {},
    };
    const backup = () => callbacks.backupAndRestore('b', { files: store });
    const [whole, cut, again] = [made(), made(), made()];
    cut.setWeights(whole.getWeights());
    await trainOn(whole, 4);
    const failing: Callback = {
      onEpochBegin(epoch) {
        if (epoch === 2) throw new Error('cut');
      },
    };
    await expect(trainOn(cut, 4, { callbacks: [failing, backup()] })).rejects.toThrow('cut');
    await trainOn(again, 4, { callbacks: [backup()] });
    expect(stateOf(again)).toEqual(stateOf(whole));
  });
});
