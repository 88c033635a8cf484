import { expect, test } from 'vitest';
import {
  ArgumentError,
  callbacks,
  input,
  layers,
  metrics,
  model,
  ops,
  sequential,
  tensor,
} from '../../src/index.ts';

const digits = () =>
  sequential([
    input([6]),
    layers.dense(5, { activation: 'relu', name: 'features' }),
    layers.dense(4, { name: 'more' }),
    layers.dense(2),
  ]);
const x = tensor([[0.1, -0.4, 0.3, 0.8, -0.9, 0.2]]);

test('features of a sequential model are the output of one of its layers', () => {
  const net = digits();
  const extractor = model({ inputs: net.input, outputs: net.getLayer({ name: 'features' }).output });
  const wanted = net.getLayer('features')(x);
  expect(extractor.predict(x).array()).toEqual(wanted.array());
  expect(model({ inputs: net.inputs, outputs: net.outputs }).predict(x).array()).toEqual(
    net.predict(x).array(),
  );
  expect(net.getLayer({ index: 1 }).input).toBe(net.getLayer('features').output);
  // The weights are those of the network.
  expect(extractor.weights[0]).toBe(net.weights[0]);
});

test('a layer that is added later goes on where the others end', () => {
  const net = digits();
  expect(net.output.shape).toEqual([null, 2]);
  net.add(layers.dense(3));
  expect(net.output.shape).toEqual([null, 3]);
  expect(net.output).toBe(net.getLayer(-1).output);
});

test('several outputs of one functional model, and functions of ops on them', () => {
  const a = input([6]);
  const hidden = layers.dense(3, { name: 'hidden' })(a);
  const net = model({ inputs: a, outputs: layers.dense(1)(hidden) });
  expect(net.input).toBe(a);
  const both = model({
    inputs: net.input,
    outputs: [net.output, ops.mean(net.getLayer('hidden').output, -1)],
  });
  expect(both.predictMany([x]).map(({ shape }) => shape)).toEqual([[1, 1], [1]]);
});

test('a layer that was called never, or twice, has no one output, and says so', () => {
  const a = input([6]);
  const shared = layers.dense(6);
  expect(() => shared.output).toThrow(ArgumentError);
  shared(shared(a));
  expect(() => shared.output).toThrow(/called once/);
  expect(() => sequential([layers.dense(2)]).input).toThrow(/knows the shape/);
});

test('a metric keeps what it has seen by itself', () => {
  const error = metrics.meanSquaredError();
  error.updateState([[0], [1]], [[0.5], [1]]);
  error.updateState([[0]], [[2]]);
  expect(error.result()).toBeCloseTo((0.25 + 0 + 4) / 3, 6);
  error.resetState();
  error.updateState([[0], [1]], [[1], [1]], [3, 1]);
  expect(error.result()).toBeCloseTo(0.75, 6);
});

test('weights of one layer are read and given as arrays', () => {
  const layer = layers.dense(2);
  expect(() => layer.setWeights([[[1, 2]], [0, 1]])).toThrow(/once it is built/);
  layer.build([1]);
  layer.setWeights([[[1, 2]], [0, 1]]);
  expect(layer(tensor([[3]])).array()).toEqual([[3, 7]]);
  expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[1, 2], [2]]);
});

test('a callback that cannot write says which file, and a checkpoint what it lacks', async () => {
  const net = digits();
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const logger = callbacks.csvLogger('package.json/log.csv');
  await expect(net.fit([[1, 2, 3, 4, 5, 6]], [[1, 2]], { verbose: 0, callbacks: [logger] })).rejects.toThrow(
    /package.json\/log.csv: writing the file: expected a path that can be written to/,
  );
  expect(() => Reflect.apply(callbacks.modelCheckpoint, undefined, ['m.keras', {}])).toThrow(
    /save: saveModel/,
  );
});
