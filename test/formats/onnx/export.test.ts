import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { saveOnnx } from '../../../src/formats/index.ts';
import { decodeModel } from '../../../src/formats/onnx/wire.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';
import {
  ArgumentError,
  dense,
  input,
  lambda,
  layers,
  type Model,
  model,
  type NDArray,
  sequential,
  setSeed,
  type Tensor,
} from '../../../src/index.ts';
import { runOnnx } from '../../support/onnxRuntime.ts';

const conv = { padding: 'same', activation: 'relu' } as const;

/** Models by what they are made of. Weights are random; those that start alike are changed below. */
const MODELS: Readonly<Record<string, () => Model>> = {
  'dense layers': () =>
    sequential([
      input([4]),
      dense(8, { activation: 'relu' }),
      dense(5, { activation: 'tanh' }),
      dense(3, { activation: 'softmax' }),
    ]),
  'dense layers over steps of time': () =>
    sequential([input([6, 4]), dense(5, { activation: 'sigmoid' }), layers.flatten(), dense(2)]),
  'every activation': () => {
    const x = input([6]);
    const names = [
      'elu',
      'selu',
      'softplus',
      'softsign',
      'gelu',
      'silu',
      'mish',
      'hardSigmoid',
      'exponential',
      'relu6',
      'logSoftmax',
      'leakyRelu',
    ] as const;
    return model({
      inputs: x,
      outputs: layers.concatenate()(names.map((activation) => dense(4, { activation })(x))),
    });
  },
  'a convolutional network': () =>
    sequential([
      input([10, 9, 2]),
      layers.conv2D(4, 3, conv),
      layers.batchNormalization(),
      layers.maxPooling2D(),
      layers.conv2D(6, [3, 2], { strides: 2, useBias: false }),
      layers.averagePooling2D({ padding: 'same', strides: 1 }),
      layers.maxPooling2D({ padding: 'same' }),
      layers.flatten(),
      layers.dropout(0.5),
      dense(3, { activation: 'softmax' }),
    ]),
  'convolutions along one axis': () =>
    sequential([
      input([12, 3]),
      layers.conv1D(5, 3, { padding: 'causal', dilationRate: 2 }),
      layers.conv1D(4, 2, { strides: 2, groups: 1 }),
      layers.maxPooling1D(),
      layers.globalAveragePooling1D(),
    ]),
  'convolutions in space': () =>
    sequential([
      input([5, 6, 4, 2]),
      layers.conv3D(3, 2, conv),
      layers.averagePooling3D(),
      layers.globalMaxPooling3D(),
    ]),
  'convolutions channel by channel': () =>
    sequential([
      input([8, 8, 4]),
      layers.depthwiseConv2D(3, { padding: 'same' }),
      layers.depthwiseConv2D(2, { depthMultiplier: 2 }),
      layers.separableConv2D(6, 3),
      layers.conv2D(6, 3, { groups: 2 }),
      layers.globalAveragePooling2D(),
    ]),
  'an autoencoder of images': () =>
    sequential([
      input([8, 8, 1]),
      layers.conv2D(4, 3, { ...conv, strides: 2 }),
      layers.conv2DTranspose(3, 3, { strides: 2, padding: 'same' }),
      layers.upSampling2D(),
      layers.upSampling2D({ interpolation: 'bilinear' }),
      layers.cropping2D({ cropping: 3 }),
      layers.zeroPadding2D({ padding: 2 }),
    ]),
  normalizations: () =>
    sequential([
      input([6, 8]),
      layers.layerNormalization(),
      layers.groupNormalization({ groups: 2 }),
      layers.rmsNormalization(),
      layers.unitNormalization(),
      layers.permute([2, 1]),
    ]),
  'a simple recurrent network': () =>
    sequential([input([5, 3]), layers.simpleRNN(4, { returnSequences: true }), layers.simpleRNN(3)]),
  'LSTM and GRU, in both directions': () =>
    sequential([
      input([6, 3]),
      layers.bidirectional(layers.lstm(4, { returnSequences: true })),
      layers.gru(5, { resetAfter: false, returnSequences: true }),
      layers.gru(5),
      dense(2),
    ]),
  'words, with a mask': () =>
    sequential([
      input([6], { dtype: 'int32' }),
      layers.embedding(10, 4, { maskZero: true }),
      layers.lstm(3),
      dense(1, { activation: 'sigmoid' }),
    ]),
  attention: () => {
    const [query, value] = [input([5, 8], { name: 'query' }), input([7, 8], { name: 'value' })];
    const attended = layers.multiHeadAttention(2, 4)(query, value);
    const joined = layers.add()([attended, query]);
    return model({
      inputs: { query, value },
      outputs: { attended: joined, pooled: layers.globalMaxPooling1D()(joined) },
    });
  },
};

