import { describe, expect, test } from 'vitest';
import { ArgumentError, type Layer, layers, ones, type Shape, ShapeError } from '../../src/index.ts';

const named = { name: 'here' };

/** Layers that cannot be built for a shape, and what they say. */
const SHAPES: readonly [Layer, Shape, string][] = [
  [
    layers.conv2D(4, 3, named),
    [28, 28],
    'expected the batch, 2 spatial axes and the channels, found inputs of [batch, 28, 28]. Add an axis for the channels',
  ],
  [
    layers.conv2D(4, [5, 3], named),
    [4, 4, 1],
    'expected spatial axes at least as long as its windows, [5, 3], found inputs of [batch, 4, 4, 1]. Take a smaller window',
  ],
  [
    layers.conv1D(4, 3, { ...named, groups: 2 }),
    [9, 3],
    'expected a number of channels that 2 groups divide, found inputs of [batch, 9, 3].',
  ],
  [layers.maxPooling2D(named), [1, 1, 3], 'expected spatial axes at least as long as its windows, [2, 2]'],
  [
    layers.cropping1D({ ...named, cropping: [2, 2] }),
    [4, 1],
    'expected spatial axes longer than what is cut',
  ],
  [
    layers.lstm(2, named),
    [5],
    'expected inputs of [batch, steps, features], found inputs of [batch, 5]. Add an axis for the features',
  ],
  [layers.timeDistributed(layers.dense(2), named), [5], 'expected inputs of [batch, steps, …]'],
  [layers.masking(named), [5], 'expected inputs of [batch, steps, features]'],
  [layers.repeatVector(2, named), [5, 2], 'expected inputs of [batch, features]'],
  [layers.permute([2, 1], named), [5], 'expected 2 axes besides the batch'],
  [
    layers.groupNormalization({ ...named, groups: 3 }),
    [8],
    'expected a number of channels that 3 groups divide',
  ],
  [layers.reshape([4, 2], named), [9], 'expected as many numbers as [4, 2] holds'],
];

test.each(SHAPES)(
  '%#. names the layer, what it wants, what it got, and the fix',
  (layer, shape, sentence) => {
    const build = () => layer.build(shape);
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(`layer "here": ${sentence}`);
  },
);

describe('several inputs', () => {
  test('that do not fit are refused by name', () => {
    expect(() =>
      layers.concatenate(named).buildMany([
        [3, 2],
        [4, 3],
      ]),
    ).toThrow(
      'layer "here": expected all inputs to be [batch, 3, …], as the first is, found inputs of [batch, 4, 3]. Only the axis it joins along may differ.',
    );
    expect(() => layers.dot(1, named).buildMany([[3], [4]])).toThrow(
      'layer "here": expected the second input to be 3 long along axis 1, as the first is along 1, found inputs of [batch, 4].',
    );
    // As someone may write it in JavaScript.
    const byName: unknown = { axes: 1 };
    expect(() => layers.dot(byName as number[])).toThrow(ArgumentError);
    expect(() => layers.add(named).buildMany([[3], [4]])).toThrow(
      'layer "here": expected inputs of one shape, or of length 1 where they differ, found [batch, 3] and [batch, 4]',
    );
  });

  test('that are too few or too many are counted', () => {
    expect(() => layers.add(named).buildMany([[3]])).toThrow(
      'expected at least two inputs, in a list, found 1',
    );
    expect(() => layers.subtract(named).buildMany([[3], [3], [3]])).toThrow(
      'expected 2 inputs, in a list, found 3',
    );
    expect(() => layers.multiHeadAttention(2, 2, named).buildMany([[3, 2]])).toThrow(
      'expected a query and a value, and maybe a key, found 1 inputs. For self-attention, give the same tensor twice',
    );
    expect(() => layers.lstm(2, named).buildMany([[3, 2], [2]])).toThrow(
      'expected 2 initial states, or none, found 1',
    );
  });
});

test.each([
  [() => layers.conv2D(0, 3), 'Conv2D: expected filters to be a whole number, at least 1, found 0.'],
  [
    () => layers.conv2D(4, [3, 3, 3]),
    'Conv2D: expected one number for kernelSize, or 2 of them, found [3, 3, 3].',
  ],
  [
    () => layers.conv2D(4, 3, { strides: 2, dilationRate: 2 }),
    'Conv2D: expected strides of 1 or a dilationRate of 1',
  ],
  [
    () => layers.conv2D(3, 3, { groups: 2 }),
    'Conv2D: expected a number of filters that 2 groups divide, found 3.',
  ],
  [
    () => layers.conv2D(3, 3, { padding: 'causal' }),
    'Conv2D with padding "causal": expected one of valid, same.',
  ],
  [() => layers.permute([1, 1]), 'Permute: expected each axis 1 … 2 once'],
  [
    () => layers.bidirectional(layers.dense(2)),
    'Bidirectional: expected a recurrent layer: simpleRNN, lstm or gru, found Dense.',
  ],
  [
    () => layers.bidirectional(layers.gru(2), { backwardLayer: layers.gru(2) }),
    'Bidirectional: expected two layers that go in opposite directions and return alike.',
  ],
  [() => layers.dot(0), 'Dot: expected one axis for both inputs, or two, none of them the batch, found 0.'],
  [
    () => layers.zeroPadding2D({ padding: [1, 2, 3] }),
    'ZeroPadding2D: expected padding to be a number, or 2 numbers or pairs',
  ],
])('%#. an argument that makes no sense is refused', (make, sentence) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(sentence);
});

test('inputs of another shape than it was built for are refused by name', () => {
  const layer = layers.conv2D(2, 3, named);
  layer.build([8, 8, 3]);
  expect(() => layer(ones([1, 8, 8, 2]))).toThrow(
    /^layer "here": expected inputs that fit it, as those it was built for do, \[batch, 8, 8, 3\], found \[batch, 8, 8, 2\]/,
  );
});
