import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  abs,
  adam,
  concat,
  dense,
  type FitOptions,
  input,
  Layer,
  LayerOfSeveral,
  layers,
  type Model,
  matmul,
  model,
  mul,
  type Nested,
  type Regularizer,
  type Shape,
  sgd,
  sigmoid,
  square,
  type Tensor,
  tanh,
  tensor,
} from '../../src/index.ts';
import { expectClose } from './closeness.ts';

interface FitsCase {
  readonly name: string;
  readonly layers: string[];
  readonly paths: string[];
  readonly first: Nested[];
  readonly x: Nested[];
  readonly y: Nested[];
  readonly options: {
    readonly classWeight?: Record<number, number>;
    readonly sampleWeight?: Nested[];
    readonly validationSplit?: number;
    readonly validationData?: [Nested[], Nested[], Nested[]];
  };
  readonly history: Record<string, number[]>;
  readonly last: Nested[];
  readonly evaluation: Record<string, number>;
  readonly predictions: Nested[];
}

const file = new URL('../../fixtures/training/fits.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as FitsCase[];

const penalty = (className: string, of: (weight: Tensor) => Tensor): Regularizer => ({
  className,
  config: {},
  call: (weight) => of(weight).sum(),
});
const l1 = (rate: number) => penalty('L1', (weight) => mul(abs(weight), rate));
const l2 = (rate: number) => penalty('L2', (weight) => mul(square(weight), rate));

/** f(x·W + b), with penalties on W, b and the outputs. */
class Penalized extends Layer {
  readonly className = 'Dense';
  readonly #units: number;
  readonly #of: (x: Tensor) => Tensor;
  readonly #penalties: { kernel?: Regularizer; bias?: Regularizer };

  constructor(
    units: number,
    of: (x: Tensor) => Tensor,
    {
      name,
      activity,
      ...penalties
    }: { name: string; activity?: Regularizer; kernel?: Regularizer; bias?: Regularizer },
  ) {
    super({ name, ...(activity && { activityRegularizer: activity }) });
    this.#units = units;
    this.#of = of;
    this.#penalties = penalties;
  }

  protected setUp(inputShape: Shape) {
    const { kernel, bias } = this.#penalties;
    this.addWeight('kernel', [inputShape.at(-1) ?? 0, this.#units], { regularizer: kernel });
    this.addWeight('bias', [this.#units], { initializer: 'zeros', regularizer: bias });
    return [this.#units];
  }

  call(x: Tensor) {
    const [kernel, bias] = this.weights;
    return this.#of(matmul(x, kernel?.read() ?? x).add(bias?.read() ?? 0));
  }

  config() {
    return {};
  }
}

class Concatenate extends LayerOfSeveral {
  readonly className = 'Concatenate';
  protected setUpMany() {
    return undefined;
  }
  callMany(inputs: readonly Tensor[]) {
    return [concat(inputs, -1)];
  }
  config() {
    return {};
  }
}

function twoByTwo(): Model {
  const a = input([3], { name: 'a' });
  const b = input([4], { name: 'b' });
  const shared = new Penalized(5, tanh, { kernel: l2(0.02), name: 'shared' });
  const joined = new Concatenate({ name: 'joined' })(shared(a), shared(dense(3, { name: 'to_three' })(b)));
  const hidden = new Penalized(4, sigmoid, { bias: l1(0.01), activity: l2(0.03), name: 'hidden' })(joined);
  const value = dense(2, { name: 'value' })(hidden);
  const kind = dense(3, { activation: 'softmax', name: 'kind' })(hidden);
  const net = model({ inputs: [a, b], outputs: [value, kind] });
  net.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: { value: 'mse', kind: 'sparseCategoricalCrossentropy' },
    lossWeights: { value: 0.7, kind: 1.5 },
    metrics: { value: ['mae'], kind: ['accuracy'] },
    weightedMetrics: { kind: ['accuracy'] },
  });
  return net;
}

function classes(): Model {
  const x = input([3], { name: 'x' });
  const hidden = dense(6, { activation: 'relu', name: 'hidden' })(x);
  const net = model({ inputs: x, outputs: dense(3, { activation: 'softmax', name: 'kind' })(hidden) });
  net.compile({
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
    weightedMetrics: ['accuracy'],
  });
  return net;
}

function sequences(): Model {
  const words = input({ shape: [6], dtype: 'int32', name: 'words' });
  const vectors = layers.embedding(9, 4, { maskZero: true, name: 'vectors' })(words);
  const steps = layers.lstm(5, { returnSequences: true, name: 'steps' })(vectors);
  const net = model({ inputs: words, outputs: dense(3, { activation: 'softmax', name: 'tag' })(steps) });
  net.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

const BUILDERS: Readonly<Record<string, () => Model>> = {
  'two inputs and outputs': twoByTwo,
  'weights of classes': classes,
  'masked sequences': sequences,
};

const loaded = (run: FitsCase): Model => {
  const net = BUILDERS[run.name]?.();
  if (!net) throw new Error(`no model for ${run.name}`);
  net.setWeights(run.first.map((value) => tensor(value).value()));
  return net;
};
const arrays = (parts: readonly Nested[]) => parts.map((part) => tensor(part));

function fitOptions({ options }: FitsCase): FitOptions {
  const { validationData, sampleWeight, ...rest } = options;
  return {
    ...rest,
    ...(sampleWeight && { sampleWeight: arrays(sampleWeight) }),
    ...(validationData && { validationData: validationData.map(arrays) as [Tensor[], Tensor[], Tensor[]] }),
    epochs: 3,
    batchSize: 5,
    shuffle: false,
  };
}

describe.each(cases)('fit of $name goes as in Keras', (run) => {
  test('with layers and weights in its order', () => {
    const net = loaded(run);
    expect(net.layers.map(({ name }) => name)).toEqual(run.layers);
    expect([...net.weightPaths().keys()]).toEqual(run.paths.map((path) => `${net.name}/${path}`));
  });

  test('to 1e-4 after three epochs', async () => {
    const net = loaded(run);
    const { history } = await net.fit(arrays(run.x), arrays(run.y), fitOptions(run));
    expect(Object.keys(history).sort()).toEqual(Object.keys(run.history).sort());
    for (const [key, values] of Object.entries(run.history)) expectClose(history[key] ?? [], values, 1e-4);
    for (const [i, weight] of net.weights.entries()) expectClose(weight.value(), run.last[i] ?? [], 1e-4);
    const logs = await net.evaluate(arrays(run.x), arrays(run.y), { batchSize: 8 });
    expect(Object.keys(logs).sort()).toEqual(Object.keys(run.evaluation).sort());
    for (const [key, value] of Object.entries(run.evaluation)) expectClose(logs[key] ?? [], value, 1e-4);
    const outputs = net.predictMany(arrays(run.x));
    for (const [i, expected] of run.predictions.entries()) expectClose(outputs[i] ?? [], expected, 1e-4);
  });
});
