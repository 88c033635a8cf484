import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { toJSON, toKerasPython, toTypeScript } from '../../../src/formats/index.ts';
import * as pellucid from '../../../src/index.ts';
import { Operation } from '../../../src/layers/operation.ts';

const {
  ArgumentError,
  dense,
  initializers,
  input,
  lambda,
  layers,
  losses,
  metrics,
  model,
  ops,
  optimizers,
  regularizers,
  schedules,
  sequential,
} = pellucid;
type Model = pellucid.Model;

const FIXTURES = new URL('../../../fixtures/code/', import.meta.url);

/** Models by name; Python of each is in the fixtures, with what Keras says of it. */
const MODELS: Readonly<Record<string, () => Model>> = {
  perceptron() {
    const net = sequential(
      [
        input([4], { name: 'petals' }),
        layers.normalization({ name: 'scale', mean: [1, 2, 3, 4], variance: [1, 1, 2, 2] }),
        dense(8, {
          name: 'hidden',
          activation: 'leakyRelu',
          kernelInitializer: initializers.heNormal({ seed: 3 }),
          kernelRegularizer: regularizers.l1L2({ l1: 0.01, l2: 0.02 }),
        }),
        layers.dropout(0.25, { name: 'drop', seed: 7 }),
        dense(3, { name: 'out', activation: 'softmax', useBias: false }),
      ],
      { name: 'perceptron' },
    );
    net.compile({
      optimizer: optimizers.adam({ learningRate: 0.01, beta1: 0.8 }),
      loss: losses.sparseCategoricalCrossentropy(),
      metrics: ['accuracy'],
    });
    return net;
  },
  convolutions() {
    const net = sequential(
      [
        input([16, 16, 3], { name: 'image' }),
        layers.conv2D(8, 3, { name: 'conv', padding: 'same', activation: 'relu' }),
        layers.batchNormalization({ name: 'norm', momentum: 0.9 }),
        layers.maxPooling2D({ name: 'pool', poolSize: [2, 2] }),
        layers.separableConv2D(4, [3, 2], { name: 'separable', strides: 2 }),
        layers.reshape([-1, 4], { name: 'places' }),
        layers.bidirectional(layers.gru(5, { name: 'gru' }), { name: 'both', mergeMode: 'sum' }),
        dense(1, { name: 'out', activation: 'sigmoid', trainable: false }),
      ],
      { name: 'convolutions' },
    );
    net.compile({
      optimizer: optimizers.sgd({
        learningRate: schedules.exponentialDecay({
          initialLearningRate: 0.1,
          decaySteps: 100,
          decayRate: 0.9,
        }),
        momentum: 0.9,
        nesterov: true,
      }),
      loss: losses.binaryCrossentropy({ labelSmoothing: 0.1 }),
      metrics: [metrics.binaryAccuracy({ threshold: 0.4 })],
    });
    return net;
  },
  graph() {
    const words = input([6], { name: 'words', dtype: 'int32' });
    const numbers = input([3], { name: 'numbers' });
    const embedded = layers.embedding(20, 4, { name: 'embedding', maskZero: true })(words);
    const [steps, ...states] = layers.lstm(4, { name: 'lstm', returnSequences: true, returnState: true })(
      embedded,
    );
    const second = layers.lstm(4, { name: 'second' })(steps, { initialState: states });
    const attended = layers.multiHeadAttention(2, 3, { name: 'attention' })(steps, embedded);
    const pooled = layers.globalAveragePooling1D({ name: 'pooled' })(attended);
    const encoder = sequential(
      [input([3], { name: 'inner' }), dense(4, { name: 'inner-dense', activation: 'tanh' })],
      { name: 'encoder' },
    );
    const shared = dense(4, { name: 'shared' });
    const sum = layers.add({ name: 'class' })([shared(second), shared(pooled), encoder(numbers)]);
    const net = model({
      inputs: [words, numbers],
      outputs: [dense(2, { name: 'kind', activation: 'softmax' })(sum), dense(1, { name: 'size' })(sum)],
      name: 'graph',
    });
    net.compile({
      optimizer: 'rmsprop',
      loss: [losses.categoricalCrossentropy(), losses.huber({ delta: 0.5 })],
      lossWeights: [1, 0.2],
    });
    return net;
  },
  operations() {
    const tokens = input([5], { name: 'tokens', dtype: 'int32' });
    const x = layers.embedding(11, 8, { name: 'embedding' })(tokens);
    const scores = ops.matmul(dense(8, { name: 'query' })(x), ops.transpose(x, [0, 2, 1]));
    const mixed = ops.einsum('bij,bjk->bik', ops.softmax(ops.divide(scores, 2.5)), x);
    const [left = x, right = x] = ops.split(
      ops.batchNormalization(mixed, constants(0), constants(1), -1, {
        offset: constants(2),
        scale: constants(1),
      }),
      2,
      -1,
    );
    const kept = ops.where(ops.greater(left, 0), left, ops.multiply(0.5, right));
    const [mean] = ops.moments(kept, [1]);
    const ends = ops.concatenate([ops.getItem(x, [], -1, [2, 6]), ops.max(kept, 1), mean], -1);
    const net = model({
      inputs: tokens,
      outputs: dense(2, { name: 'kind' })(ops.add(ops.relu(ends), ops.getItem(ends, '...', [null, null, 1]))),
      name: 'operations',
    });
    net.compile({ optimizer: 'adam', loss: losses.meanSquaredError() });
    return net;
  },
};

