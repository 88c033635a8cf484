import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  activation,
  dense,
  dropout,
  input,
  type Layer,
  normalization,
  ones,
  reshapeLayer,
  ShapeError,
  sequential,
  setSeed,
  tensor,
} from '../../src/index.ts';

/** A JavaScript caller's name, which no type has checked. */
const unchecked = (name: string) => name as 'linear';

describe('dropout', () => {
  const drop = (layer: Layer, step: number, size = 20_000) => {
    layer.build([size]);
    return layer
      .call(ones([1, size]), { training: true, step: tensor(step, { dtype: 'uint32' }) })
      .dataSync();
  };

  test.each([0.1, 0.5, 0.8])('keeps the expectation at rate %d', (rate) => {
    const numbers = Array.from(drop(dropout(rate, { seed: 1 }), 0));
    const kept = Math.fround(1 / (1 - rate));
    expect(new Set(numbers)).toEqual(new Set([0, kept]));
    const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
    // Four deviations of the mean of 20 000 draws.
    const bound = 4 * Math.sqrt(rate / (1 - rate) / numbers.length);
    expect(Math.abs(mean - 1)).toBeLessThan(bound);
  });

  test('drops others in each step, and the same in the same step', () => {
    const layer = dropout(0.5, { seed: 1 });
    expect(drop(layer, 0, 64)).not.toEqual(drop(layer, 1, 64));
    expect(drop(layer, 1, 64)).toEqual(drop(layer, 1, 64));
  });

  test('drops others in each layer', () => {
    expect(drop(dropout(0.5), 0, 64)).not.toEqual(drop(dropout(0.5), 0, 64));
  });

  test('is the identity in predict', () => {
    const model = sequential([input([5]), dropout(0.9)]);
    expect(model.predict([[1, 2, 3, 4, 5]]).array()).toEqual([[1, 2, 3, 4, 5]]);
  });

  test('takes no rate of 1', () => {
    expect(() => dropout(1)).toThrow('dropout: expected a rate from 0 up to, not including, 1, found 1.');
  });
});

describe('a name that is none', () => {
  test('of an activation lists the choices', () => {
    const sentence = /^activation "gleu": expected one of linear, sigmoid, .*logSoftmax, step\.$/;
    expect(() => dense(2, { activation: unchecked('gleu') })).toThrow(sentence);
    expect(() => activation(unchecked('gleu'))).toThrow(sentence);
    expect(() => activation(unchecked('constructor'))).toThrow(ArgumentError);
  });

  test('of an initializer lists the choices when the layer is built', () => {
    const layer = dense(2, { kernelInitializer: 'glorot' });
    expect(() => layer.build([3])).toThrow(
      /^initializer "glorot": expected one of zeros, ones, .*orthogonal\.$/,
    );
  });
});

describe('shapes', () => {
  test('that dense cannot take are named with the layer', () => {
    const layer = dense(2, { name: 'hidden' });
    layer.build([3]);
    expect(() => layer.call(ones([4, 5]), { training: false })).toThrow(
      new ShapeError({
        asked: 'layer "hidden"',
        expected: 'inputs whose last axis is 3',
        received: 'inputs of [batch, 5]',
        fix: 'Check the shape of the data.',
      }),
    );
  });

  test('that reshape cannot fill are refused', () => {
    expect(() => reshapeLayer([4, 2]).build([9])).toThrow(ShapeError);
    expect(() => reshapeLayer([-1, 2]).build([9])).toThrow(ShapeError);
  });
});

test('weights that start at random repeat with the seed, and differ between layers', () => {
  const weights = () => {
    setSeed(4);
    return [dense(3), dense(3)].map((layer) => {
      layer.build([4]);
      return layer.weights[0]?.value().data;
    });
  };
  const [first, second] = weights();
  expect(weights()).toEqual([first, second]);
  expect(first).not.toEqual(second);
});

test('normalization takes both moments or neither', () => {
  expect(() => normalization({ mean: [1] })).toThrow(ArgumentError);
});

test('normalization adapted after it was built uses the new moments', () => {
  const layer = normalization();
  const model = sequential([input([1]), layer]);
  expect(model.predict([[3]]).array()).toEqual([[3]]);
  layer.adapt([[1], [3]]);
  expect(model.predict([[3]]).array()).toEqual([[1]]);
});