function randomInputs(net: Model, batch: number, random: RandomStream): NDArray[] {
  return net.inputSpecs.map(({ dtype = 'float32' }, i) => {
    const shape = [batch, ...(net.inputShapes[i] ?? [])];
    const length = shape.reduce((product, n) => product * n, 1);
    const draw = () => (dtype === 'int32' ? random.integer(10) : random.uniform(-2, 2));
    const numbers = Array.from({ length }, draw);
    return dtype === 'int32'
      ? { dtype, shape, data: Int32Array.from(numbers) }
      : { dtype: 'float32', shape, data: Float32Array.from(numbers) };
  });
}

/** Weights that start as zeros or ones would hide what is done with them. */
function shake(net: Model, random: RandomStream): void {
  for (const weight of net.weights) {
    const { data, shape } = weight.value();
    weight.assign({
      dtype: 'float32',
      shape,
      data: Float32Array.from(data, (x) => x + random.uniform(0, 0.3)),
    });
  }
}

/** Where to leave each file and what is expected of it, for `fixtures/onnx/check.py`. */
const FOLDER = process.env.PELLUCID_ONNX_OUT;

function keep(name: string, file: Uint8Array, net: Model, inputs: readonly NDArray[]): void {
  if (FOLDER === undefined) return;
  const stored = ({ dtype, shape, data }: NDArray) => ({ dtype, shape, data: [...data] });
  const outputs = net.predictMany([...inputs]);
  const record = {
    inputs: Object.fromEntries(net.inputSpecs.map((spec, i) => [spec.name, stored(inputs[i] as NDArray)])),
    outputs: Object.fromEntries(
      net.outputNames.map((output, i) => [output, stored((outputs[i] as Tensor).value())]),
    ),
  };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.onnx`), file);
  writeFileSync(join(FOLDER, `${name}.json`), JSON.stringify(record));
}

async function expectAlike(net: Model, file: Uint8Array, inputs: readonly NDArray[]): Promise<void> {
  const feeds = Object.fromEntries(net.inputSpecs.map(({ name }, i) => [name, inputs[i] as NDArray]));
  const found = await runOnnx(file, feeds);
  for (const [i, output] of net.predictMany([...inputs]).entries()) {
    const { shape, data } = found[net.outputNames[i] ?? ''] ?? { shape: [], data: [] };
    expect(shape).toEqual([...output.shape]);
    const worst = Math.max(
      ...Array.from(output.dataSync(), (x, at) => Math.abs(x - (data[at] ?? Number.NaN)) / (1 + Math.abs(x))),
    );
    expect(worst).toBeLessThan(1e-5);
  }
}

describe('saveOnnx', () => {
  it.each(Object.keys(MODELS))(
    'writes what ONNX Runtime computes alike, for any number of examples: %s',
    async (name) => {
      setSeed(7);
      const random = new RandomStream(3);
      const net = MODELS[name]?.() as Model;
      shake(net, random);
      const file = saveOnnx(net);
      keep(name, file, net, randomInputs(net, 2, random));
      for (const batch of [1, 3]) await expectAlike(net, file, randomInputs(net, batch, random));
    },
  );

  test('a fixed number of examples', async () => {
    const net = sequential([input([4]), lambda((x) => x.sub(x.mean(0)))]);
    expect(() => saveOnnx(net)).toThrow(/whatever their number.*Give a batchSize/);
    await expectAlike(net, saveOnnx(net, { batchSize: 5 }), randomInputs(net, 5, new RandomStream(1)));
  });

  const operatorsOf = (net: Model) =>
    decodeModel(saveOnnx(net), {}).graph?.nodes.map(({ operator }) => operator) ?? [];

  test('convolutions, pooling and activations are operators of their own', () => {
    const operators = operatorsOf(MODELS['a convolutional network']?.() as Model);
    const count = (name: string) => operators.filter((operator) => operator === name).length;
    // One pooling more counts what each window sees of the data.
    expect(['Conv', 'MaxPool', 'AveragePool', 'Relu', 'Softmax', 'Gather', 'Exp'].map(count)).toEqual([
      2, 2, 2, 1, 1, 0, 0,
    ]);
  });

  test('values are named after layers, weights after their paths', () => {
    const { graph } = decodeModel(
      saveOnnx(sequential([input([2], { name: 'x' }), dense(1, { name: 'line' })], { name: 'net' })),
      {},
    );
    expect(graph?.initializers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['net/line/kernel', 'net/line/bias']),
    );
    expect(graph?.nodes.map(({ name }) => name)).toContain('line/MatMul');
    expect(graph?.inputs[0]).toMatchObject({
      name: 'x',
      type: { tensor: { elementType: 1, shape: { dimensions: [{ parameter: 'batch' }, { value: 2 }] } } },
    });
    expect(graph?.outputs.map(({ name }) => name)).toEqual(['line']);
  });

  test('a model that is not built is refused', () => {
    expect(() => saveOnnx(sequential([dense(2)]))).toThrow(ArgumentError);
  });
});
