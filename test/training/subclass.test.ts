import { describe, expect, test } from 'vitest';
import {
  adam,
  binaryCrossentropy,
  type CallContext,
  concat,
  dense,
  dropout,
  input,
  Layer,
  lambda,
  Model,
  mean,
  meanSquaredError,
  mul,
  ones,
  randomNormal,
  type Shape,
  type StepData,
  sequential,
  setSeed,
  sgd,
  square,
  sub,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';

const x = randomNormal([64, 3], 0, 1, { seed: 7 }).value();
const y = tensor(Array.from({ length: 64 }, (_, i) => [(x.data[3 * i] ?? 0) * 2 - 1])).value();

/** A class with layers as properties. */
class Net extends Model {
  readonly hidden = dense(8, { activation: 'relu' });
  readonly drop = dropout(0);
  readonly out = dense(1);

  override call(inputs: Tensor, context: CallContext) {
    return this.out(this.drop(this.hidden(inputs, context), context), context);
  }
}

describe('a class with a call', () => {
  test('is trained as the same layers in a row are', async () => {
    const run = async (model: Model) => {
      model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
      const { history } = await model.fit(x, y, { epochs: 3, seed: 1 });
      return { history, weights: model.getWeights(), outputs: model.predict(x).value() };
    };
    setSeed(1);
    const rows = await run(sequential([input([3]), dense(8, { activation: 'relu' }), dropout(0), dense(1)]));
    setSeed(1);
    expect(await run(new Net())).toEqual(rows);
  });

  test('names its layers and counts their weights', () => {
    const net = new Net();
    expect(net.isBuilt).toBe(false);
    net.predict(x);
    expect([...net.weightPaths().keys()]).toEqual([
      'net/dense/kernel',
      'net/dense/bias',
      'net/dense_1/kernel',
      'net/dense_1/bias',
    ]);
    expect(net.outputShape).toEqual([1]);
  });

  test('says what it lacks', () => {
    expect(() => new Model().predict(x)).toThrow('a method call(x, context)');
  });
});

test("losses, metrics and layers of one's own are functions of tensors", async () => {
  const model = sequential([input([3]), dense(2), lambda((h) => mul(h, 2)), lambda((h) => h.sum(-1, true))]);
  const fourth = (target: Tensor, output: Tensor) => square(square(sub(output, target))).mean(-1);
  const bias = (target: Tensor, output: Tensor) => sub(output, target);
  model.compile({ optimizer: sgd({ learningRate: 1e-4 }), loss: fourth, metrics: [bias, 'mse'] });
  const before = await model.evaluate(x, y);
  const error = sub(model.predict(x), tensor(y));
  expect(before.bias).toBeCloseTo(mean(error).item(), 5);
  expect(before.loss).toBeCloseTo(mean(square(square(error))).item(), 3);
  await model.fit(x, y, { epochs: 5 });
  expect((await model.evaluate(x, y)).loss).toBeLessThan(before.loss ?? 0);
});

/** The mean of what it has seen, moved a little in each step of training. */
class MovingMean extends Layer {
  readonly className = 'MovingMean';
  protected setUp(shape: Shape) {
    this.addWeight('mean', shape, { initializer: 'zeros', trainable: false });
    return shape;
  }
  call(inputs: Tensor, { training }: CallContext) {
    const [average] = this.weights;
    if (!average) throw new Error('not built');
    if (training) average.assign(mul(average.read(), 0.5).add(mul(inputs.mean(0), 0.5)));
    return inputs;
  }
  config() {
    return {};
  }
}

/** Fakes numbers by a generator that a discriminator learns to tell from real ones. */
class GAN extends Model {
  readonly generator = sequential([dense(8, { activation: 'leakyRelu' }), new MovingMean(), dense(2)]);
  readonly discriminator = sequential([dense(16, { activation: 'leakyRelu' }), dense(1)]);
  readonly generatorOptimizer = adam({ learningRate: 0.005, beta1: 0.5 });
  readonly discriminatorOptimizer = adam({ learningRate: 0.005, beta1: 0.5 });
  readonly #loss = binaryCrossentropy({ fromLogits: true });

  override trainStep({ x: [real], context }: StepData) {
    if (!real) throw new Error('no examples');
    const count = real.shape[0] ?? 1;
    const noise = (seed: number) =>
      randomNormal([count, 4], 0, 1, { seed, ...(context.step && { stream: context.step }) });
    for (const part of [this.generator, this.discriminator]) part.build([part === this.generator ? 4 : 2]);
    const labels = concat([ones([count, 1]), zeros([count, 1])]);

    const fakes = this.generator(noise(1), context);
    const [discriminatorLoss, slopes] = valueAndGrad(() => {
      const verdicts = this.discriminator(concat([real, fakes]), context);
      return this.#loss.reduce(labels, verdicts);
    }, this.discriminator.trainableWeights)();
    this.discriminatorOptimizer.apply(slopes, this.discriminator.trainableWeights);

    const [generatorLoss, others] = valueAndGrad(() => {
      const verdicts = this.discriminator(this.generator(noise(2), context), context);
      return this.#loss.reduce(ones([count, 1]), verdicts);
    }, this.generator.trainableWeights)();
    this.generatorOptimizer.apply(others, this.generator.trainableWeights);
    return { discriminatorLoss, generatorLoss };
  }

  sample(count: number): Tensor {
    return this.generator.predict(randomNormal([count, 4], 0, 1, { seed: 9 }));
  }
}

test("a training step of one's own trains a generator against a discriminator", async () => {
  setSeed(2);
  // Real examples lie around (3, −2).
  const real = randomNormal([256, 2], 0, 0.3, { seed: 3 }).add([[3, -2]]);
  const gan = new GAN();
  const { history } = await gan.fit(real, undefined, { epochs: 60, batchSize: 64 });
  expect(Object.keys(history).sort()).toEqual(['discriminatorLoss', 'generatorLoss']);
  const [a = 0, b = 0] = mean(gan.sample(256), 0).dataSync();
  expect(Math.abs(a - 3)).toBeLessThan(1);
  expect(Math.abs(b + 2)).toBeLessThan(1);
  // The moving mean was assigned within a differentiated function.
  const moved = gan.generator.layers[1]?.weights[0]?.value().data ?? [];
  expect(moved.some((value) => Math.abs(value) > 0.01)).toBe(true);
  expect(gan.state.length).toBe(gan.weights.length + 2 * (2 + 2 * 4) + 1);
});

describe('batches as they come', () => {
  const rows = 8;
  async function* batches() {
    for (let from = 0; from < 64; from += rows) {
      const part = {
        dtype: 'float32',
        shape: [rows, 3],
        data: x.data.slice(from * 3, (from + rows) * 3),
      } as const;
      const target = { dtype: 'float32', shape: [rows, 1], data: y.data.slice(from, from + rows) } as const;
      yield { x: part, y: target };
    }
  }
  const source = { [Symbol.asyncIterator]: batches };
  const net = () => {
    setSeed(4);
    const model = sequential([input([3]), dense(4, { activation: 'tanh' }), dense(1)]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    return model;
  };

  test('train as arrays in the same order do', async () => {
    const [streamed, whole] = [net(), net()];
    const a = await streamed.fit(source, { epochs: 3, validationData: source });
    const b = await whole.fit(x, y, { epochs: 3, batchSize: rows, shuffle: false, validationData: [x, y] });
    expect(streamed.getWeights()).toEqual(whole.getWeights());
    expect(a.history).toEqual(b.history);
    expect(await streamed.evaluate(source)).toEqual(await whole.evaluate(x, y, { batchSize: rows }));
  });

  test('may go on over epochs of a given number of steps', async () => {
    const model = net();
    const { history } = await model.fit(source, { epochs: 4, stepsPerEpoch: 3 });
    expect(history.loss).toHaveLength(4);
    expect(model.trainingSteps.value().data[0]).toBe(12);
    const whole = net();
    const inArrays = await whole.fit(x, y, { epochs: 4, stepsPerEpoch: 3, batchSize: rows, shuffle: false });
    expect(inArrays.history).toEqual(history);
  });

  test('that come once only are refused in the second epoch', async () => {
    await expect(net().fit(batches(), { epochs: 2 })).rejects.toThrow('one that has ended');
  });
});

test('validationFreq, initialEpoch and losses without a metric', async () => {
  const model = sequential([input([3]), dense(1)]);
  model.compile({ optimizer: meanOptimizer(), loss: meanSquaredError() });
  const options = { epochs: 6, initialEpoch: 1, validationFreq: 2, validationSplit: 0.5 } as const;
  const { epoch, history } = await model.fit(x, y, options);
  expect(epoch).toEqual([1, 2, 3, 4, 5]);
  expect(history.loss).toHaveLength(5);
  expect(history.val_loss).toHaveLength(3);
  const { history: some } = await model.fit(x, y, { ...options, validationFreq: [3] });
  expect(some.val_loss).toHaveLength(1);
});

const meanOptimizer = () => sgd({ learningRate: 0.01 });