const constants = (value: number) => pellucid.tensor(Array.from({ length: 8 }, () => value));

/** Runs the text of a module. */
function evaluated(text: string): Model {
  const body = text
    .replace(/^import (\{[^}]*\}) from 'pellucid';/, 'const $1 = pellucid;')
    .replace(/export default (\w+);/, 'return $1;');
  return new Function('pellucid', body)(pellucid) as Model;
}

describe.each(Object.keys(MODELS))('the code of %s', (name) => {
  const made = MODELS[name]?.() as Model;

  it('builds and compiles the same model in TypeScript', () => {
    const again = evaluated(toTypeScript(made));
    expect(JSON.parse(toJSON(again))).toEqual(JSON.parse(toJSON(made)));
    expect(again.summary()).toBe(made.summary());
  });

  it('is the Python that Keras has run', () => {
    const python = toKerasPython(made);
    const path = new URL(`${name}.py`, FIXTURES);
    if (process.env.PELLUCID_WRITE_CODE !== undefined) {
      mkdirSync(FIXTURES, { recursive: true });
      writeFileSync(path, python);
    }
    expect(python).toBe(readFileSync(path, 'utf8'));
  });

  it('builds and compiles the same model in Keras', () => {
    const keras = JSON.parse(readFileSync(new URL('expected.json', FIXTURES), 'utf8'))[name];
    const inner = made.layers.filter(
      (layer) => layer.className !== 'InputLayer' && !(layer instanceof Operation),
    );
    expect(keras.layers).toEqual(
      inner.map((layer) => ({
        name: layer.name,
        className: layer.className,
        parameters: layer.parameters,
        trainable: layer.trainable,
      })),
    );
    expect(keras.outputs).toEqual(made.outputShapes.map((shape) => [null, ...shape]));
    expect(keras.optimizer).toBe(made.compiled.optimizer.className);
    expect(keras.losses).toEqual(made.compiled.outputs.map(({ loss }) => loss?.className));
  });
});

test('the text is one a person would write', () => {
  expect(toTypeScript(MODELS.perceptron?.() as Model)).toMatchInlineSnapshot(`
    "import { initializers, input, layers, losses, optimizers, regularizers, sequential } from 'pellucid';

    const perceptron = sequential(
      [
        input([4], { name: 'petals' }),
        layers.normalization({ mean: [1, 2, 3, 4], variance: [1, 1, 2, 2], name: 'scale' }),
        layers.dense(8, { activation: 'leakyRelu', kernelInitializer: initializers.heNormal({ seed: 3 }), kernelRegularizer: regularizers.l1L2({ l1: 0.01, l2: 0.02 }), name: 'hidden' }),
        layers.dropout(0.25, { seed: 7, name: 'drop' }),
        layers.dense(3, { activation: 'softmax', useBias: false, name: 'out' }),
      ],
      { name: 'perceptron' },
    );
    perceptron.compile({
      optimizer: optimizers.adam({ learningRate: 0.01, beta1: 0.8 }),
      loss: losses.sparseCategoricalCrossentropy(),
      metrics: ['accuracy'],
    });

    export default perceptron;
    "
  `);
});

describe('what has no code', () => {
  it('is a function, a layer of one’s own, and a model of a class of its own', () => {
    const own = sequential([input([2]), lambda((x) => x)]);
    expect(() => toTypeScript(own)).toThrow(ArgumentError);
    expect(() => toKerasPython(own)).toThrow(/code of layer "lambda" \(Lambda\): expected one of Dense/);
    const withFunction = sequential([input([2]), dense(1, { activation: (x) => x })]);
    expect(() => toKerasPython(withFunction)).toThrow(/activation by its name, found a function/);
    class Net extends pellucid.Model {}
    expect(() => toTypeScript(new Net())).toThrow(/a model of layers/);
  });

  it('is anything but text in names', () => {
    const net = sequential([input([2]), dense(1, { name: "a'); throw new Error('ran" })], {
      name: 'x = 1; y',
    });
    const again = evaluated(toTypeScript(net));
    expect(again.layers[0]?.name).toBe("a'); throw new Error('ran");
    expect(again.name).toBe('x = 1; y');
  });
});
