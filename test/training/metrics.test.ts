import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  compile,
  losses,
  metrics,
  type Nested,
  ShapeError,
  type Tensor,
  tensor,
  variable,
  zeros,
} from '../../src/index.ts';
import { metricOf } from '../../src/training/metrics.ts';
import { expectClose } from './closeness.ts';

interface Batch {
  readonly targets: Nested;
  readonly outputs: Nested;
  readonly weights?: Nested;
}
interface Case {
  readonly name: string;
  readonly metric: string;
  readonly options: Record<string, unknown>;
  readonly key: string;
  readonly batches: readonly Required<Batch>[];
  readonly plain: number | number[];
  readonly weighted: number | number[];
}
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/training/metricKinds.json', import.meta.url), 'utf8'),
) as Case[];

const FACTORIES = new Map<string, (options: never) => metrics.Metric>(
  Object.entries(metrics as Readonly<Record<string, unknown>>).filter(
    (entry): entry is [string, (options: never) => metrics.Metric] => typeof entry[1] === 'function',
  ),
);
function made(name: string, options: Record<string, unknown>): metrics.Metric {
  const make = FACTORIES.get(name);
  if (!make) throw new Error(`no metric ${name}`);
  return make(options as never);
}

/** The state of a metric after some batches, kept by a compiled step. */
function stateAfter(metric: metrics.Metric, batches: readonly Batch[]) {
  const shape = tensor(batches[0]?.outputs ?? []).shape;
  const state = metric.stateShapes(shape).map((each) => variable(zeros(each)));
  const step = compile((...given: Tensor[]) => {
    const [target, output, weights] = given as [Tensor, Tensor, Tensor | undefined];
    const before = state.map((kept) => kept.read());
    for (const [i, value] of metric.update(before, target, output, weights).entries())
      state[i]?.assign(value);
    return [];
  });
  for (const { targets, outputs, weights } of batches) {
    if (weights === undefined) step(targets, outputs);
    else step(targets, outputs, weights);
  }
  return state.map((kept) => kept.value());
}

const valueAfter = (metric: metrics.Metric, batches: readonly Batch[]) =>
  metric.result(stateAfter(metric, batches));

describe('a metric over three batches is that of Keras', () => {
  test.each(CASES)('$name', ({ metric, options, key, batches, plain, weighted }) => {
    const chosen = made(metric, options);
    // Keras numbers the names of objects of one kind.
    expect(chosen.name).toBe(key.replace(/(?<=[a-z])_\d+$/, ''));
    expect(chosen.className.toLowerCase()).toBe(metric.toLowerCase());
    const unweighted = batches.map(({ targets, outputs }) => ({ targets, outputs }));
    for (const [given, value] of [
      [unweighted, plain],
      [batches, weighted],
    ] as const) {
      const state = stateAfter(chosen, given);
      if (typeof value === 'number') expectClose(chosen.result(state), value, 1e-6);
      else {
        expectClose([...(chosen.each?.(state) ?? [])], value, 1e-6);
        expectClose(chosen.result(state), value.reduce((a, b) => a + b, 0) / value.length, 1e-6);
      }
    }
  });
});

describe('accuracy fits the shapes, as in Keras', () => {
  const sparse = CASES.find(({ metric }) => metric === 'sparseCategoricalAccuracy');
  const hot = CASES.find(({ metric }) => metric === 'categoricalAccuracy');
  const binary = CASES.find(({ metric }) => metric === 'binaryAccuracy');
  test.each([sparse, hot, binary])('$metric', (found) => {
    if (!found) throw new Error('no case');
    const chosen = metricOf('accuracy', 'mse');
    expect(chosen.name).toBe('accuracy');
    const batches = found.batches.map(({ targets, outputs }) => ({ targets, outputs }));
    expectClose(valueAfter(chosen, batches), found.plain, 1e-6);
  });
  test('logits have their border at 0', () => {
    const chosen = metricOf('acc', losses.binaryCrossentropy({ fromLogits: true }));
    const batch = { targets: [[1], [0]], outputs: [[0.2], [-0.2]] };
    expect(valueAfter(chosen, [batch])).toBe(1);
  });
});

test('every name makes its metric, in camel case or as Keras writes it', () => {
  const others = [
    'metricOf',
    'meanMetric',
    'weightsFor',
    'confusionMatrix',
    'mean',
    'accuracy',
    'meanIoU',
    'ioU',
    'running',
    'RunningMetric',
  ];
  for (const name of FACTORIES.keys()) {
    if (others.includes(name)) continue;
    const { className } = metricOf(name, 'mse');
    expect(className.toLowerCase()).toBe(name.toLowerCase());
    expect(metricOf(className, 'mse').className).toBe(className);
  }
  expect(metricOf('mse', 'mse').name).toBe('mse');
  expect(() => metricOf('f1', 'mse')).toThrow(ArgumentError);
});

test('a metric keeps a name of its own', () => {
  expect(metrics.precision({ name: 'hits' }).name).toBe('hits');
  expect(metrics.meanSquaredError({ name: 'error' }).name).toBe('error');
});

test('the mean is that of what a model puts out', () => {
  const batches = [{ targets: [0, 0], outputs: [1, 2], weights: [1, 3] }];
  expect(valueAfter(metrics.mean(), batches)).toBe(1.75);
});

test('nothing seen, and nothing found, is 0', () => {
  const batch = { targets: [[0], [0]], outputs: [[0.1], [0.2]] };
  for (const metric of [metrics.precision(), metrics.recall(), metrics.auc(), metrics.f1Score()]) {
    expect(valueAfter(metric, [batch])).toBe(0);
  }
});

describe('a metric refuses', () => {
  test.each<[string, () => unknown]>([
    ['a threshold above 1', () => metrics.precision({ thresholds: 2 })],
    ['one threshold for an area', () => metrics.auc({ numThresholds: 1 })],
    ['an unknown curve', () => metrics.auc({ curve: 'CAP' as 'ROC' })],
    ['an unknown average', () => metrics.f1Score({ average: 'median' as 'macro' })],
    ['a beta of 0', () => metrics.fBetaScore({ beta: 0 })],
  ])('%s', (_, make) => {
    expect(make).toThrow(ArgumentError);
  });
  test('outputs that are no matrix', () => {
    expect(() => valueAfter(metrics.f1Score(), [{ targets: [1, 0], outputs: [1, 0] }])).toThrow(ShapeError);
  });
});
