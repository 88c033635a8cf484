import { describe, expect, test } from 'vitest';
import {
  dropout,
  input,
  type Layer,
  layers,
  model,
  ones,
  randomNormal,
  type Shape,
  sequential,
  sgd,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';

const SIZE = 20_000;

/** What a layer makes of ones in one training step. */
function disturbed(layer: Layer, shape: Shape, step = 0): Tensor {
  layer.build(shape.slice(1));
  return layer.call(ones(shape), { training: true, step: tensor(step, { dtype: 'uint32' }) });
}

function momentsOf(numbers: ArrayLike<number>): { mean: number; deviation: number } {
  const list = Array.from(numbers);
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
  return { mean, deviation: Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length) };
}

const NOISY: readonly [string, () => Layer][] = [
  ['dropout', () => layers.dropout(0.5, { seed: 1 })],
  ['gaussianNoise', () => layers.gaussianNoise(0.5, { seed: 1 })],
  ['gaussianDropout', () => layers.gaussianDropout(0.5, { seed: 1 })],
  ['alphaDropout', () => layers.alphaDropout(0.5, { seed: 1 })],
];

describe.each(NOISY)('%s', (_, make) => {
  test('is the identity outside of training', () => {
    const layer = make();
    layer.build([3]);
    expect(layer.call(tensor([[1, 2, 3]]), { training: false }).array()).toEqual([[1, 2, 3]]);
  });

  test('draws other numbers in each step, and the same in the same step', () => {
    const layer = make();
    const first = disturbed(layer, [1, 64], 0).array();
    expect(disturbed(layer, [1, 64], 1).array()).not.toEqual(first);
    expect(disturbed(layer, [1, 64], 0).array()).toEqual(first);
  });
});

/** Bounds are five deviations of the mean, or of the deviation, of 20 000 draws. */
describe('the numbers', () => {
  test('of gaussianNoise have the deviation asked for, around the input', () => {
    const { mean, deviation } = momentsOf(disturbed(layers.gaussianNoise(0.5), [1, SIZE]).dataSync());
    expect(Math.abs(mean - 1)).toBeLessThan((5 * 0.5) / Math.sqrt(SIZE));
    expect(Math.abs(deviation - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(2 * SIZE));
  });

  test('of gaussianDropout have the variance of dropout', () => {
    const { mean, deviation } = momentsOf(disturbed(layers.gaussianDropout(0.2), [1, SIZE]).dataSync());
    expect(Math.abs(mean - 1)).toBeLessThan((5 * 0.5) / Math.sqrt(SIZE));
    expect(Math.abs(deviation - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(2 * SIZE));
  });

  test('of alphaDropout keep mean 0 and variance 1', () => {
    const layer = layers.alphaDropout(0.3, { seed: 2 });
    layer.build([SIZE]);
    const noise = disturbed(layers.gaussianNoise(1, { seed: 3 }), [1, SIZE]).sub(1);
    const { mean, deviation } = momentsOf(layer.call(noise, { training: true }).dataSync());
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(SIZE));
    expect(Math.abs(deviation - 1)).toBeLessThan(5 / Math.sqrt(SIZE));
  });
});

/** The different values of each row of [rows, columns]. */
const valuesIn = (rows: readonly (readonly number[])[]) => rows.map((row) => new Set(row).size);

describe('what drops together', () => {
  test('with noiseShape, all places along its axes of length 1', () => {
    const numbers = disturbed(layers.dropout(0.5, { noiseShape: [null, 1, null], seed: 4 }), [4, 6, 5]);
    const byFeature = numbers.transpose([0, 2, 1]).reshape([20, 6]).array() as number[][];
    expect(valuesIn(byFeature)).toEqual(Array(20).fill(1));
    expect(new Set(numbers.dataSync())).toEqual(new Set([0, 2]));
  });

  test('with spatialDropout1D, all steps of a feature', () => {
    const numbers = disturbed(layers.spatialDropout1D(0.5, { seed: 5 }), [4, 6, 5]);
    expect(valuesIn(numbers.transpose([0, 2, 1]).reshape([20, 6]).array() as number[][])).toEqual(
      Array(20).fill(1),
    );
    expect(new Set(numbers.dataSync())).toEqual(new Set([0, 2]));
  });

  test.each([
    ['channels_last', [4, 2, 3, 5], [0, 3, 1, 2]],
    ['channels_first', [4, 5, 2, 3], [0, 1, 2, 3]],
  ] as const)('with spatialDropout2D and %s, all of a channel', (dataFormat, shape, order) => {
    const numbers = disturbed(layers.spatialDropout2D(0.5, { dataFormat, seed: 6 }), shape);
    expect(valuesIn(numbers.transpose(order).reshape([20, 6]).array() as number[][])).toEqual(
      Array(20).fill(1),
    );
    expect(new Set(numbers.dataSync())).toEqual(new Set([0, 2]));
  });

  const dropping = { dropout: 0.5, recurrentDropout: 0.5, returnSequences: true, seed: 7 };
  test.each([
    ['simpleRNN', layers.simpleRNN(3, dropping)],
    ['lstm', layers.lstm(3, dropping)],
    ['gru', layers.gru(3, dropping)],
  ])('with dropout in %s, other features and states in each step of training', (_, layer) => {
    layer.build([4, 2]);
    const x = ones([2, 4, 2]);
    const run = (step: number) =>
      layer.call(x, { training: true, step: tensor(step, { dtype: 'uint32' }) }).array();
    expect(run(0)).toEqual(run(0));
    expect(run(0)).not.toEqual(run(1));
    expect(run(0)).not.toEqual(layer.call(x, { training: false }).array());
  });
});

test('a noiseShape that does not fit is refused', () => {
  const layer = layers.dropout(0.5, { noiseShape: [null, 2], name: 'drop' });
  layer.build([3]);
  expect(() => layer.call(ones([2, 3]), { training: true })).toThrow(
    'layer "drop" with noiseShape [null, 2]: expected for each axis of [2, 3] null, 1 or its length.',
  );
});

describe('a layer that is called twice in a step', () => {
  const shape = [64] as const;
  test.each([
    ['dropout', () => dropout(0.5)],
    ['gaussianNoise', () => layers.gaussianNoise(1)],
    ['gaussianDropout', () => layers.gaussianDropout(0.5)],
    ['a model with dropout', () => sequential([dropout(0.5)])],
    ['lstm with dropout', () => layers.lstm(64, { dropout: 0.5, recurrentDropout: 0.5 })],
  ])('%s, draws other numbers for each call', (name, make) => {
    const x = input(name.startsWith('lstm') ? [3, 64] : shape);
    const shared = make();
    // With the same numbers in both calls, nothing would be left.
    const net = model({ inputs: x, outputs: layers.subtract([shared(x), shared(x)]) });
    net.compile({ optimizer: sgd({ learningRate: 1e-9 }), loss: 'mse' });
    const data = randomNormal([4, ...x.exampleShape], 1, 1, { seed: 3 });
    const losses = [0, 1].map(() => net.trainOnBatch(data, zeros([4, 64])).loss ?? 0);
    expect(losses[0]).toBeGreaterThan(1e-3);
    expect(losses[1]).not.toBe(losses[0]);
    expect(net.testOnBatch(data, zeros([4, 64])).loss).toBe(0);
  });
});
