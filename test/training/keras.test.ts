import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type ActivationName,
  adagrad,
  adam,
  binaryCrossentropy,
  categoricalCrossentropy,
  compile,
  dense,
  input,
  type losses,
  meanAbsoluteError,
  meanSquaredError,
  type Nested,
  ndarray,
  type Optimizer,
  rmsprop,
  sequential,
  sgd,
  sparseCategoricalCrossentropy,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  zeros,
} from '../../src/index.ts';
import { metricOf } from '../../src/training/metrics.ts';
import { expectClose } from './closeness.ts';

function read<Case>(name: string): Case[] {
  return JSON.parse(
    readFileSync(new URL(`../../fixtures/training/${name}.json`, import.meta.url), 'utf8'),
  ) as Case[];
}

const OPTIMIZERS = { sgd, adagrad, rmsprop, adam };
const LOSSES = {
  meanSquaredError,
  meanAbsoluteError,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
};

interface OptimizerCase {
  readonly name: string;
  readonly optimizer: keyof typeof OPTIMIZERS;
  readonly options: Record<string, number & boolean>;
  readonly first: Nested[];
  readonly gradients: Nested[][];
  readonly after: Nested[][];
}

describe('an optimizer takes the steps of Keras', () => {
  test.each(read<OptimizerCase>('optimizers'))('$name', ({ optimizer, options, first, gradients, after }) => {
    const weights = first.map((value) => variable(value));
    const chosen: Optimizer = OPTIMIZERS[optimizer](options);
    const step = compile((...given: Tensor[]) => {
      chosen.apply(given, weights);
      return [];
    });
    for (const [i, given] of gradients.entries()) {
      step(...given);
      for (const [j, weight] of weights.entries()) expectClose(weight.value(), after[i]?.[j] ?? [], 1e-5);
    }
    expect(chosen.iterations.read().item()).toBe(gradients.length);
  });
});

interface LossCase {
  readonly name: string;
  readonly loss: keyof typeof LOSSES;
  readonly options: { readonly fromLogits?: boolean };
  readonly targets: Nested;
  readonly outputs: Nested;
  readonly each: Nested;
  readonly batch: number;
  readonly gradient: Nested;
}

describe('a loss is that of Keras', () => {
  test.each(read<LossCase>('losses'))(
    '$name',
    ({ loss, options, targets, outputs, each, batch, gradient }) => {
      const make: (options: never) => losses.Loss = LOSSES[loss];
      const chosen = make(options as never);
      const found = chosen.call(tensor(targets), tensor(outputs));
      expectClose(found, each, 1e-6);
      const [value, [slope]] = valueAndGrad((output: Tensor) => chosen.call(tensor(targets), output).mean())(
        outputs,
      );
      expectClose(value, batch, 1e-6);
      expectClose(slope ?? [], gradient, 1e-5);
    },
  );
});

interface MetricCase {
  readonly metric: string;
  readonly loss: string;
  readonly batches: { readonly targets: Nested; readonly outputs: Nested }[];
  readonly value: number;
}

describe('a metric over two batches is that of Keras', () => {
  test.each(read<MetricCase>('metrics'))('$metric with $loss', ({ metric, loss, batches, value }) => {
    const chosen = metricOf(metric, loss);
    let state: Tensor[] | undefined;
    for (const { targets, outputs } of batches) {
      const output = tensor(outputs);
      state ??= chosen.stateShapes(output.shape).map((shape) => zeros(shape));
      state = [...chosen.update(state, tensor(targets), output)];
    }
    expectClose(chosen.result((state ?? []).map((part) => part.value())), value, 1e-6);
  });
});

interface FitCase {
  readonly name: string;
  readonly optimizer: keyof typeof OPTIMIZERS;
  readonly options: Record<string, number & boolean>;
  readonly activation: ActivationName;
  readonly units: number;
  readonly loss: keyof typeof LOSSES;
  readonly metric: string;
  readonly x: Nested;
  readonly y: Nested;
  readonly first: Nested[];
  readonly history: Record<string, number[]>;
  readonly last: Nested[];
  readonly evaluation: Record<string, number>;
  readonly predictions: Nested;
}

describe('fit without shuffling goes as in Keras', () => {
  test.each(read<FitCase>('fit'))('$name', async (run) => {
    const model = sequential([
      input([4]),
      dense(6, { activation: 'tanh' }),
      dense(run.units, { activation: run.activation }),
    ]);
    model.setWeights(run.first.map((value) => tensor(value).value()));
    model.compile({
      optimizer: OPTIMIZERS[run.optimizer](run.options),
      loss: run.loss,
      metrics: [run.metric],
    });
    const settings = { epochs: 3, batchSize: 5, shuffle: false, validationSplit: 0.25 };
    const { history } = await model.fit(run.x, run.y, settings);
    expect(Object.keys(history).sort()).toEqual(Object.keys(run.history).sort());
    for (const [key, values] of Object.entries(run.history)) expectClose(history[key] ?? [], values, 1e-4);
    for (const [i, weight] of model.weights.entries()) expectClose(weight.value(), run.last[i] ?? [], 1e-4);
    const logs = await model.evaluate(run.x, run.y, { batchSize: 8 });
    for (const [key, value] of Object.entries(run.evaluation)) expectClose(logs[key] ?? [], value, 1e-4);
    expectClose(model.predict(run.x), run.predictions, 1e-4);
  });
});

test('inputs in a typed array train as nested ones do', async () => {
  const [run] = read<FitCase>('fit');
  if (!run) throw new Error('fit.json is empty');
  const numbers = Float32Array.from(tensor(run.x).dataSync());
  const train = async (x: Parameters<typeof tensor>[0]) => {
    const model = sequential([input([4]), dense(3, { activation: 'softmax', kernelInitializer: 'ones' })]);
    model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
    return (await model.fit(x, run.y, { epochs: 2, shuffle: false })).history;
  };
  expect(await train(ndarray(numbers, [23, 4]))).toEqual(await train(run.x));
});
