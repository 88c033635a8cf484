import { describe, expect, test } from 'vitest';
import {
  constraints,
  input,
  layers,
  model,
  type Nested,
  randomNormal,
  sequential,
  setSeed,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
} from '../../src/index.ts';

/** Stripes that run down (label 1) or across (label 0). */
function stripes(count: number): { pictures: Nested; labels: number[] } {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const pictures = labels.map((down, i) =>
    Array.from({ length: 6 }, (_, y) =>
      Array.from({ length: 6 }, (__, x) => [((down ? x : y) + (i >> 1)) % 2]),
    ),
  );
  return { pictures, labels };
}

test('a small convolutional network learns which way stripes run', async () => {
  setSeed(1);
  const { pictures, labels } = stripes(16);
  const network = sequential([
    input([6, 6, 1]),
    layers.conv2D(4, 3, { activation: 'relu', padding: 'same' }),
    layers.batchNormalization({ momentum: 0.5 }),
    layers.spatialDropout2D(0.1),
    layers.maxPooling2D(),
    layers.depthwiseConv2D(2, { depthMultiplier: 2 }),
    layers.globalAveragePooling2D(),
    layers.dense(2),
  ]);
  const loss = sparseCategoricalCrossentropy({ fromLogits: true });
  network.compile({ optimizer: 'adam', loss, metrics: ['accuracy'] });
  await network.fit(pictures, labels, { epochs: 150, batchSize: 8 });
  expect((await network.evaluate(pictures, labels)).accuracy).toBe(1);
});

test('convolutions and poolings, one after the other, compile at any size', () => {
  for (const side of [10, 11, 12, 13]) {
    const network = sequential([
      input([side, side, 1]),
      layers.conv2D(3, 3, { padding: 'same', activation: 'relu' }),
      layers.maxPooling2D(),
      layers.conv2D(2, 3, { activation: 'relu' }),
      layers.averagePooling2D(),
      layers.flatten(),
      layers.dense(2),
    ]);
    network.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const x = randomNormal([2, side, side, 1], 0, 1, { seed: 1 });
    const before =
      network.trainOnBatch(x, [
        [0, 1],
        [1, 0],
      ]).loss ?? 0;
    expect(
      network.trainOnBatch(x, [
        [0, 1],
        [1, 0],
      ]).loss,
    ).toBeLessThan(before);
  }
});

describe('a network that reads words', () => {
  const build = () => {
    setSeed(2);
    const words = input([5], { dtype: 'int32' });
    const vectors = layers.embedding(6, 4, { maskZero: true })(words);
    const read = layers.bidirectional(layers.lstm(3))(vectors);
    return model({ inputs: words, outputs: layers.dense(2)(read) });
  };
  const sentences = [
    [1, 2, 3, 0, 0],
    [3, 2, 1, 0, 0],
    [1, 4, 4, 3, 0],
    [3, 5, 0, 0, 0],
  ];

  test('does not see what stands for no word', () => {
    const network = build();
    const before = network.predict(tensor(sentences, { dtype: 'int32' })).array();
    const [table] = network.weights;
    const rows = table?.value().data.slice() ?? new Float32Array();
    rows.fill(9, 0, 4);
    table?.assign({ dtype: 'float32', shape: [6, 4], data: rows });
    expect(network.predict(tensor(sentences, { dtype: 'int32' })).array()).toEqual(before);
  });

  test('learns which word comes first', async () => {
    const network = build();
    network.compile({
      optimizer: 'adam',
      loss: sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: ['accuracy'],
    });
    const x = tensor(sentences, { dtype: 'int32' });
    await network.fit(x, [0, 1, 0, 1], { epochs: 200 });
    expect((await network.evaluate(x, [0, 1, 0, 1])).accuracy).toBe(1);
  });
});

test('a decoder begins with the states of an encoder', () => {
  setSeed(3);
  const [source, target] = [input([3, 2]), input([4, 2])];
  const [, h, c] = layers.lstm(3, { returnState: true })(source);
  const decoded = layers.lstm(3, { returnSequences: true })(target, { initialState: [h, c] });
  const network = model({ inputs: [source, target], outputs: decoded });
  expect(network.outputShape).toEqual([4, 3]);
  const zeros = tensor([Array(4).fill([0, 0])]);
  const read = (values: Nested) => (network.predict([tensor(values), zeros]) as Tensor).array();
  const one = read([Array(3).fill([1, 1])]);
  expect(read([Array(3).fill([1, 1])])).toEqual(one);
  expect(read([Array(3).fill([-1, 1])])).not.toEqual(one);
});

