import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  cloneModel,
  input,
  layers,
  model,
  ops,
  plotModel,
  randomNormal,
  sequential,
  setSeed,
  tensor,
} from '../../src/index.ts';

/** A block as one writes it in Keras: attention by hand, and a residual. */
function block() {
  const x = input([4, 6], { name: 'x' });
  const scores = ops.matmul(x, ops.transpose(layers.dense(6, { name: 'keys' })(x), [0, 2, 1]));
  const mixed = ops.add(x, ops.matmul(ops.softmax(ops.divide(scores, 2)), x));
  const [mean, variance] = ops.moments(mixed, [1]);
  const features = ops.concatenate([mean, variance, ops.getItem(mixed, [], 0)], -1);
  return model({ inputs: x, outputs: layers.dense(2, { name: 'out' })(ops.relu(features)) });
}

describe('functions of ops on symbolic tensors', () => {
  test('are nodes with the names of Keras, in the summary and in the picture', () => {
    const net = block();
    expect(net.layers.map(({ name, className }) => `${name} ${className}`)).toEqual([
      'x InputLayer',
      'keys Dense',
      'transpose Transpose',
      'matmul Matmul',
      'divide Divide',
      'softmax Softmax',
      'matmul_1 Matmul',
      'add Add',
      'moments Moments',
      'get_item GetItem',
      'concatenate Concatenate',
      'relu Relu',
      'out Dense',
    ]);
    expect(net.summary()).toContain('│ moments (Moments)         │ [batch, 6], [batch, 6] │');
    expect(plotModel(net)).toContain('>get_item<');
  });

  test('compute what they do of tensors, and train', async () => {
    setSeed(3);
    const net = block();
    const x = randomNormal([8, 4, 6]);
    const keys = net.getLayer('keys')(x);
    const scores = ops.divide(ops.matmul(x, ops.transpose(keys, [0, 2, 1])), 2);
    const mixed = ops.add(x, ops.matmul(ops.softmax(scores), x));
    const features = ops.concatenate([...ops.moments(mixed, [1]), ops.getItem(mixed, [], 0)], -1);
    const wanted = net.getLayer('out')(ops.relu(features)).dataSync();
    const found = net.predict(x).dataSync();
    for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);

    net.compile({ optimizer: 'adam', loss: 'mse' });
    const y = randomNormal([8, 2]);
    const { history } = await net.fit(x.value(), y.value(), { epochs: 20, verbose: 0 });
    expect(history.loss?.at(-1)).toBeLessThan(history.loss?.[0] ?? 0);
    expect(net.getLayer('keys').weights[0]?.shape).toEqual([6, 6]);
  });

  test('are cloned with the model', () => {
    const net = block();
    const copy = cloneModel(net);
    expect(copy.summary()).toBe(net.summary());
    copy.setWeights(net.getWeights());
    const x = randomNormal([3, 4, 6]);
    expect(copy.predict(x).array()).toEqual(net.predict(x).array());
  });

  test('know the shapes of what they return, the batch included', () => {
    const x = input([4, 6]);
    const shapeOf = (given: { readonly shape: readonly (number | null)[] }) => given.shape;
    expect(shapeOf(ops.reshape(x, [-1, 8]))).toEqual([null, 8]);
    expect(shapeOf(ops.mean(x))).toEqual([]);
    expect(shapeOf(ops.transpose(x))).toEqual([6, 4, null]);
    expect(shapeOf(ops.expandDims(x, 0))).toEqual([1, null, 4, 6]);
    expect(shapeOf(ops.subtract(x, ops.mean(x, 0)))).toEqual([null, 4, 6]);
    expect(shapeOf(ops.add(1, input([3], { batchSize: 5 })))).toEqual([5, 3]);
    expect(ops.argmax(x, -1).dtype).toBe('int32');
  });

  test('refuse to be layers’ inputs without the batch as first axis, and say so', () => {
    const x = input([4]);
    expect(() => layers.dense(2)(ops.mean(x))).toThrow(ArgumentError);
    expect(() => model({ inputs: x, outputs: ops.matmul(x, ops.transpose(x)) })).toThrow(
      /batch as its first axis/,
    );
    // In between they may be anything.
    const norms = ops.matmul(x, ops.transpose(x));
    const net = model({ inputs: x, outputs: ops.expandDims(ops.diagonal(norms), -1) });
    expect(
      net
        .predict([
          [1, 2, 0, 2],
          [3, 0, 4, 0],
        ])
        .array(),
    ).toEqual([[9], [25]]);
  });

  test('name the shapes that do not fit', () => {
    expect(() => ops.add(input([3]), input([4]))).toThrow(/3\] and \[.*4\]/);
  });

  test('take a layer’s output inside of a sequential model', () => {
    const inner = sequential([input([3]), layers.dense(2, { name: 'first' }), layers.dense(1)]);
    const net = model({ inputs: inner.input, outputs: ops.square(inner.getLayer('first').output) });
    const x = tensor([[1, 2, 3]]);
    expect(net.predict(x).array()).toEqual(ops.square(inner.getLayer('first')(x)).array());
  });
});

test('getItem takes what Python takes in brackets', () => {
  const x = tensor([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  expect(ops.getItem(x, 1).array()).toEqual([5, 6, 7, 8]);
  expect(ops.getItem(x, -1, -2).array()).toBe(7);
  expect(ops.getItem(x, [], [1, 3]).array()).toEqual([
    [2, 3],
    [6, 7],
  ]);
  expect(ops.getItem(x, '...', [null, null, 2]).array()).toEqual([
    [1, 3],
    [5, 7],
  ]);
  expect(ops.getItem(x, [0, 1], null, [-2]).shape).toEqual([1, 1, 2]);
  expect(ops.getItem(x, [5]).shape).toEqual([0, 4]);
  expect(() => ops.getItem(x, 2)).toThrow(/place 2 along axis 0/);
  expect(() => ops.getItem(x, [], 0, 0)).toThrow(/a part for each of 2 axes at most/);
  expect(() => ops.getItem(x, [0, 2, -1])).toThrow(/step -1/);
});
