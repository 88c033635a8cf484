import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  compile,
  type Nested,
  type Optimizer,
  optimizers,
  schedules,
  type Tensor,
  tensor,
  variable,
} from '../../src/index.ts';
import { optimizerOf } from '../../src/training/optimizers.ts';
import { expectClose } from './closeness.ts';

function read<Case>(name: string): Case[] {
  return JSON.parse(
    readFileSync(new URL(`../../fixtures/training/${name}.json`, import.meta.url), 'utf8'),
  ) as Case[];
}

type Options = Record<string, unknown>;
const SCHEDULES = new Map<string, (options: never) => schedules.Schedule>(Object.entries(schedules));
const scheduleOf = (name: string, options: Options): schedules.Schedule => {
  const make = SCHEDULES.get(name);
  if (!make) throw new Error(`no schedule ${name}`);
  return make(options as never);
};

interface ScheduleCase {
  readonly name: string;
  readonly options: Options;
  readonly iterations: number[];
  readonly rates: number[];
}

describe('a schedule is that of Keras', () => {
  test.each(read<ScheduleCase>('schedules'))('$name $options', ({ name, options, iterations, rates }) => {
    const made = scheduleOf(name, options);
    const rate = compile((iteration: Tensor) => made.call(iteration));
    const found = iterations.map((step) => rate(tensor(step, { dtype: 'int32' })).item());
    expectClose(found, rates, 1e-6);
    expect(made.config).toMatchObject(options);
  });
});

interface Made {
  readonly optimizer: string;
  readonly options: Options;
}
interface OptimizerCase extends Made {
  readonly name: string;
  readonly inner?: Made;
  readonly first: Nested[];
  readonly gradients: Nested[][];
  readonly kept: number[];
  readonly after: Nested[][];
  readonly variables: Nested[];
  readonly final: Nested[];
}

const FACTORIES = new Map<string, (options: never) => Optimizer>([
  ['sgd', optimizers.sgd],
  ['rmsprop', optimizers.rmsprop],
  ['adagrad', optimizers.adagrad],
  ['adadelta', optimizers.adadelta],
  ['adam', optimizers.adam],
  ['adamW', optimizers.adamW],
  ['adamax', optimizers.adamax],
  ['nadam', optimizers.nadam],
  ['ftrl', optimizers.ftrl],
  ['lion', optimizers.lion],
  ['lamb', optimizers.lamb],
  ['adafactor', optimizers.adafactor],
]);

function made({ optimizer, options }: Made, inner?: Made): Optimizer {
  if (inner) return optimizers.lossScaleOptimizer(made(inner), options);
  const rate = options.learningRate as { schedule: string; options: Options } | number | undefined;
  const learningRate = typeof rate === 'object' ? scheduleOf(rate.schedule, rate.options) : rate;
  const make = FACTORIES.get(optimizer);
  if (!make) throw new Error(`no optimizer ${optimizer}`);
  return make({ ...options, ...(learningRate !== undefined && { learningRate }) } as never);
}

/** JSON has neither: null stands for NaN, and a number past float32 for infinity. */
const mended = (value: Nested | null): Nested =>
  value === null ? Number.NaN : typeof value === 'object' ? value.map(mended) : value;

describe('an optimizer takes the steps of Keras', () => {
  test.each(read<OptimizerCase>('optimizerSteps'))('$name', (run) => {
    const weights = run.first.map((value, i) => variable(value, { name: `w${i}` }));
    const optimizer = made(run, run.inner);
    const step = compile((...given: Tensor[]) => {
      optimizer.apply(given, weights);
      return [];
    });
    for (const [at, given] of run.gradients.entries()) {
      step(...given.map(mended));
      const expected = run.after[run.kept.indexOf(at)];
      if (!expected) continue;
      for (const [j, weight] of weights.entries()) expectClose(weight.value(), expected[j] ?? [], 1e-5);
    }
    const found = optimizer.variables.map((one) => one.value());
    expect(found.map(({ shape }) => shape)).toEqual(run.variables.map((value) => tensor(value).shape));
    for (const [i, value] of found.entries()) {
      expectClose(tensor(value).cast('float32'), run.variables[i] ?? [], 2e-5);
    }
    optimizer.finalize();
    for (const [j, weight] of weights.entries()) expectClose(weight.value(), run.final[j] ?? [], 1e-5);
  });
});