test('a transformer block with causality sees nothing of what comes later', () => {
  setSeed(4);
  const x = input([4, 6]);
  const attended = layers.multiHeadAttention(2, 3)(x, x, { useCausalMask: true });
  const sum = layers.layerNormalization()(layers.add([x, attended]));
  const network = model({ inputs: x, outputs: sum });
  const rows = (last: number) => {
    const steps = [...Array(3).fill([1, 2, 3, 4, 5, 7]), [last, 0, 1, 0, 1, 0]];
    return (network.predict([steps]).array() as number[][][])[0] ?? [];
  };
  expect(rows(1).slice(0, 3)).toEqual(rows(5).slice(0, 3));
  expect(rows(1)[3]).not.toEqual(rows(5)[3]);
});

test('merging layers are made with options, or applied to symbolic tensors at once', () => {
  const [a, b] = [input([3]), input([3])];
  const outputs = [
    layers.add()([a, b]),
    layers.add([a, b]),
    layers.concatenate([a, b]),
    layers.dot([a, b], 1, { normalize: true }),
  ];
  expect(outputs.map(({ exampleShape }) => exampleShape)).toEqual([[3], [3], [6], [1]]);
  expect(outputs.map(({ layer }) => layer.className)).toEqual(['Add', 'Add', 'Concatenate', 'Dot']);
});

test('activityRegularization adds l1·Σ|x| + l2·Σx², by example, to the loss', () => {
  const layer = layers.activityRegularization({ l1: 0.5, l2: 0.25 });
  const losses: number[] = [];
  const x = tensor([
    [1, -2],
    [3, 0],
  ]);
  const y = layer(x, { training: true, addLoss: (loss) => losses.push(loss.item()) });
  expect(y.array()).toEqual(x.array());
  // (0.5·6 + 0.25·14) / 2
  expect(losses).toEqual([3.25]);
});

test('names of sub-layers are those Keras stores them by', () => {
  const attributes = (of: { subLayers: readonly { attribute: string }[] }) =>
    of.subLayers.map(({ attribute }) => attribute);
  const lstm = layers.lstm(2);
  const both = layers.bidirectional(layers.gru(2));
  const each = layers.timeDistributed(layers.dense(2));
  const heads = layers.multiHeadAttention(2, 2);
  heads.buildMany([
    [3, 4],
    [3, 4],
  ]);
  expect(attributes(lstm)).toEqual(['cell']);
  expect(attributes(both)).toEqual(['forward_layer', 'backward_layer']);
  expect(both.subLayers.map(({ layer }) => layer.name)).toEqual(['forward_gru', 'backward_gru']);
  expect(attributes(each)).toEqual(['layer']);
  expect(attributes(heads)).toEqual(['query_dense', 'key_dense', 'value_dense', 'output_dense']);
});

test('an activation may be a function', () => {
  const double = (x: Tensor) => x.mul(2);
  const plain = layers.dense(2, { kernelInitializer: 'ones' });
  const doubled = layers.dense(2, { kernelInitializer: 'ones', activation: double });
  const x = tensor([[1, 2, 3]]);
  expect(doubled(x).array()).toEqual(double(plain(x)).array());
});

test('weights carry their penalties and bounds, given as such or by name', () => {
  const layer = layers.conv1D(2, 3, { kernelRegularizer: 'l2', biasConstraint: constraints.maxNorm() });
  layer.build([5, 1]);
  const [kernel, bias] = layer.ownedWeights;
  expect([kernel?.regularizer?.className, kernel?.constraint]).toEqual(['L2', undefined]);
  expect([bias?.regularizer, bias?.constraint?.className]).toEqual([undefined, 'MaxNorm']);
  const recurrent = layers.gru(2, { recurrentRegularizer: 'l1' });
  recurrent.build([4, 3]);
  expect(recurrent.ownedWeights.map(({ regularizer }) => regularizer?.className)).toEqual([
    undefined,
    'L1',
    undefined,
  ]);
});
