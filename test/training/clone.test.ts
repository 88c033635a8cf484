import { expect, test } from 'vitest';
import {
  cloneModel,
  dense,
  input,
  Layer,
  lambda,
  layers,
  model,
  randomNormal,
  type SymbolicTensor,
  sequential,
  type Tensor,
} from '../../src/index.ts';

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

/** Every kind of layer with arguments that are not the usual ones, on a shape it takes. */
const CASES: readonly (readonly [Layer, ...(readonly number[])[]])[] = [
  [dense(3, { activation: (x) => x.mul(2), useBias: false, kernelRegularizer: 'l2' }), [4]],
  [layers.conv2D(2, [3, 2], { strides: 2, padding: 'same', activation: 'relu' }), [6, 6, 1]],
  [layers.batchNormalization({ momentum: 0.5, center: false }), [4]],
  [layers.bidirectional(layers.lstm(2, { returnSequences: true }), { mergeMode: 'sum' }), [3, 4]],
  [layers.timeDistributed(dense(2)), [3, 4]],
  [layers.gru(3, { resetAfter: false, goBackwards: true }), [3, 4]],
  [layers.rnn(layers.simpleRNNCell(3, { activation: 'relu' })), [3, 4]],
  [layers.multiHeadAttention(2, 3, { valueDim: 4 }), [3, 4], [3, 4]],
  [layers.einsumDense('abc,cd->abd', { outputShape: [3, 5], biasAxes: 'd' }), [3, 4]],
  [layers.normalization({ axis: null, mean: 1, variance: 4 }), [4]],
  [layers.pipeline([layers.rescaling(2), layers.centerCrop(2, 2)]), [4, 4, 1]],
  [layers.discretization({ binBoundaries: [0, 1] }), [4]],
  [layers.concatenate({ axis: 1 }), [3, 4], [2, 4]],
  [lambda((x) => x.mul(3)), [4]],
  [dense(3, { dtype: 'mixed_float16' }), [4]],
];
test.each(CASES.map(([layer, ...shapes]) => ({ kind: layer.className, layer, shapes })))(
  'a clone of $kind by its configuration computes the same with the same weights',
  ({ layer, shapes }) => {
    const inputs = shapes.map((shape, i) => input(shape, { name: `x${i}` }));
    const [first, ...rest] = inputs as [SymbolicTensor, ...SymbolicTensor[]];
    const isJoining = layer.className === 'Concatenate';
    const original = model({ inputs, outputs: isJoining ? layer(inputs) : layer(first, ...rest) });
    const copy = cloneModel(original);
    expect(copy.layers.map(({ name }) => name)).toEqual(original.layers.map(({ name }) => name));
    expect(copy.weights.some((weight) => original.weights.includes(weight))).toBe(false);
    copy.setWeights(original.getWeights());
    const x = shapes.map((shape) => randomNormal([2, ...shape], 0, 1, { seed: 1 }));
    expect(copy.predict(x).array()).toEqual(original.predict(x).array());
  },
);

test('a class of one’s own is refused without a function that makes it', () => {
  class Twice extends Layer {
    readonly className = 'Twice';
    protected setUp(shape: readonly number[]) {
      return shape;
    }
    call(x: Tensor) {
      return x.mul(2);
    }
    config() {
      return {};
    }
  }
  const original = sequential([input([2]), new Twice({ name: 'twice' })]);
  expect(() => cloneModel(original)).toThrow(/a layer like "twice" \(Twice\)/);
  expect(
    cloneModel(original, ({ name }) => new Twice({ name }))
      .predict([[1, 2]])
      .array(),
  ).toEqual([[2, 4]]);
});