test.each([
  ['sgd', optimizers.sgd({ momentum: 0.9 })],
  ['rmsprop', optimizers.rmsprop({ momentum: 0.9, centered: true })],
  ['adam', optimizers.adam()],
  ['nadam', optimizers.nadam()],
  ['lamb', optimizers.lamb()],
  ['lion', optimizers.lion({ beta2: 0.9 })],
])('a mean that only fades becomes 0: %s', (_, optimizer) => {
  const weight = variable([1, 1]);
  const step = compile((gradient: Tensor) => {
    optimizer.apply([gradient], [weight]);
    return [];
  });
  step([1, -1]);
  // 0.9¹⁰⁰⁰ is far below the least subnormal number; rounded step by step it would stay some of them above 0.
  for (let i = 0; i < 1000; i++) step([0, 0]);
  expect(optimizer.slots[0]?.read().array()).toEqual([0, 0]);
});

test('every name makes its optimizer, in any case of letters', () => {
  for (const name of FACTORIES.keys()) {
    expect(optimizerOf(name).className.toLowerCase()).toBe(name.toLowerCase());
    expect(optimizerOf(name.toLowerCase()).className).toBe(optimizerOf(name).className);
  }
  expect(() => optimizerOf('adamm')).toThrow(ArgumentError);
});

test('a schedule costs no compilation, and its rate cannot be assigned', () => {
  const weight = variable([1]);
  const schedule = schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.5 });
  const optimizer = optimizers.sgd({ learningRate: schedule });
  let recorded = 0;
  const step = compile((gradient: Tensor) => {
    recorded += 1;
    optimizer.apply([gradient], [weight]);
    return [];
  });
  for (let i = 0; i < 3; i++) step([1]);
  // 1 − 0.5 − 0.25 − 0.125.
  expect(weight.read().array()).toEqual([0.125]);
  expect(recorded).toBe(1);
  expect(() => optimizer.learningRate).toThrow('the schedule ExponentialDecay');
  expect(optimizer.config()).toMatchObject({ learningRate: schedule });
});

test('a loss is scaled by what apply divides out', () => {
  expect(optimizers.sgd({ lossScaleFactor: 8 }).scaleLoss(tensor(3)).item()).toBe(24);
  expect(optimizers.sgd().scaleLoss(tensor(3)).item()).toBe(3);
  const dynamic = optimizers.lossScaleOptimizer(optimizers.sgd(), { initialScale: 16 });
  expect(dynamic.scaleLoss(tensor(3)).item()).toBe(48);
});

describe('an optimizer refuses', () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      'two clippings',
      () => optimizers.adam({ clipnorm: 1, clipvalue: 1 }),
      /one of clipnorm.*clipnorm and clipvalue/,
    ],
    ['a rate of 0', () => optimizers.adam({ learningRate: 0 }), /a number above 0/],
    ['an accumulation of one step', () => optimizers.adam({ gradientAccumulationSteps: 1 }), /at least 2/],
    ['an average that grows', () => optimizers.adam({ useEma: true, emaMomentum: 2 }), /from 0 to 1/],
    ['part of a step', () => optimizers.adam({ emaOverwriteFrequency: 1.5 }), /whole number/],
    ['Ftrl that grows its rate', () => optimizers.ftrl({ learningRatePower: 1 }), /at most 0/],
    ['a beta1 of 0 for Lion', () => optimizers.lion({ beta1: 0 }), /above 0/],
    [
      'a schedule of no steps',
      () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }),
      /above 0/,
    ],
    [
      'boundaries without values',
      () => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }),
      /one value more/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test('other weights than it began with', () => {
    const optimizer = optimizers.adam();
    optimizer.build([variable([1])]);
    expect(() => optimizer.build([variable([1])])).toThrow('the weights it was first used with');
  });
});
