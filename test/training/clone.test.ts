import { expect, test } from 'vitest';
import { cloneModel, dense, input, type Layer, lambda, layers, model, sequential } from '../../src/index.ts';

/** Layers like those of the models below. */
function like(layer: Layer): Layer {
  const { name } = layer;
  if (layer.className === 'Dense') return dense(Number(layer.config().units), { name });
  if (layer.className === 'Add') return layers.add({ name });
  return lambda((x) => x.mul(2), { name });
}

test('a clone of a graph has its layers, shared ones once, and weights of its own', () => {
  const [a, b] = [input([3], { name: 'a' }), input([3], { name: 'b' })];
  const shared = dense(4, { name: 'shared' });
  const inner = sequential([dense(2), lambda((x) => x.mul(2))], { name: 'inner' });
  const sum = layers.add({ name: 'sum' })([shared(a), shared(b)]);
  const original = model({ inputs: { left: a, right: b }, outputs: { value: inner(sum) }, name: 'net' });
  const copy = cloneModel(original, like);

  expect(copy.layers.map(({ name }) => name)).toEqual(original.layers.map(({ name }) => name));
  expect([...copy.weightPaths().keys()]).toEqual([...original.weightPaths().keys()]);
  expect(copy.weights.some((weight) => original.weights.includes(weight))).toBe(false);
  const x = { left: [[1, 2, 3]], right: [[4, 5, 6]] };
  expect(copy.predict(x).array()).not.toEqual(original.predict(x).array());
  copy.setWeights(original.getWeights());
  expect(copy.predict(x).array()).toEqual(original.predict(x).array());
});
