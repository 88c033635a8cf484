import { afterEach, describe, expect, test } from 'vitest';
import {
  adam,
  compile,
  input,
  layers,
  optimizers,
  sequential,
  setDtypePolicy,
  sgd,
  square,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
} from '../../src/index.ts';

afterEach(() => setDtypePolicy('float32'));

test('1e-8 is 0 in float16, and 1 + 1e-4 is 1', () => {
  expect(tensor([1e-8]).cast('float16').array()).toEqual([0]);
  expect(
    tensor([1])
      .cast('float16')
      .add(tensor([1e-4]).cast('float16'))
      .array(),
  ).toEqual([1]);
});

/** One weight of 1 that learns to multiply by ½, its steps too small for float16 to see. */
const RATE = 1e-4;

test('steps that are lost in pure float16 add up in float32 weights', async () => {
  const weight = variable(tensor([1]).cast('float16'));
  const half = (x: number) => tensor([x]).cast('float16');
  const step = compile(() => {
    const loss = () => square(weight.read().sub(half(0.5))).sum();
    const [value, [gradient]] = valueAndGrad(loss, [weight])();
    weight.assign(weight.read().sub((gradient as Tensor).mul(half(RATE))));
    return value;
  });
  for (let i = 0; i < 100; i++) step();
  expect(weight.read().array()).toEqual([1]);

  setDtypePolicy('mixed_float16');
  const model = sequential([input([1]), layers.dense(1, { kernelInitializer: 'ones', useBias: false })]);
  model.compile({ optimizer: sgd({ learningRate: RATE }), loss: 'meanSquaredError' });
  await model.fit([[1]], [[0.5]], { epochs: 100, verbose: 0 });
  // wₜ − ½ = ½·(1 − 2·rate)ᵗ, but for the rounding of what is computed.
  expect(model.weights[0]?.value().data[0]).toBeCloseTo(0.5 + 0.5 * (1 - 2 * RATE) ** 100, 4);
  expect(model.weights[0]?.dtype).toBe('float32');
});

describe('gradients below what float16 can say', () => {
  // 2·1e-4·1e-4 = 2e-8, where the least number is 6e-8.
  const x = [[1e-4]];
  const fitted = async (autoScaleLoss: boolean) => {
    setDtypePolicy('mixed_float16');
    const model = sequential([input([1]), layers.dense(1, { kernelInitializer: 'zeros', useBias: false })]);
    model.compile({ optimizer: sgd({ learningRate: 1e7 }), loss: 'meanSquaredError', autoScaleLoss });
    await model.fit(x, x, { epochs: 50, verbose: 0 });
    return model.weights[0]?.value().data[0];
  };

  test('move nothing', async () => {
    expect(await fitted(false)).toBe(0);
  });

  test('are saved by the scale of the loss', async () => {
    expect(await fitted(true)).toBeCloseTo(1, 1);
  });
});

describe('compiling a model', () => {
  const compiled = (policy: 'float32' | 'mixed_float16' | 'mixed_bfloat16', optimizer = adam()) => {
    setDtypePolicy(policy);
    const model = sequential([input([2]), layers.dense(1)]);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    return model.optimizer;
  };

  test('scales the loss under mixed_float16 alone', () => {
    expect(compiled('float32')?.className).toBe('Adam');
    expect(compiled('mixed_bfloat16')?.className).toBe('Adam');
    expect(compiled('mixed_float16')?.className).toBe('LossScaleOptimizer');
  });

  test('takes a scale that is there as it is', () => {
    const scaled = optimizers.lossScaleOptimizer(adam(), { initialScale: 8 });
    expect(compiled('mixed_float16', scaled)).toBe(scaled);
  });
});

test.each(['mixed_float16', 'mixed_bfloat16'] as const)('%s learns the exclusive or', async (policy) => {
  setDtypePolicy(policy);
  const model = sequential([
    input([2]),
    layers.dense(8, { activation: 'tanh', kernelInitializer: 'glorotUniform' }),
    layers.batchNormalization(),
    layers.dense(2, { activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.05 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const y = [0, 1, 1, 0];
  const { history } = await model.fit(x, y, { epochs: 150, verbose: 0 });
  expect(history.accuracy?.at(-1)).toBe(1);
  expect(history.loss?.at(-1)).toBeLessThan(0.2);
  expect(model.weights.every(({ dtype }) => dtype === 'float32')).toBe(true);
  const [prediction] = [model.predict(x)].flat();
  expect(prediction?.dtype).toBe('float32');
});
