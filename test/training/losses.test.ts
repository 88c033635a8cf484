import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  losses,
  type Nested,
  ShapeError,
  square,
  sub,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { expectClose } from './closeness.ts';

type Reduced = Readonly<Record<losses.Reduction, Nested>>;
interface Case {
  readonly name: string;
  readonly loss: string;
  readonly options: Record<string, unknown>;
  readonly targets: Nested;
  readonly outputs: Nested;
  readonly weights: Nested;
  readonly plain: Reduced;
  readonly weighted: Reduced;
  readonly gradient: Nested;
}
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/training/lossKinds.json', import.meta.url), 'utf8'),
) as Case[];

const { lossOf, ...factories } = losses;
const FACTORIES = new Map<string, (options: never) => losses.CallableLoss>(Object.entries(factories));

function made(name: string, options: Record<string, unknown>): losses.CallableLoss {
  const make = FACTORIES.get(name);
  if (!make) throw new Error(`no loss ${name}`);
  return make(options as never);
}

/** As Keras's functions have it: `mean_squared_error(y_true, y_pred)`. */
function ofBatch(name: string, targets: Nested, outputs: Nested, options: Record<string, unknown>): Tensor {
  const of = Object.entries(factories).find(([key]) => key === name)?.[1];
  if (!of) throw new Error(`no loss ${name}`);
  return (of as losses.LossFactory<object>)(targets, outputs, options);
}

describe('a loss is that of Keras', () => {
  test.each(CASES)('$name', ({ loss, options, targets, outputs, weights, plain, weighted, gradient }) => {
    const [target, output] = [tensor(targets), tensor(outputs)];
    for (const [reduction, value] of Object.entries(plain)) {
      const chosen = made(loss, { ...options, reduction });
      expectClose(chosen(targets, outputs), value, 1e-6);
    }
    for (const [reduction, value] of Object.entries(weighted)) {
      const chosen = made(loss, { ...options, reduction });
      expectClose(chosen(targets, outputs, weights), value, 1e-6);
    }
    expectClose(ofBatch(loss, targets, outputs, options), plain.none, 1e-6);
    const chosen = made(loss, options);
    const slope = valueAndGrad((guess: Tensor) => chosen.reduce(target, guess))(outputs)[1][0];
    expectClose(slope ?? [], gradient, 1e-5);
    expect(chosen.config).toMatchObject(options);
    // The mean over examples is the loss of the batch.
    const each = chosen.call(target, output);
    expect(each.shape).toEqual([output.shape[0]]);
    expectClose(each.mean(), plain.sum_over_batch_size, 1e-6);
  });
});

test('every name makes its loss, in camel case or as Keras writes it', () => {
  for (const name of FACTORIES.keys()) {
    const { className } = lossOf(name);
    expect(className.toLowerCase()).toBe(name.toLowerCase());
    const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect(lossOf(snake).className).toBe(className);
  }
  expect(lossOf('kl_divergence').className).toBe('KLDivergence');
  expect(() => lossOf('mean')).toThrow(ArgumentError);
});

describe('a plain function is a loss', () => {
  test('of each number', () => {
    const loss = lossOf((target, output) => square(sub(target, output)));
    expect(
      loss
        .call(
          tensor([
            [0, 0],
            [0, 0],
          ]),
          tensor([
            [1, 3],
            [2, 0],
          ]),
        )
        .array(),
    ).toEqual([5, 2]);
    expect(loss.reduce(tensor([0, 0]), tensor([1, 3])).item()).toBe(5);
    expect(loss.reduce(tensor([0, 0]), tensor([1, 3]), tensor([1, 0])).item()).toBe(0.5);
  });
  test('of the batch', () => {
    function worst(target: Tensor, output: Tensor): Tensor {
      return square(sub(target, output)).max();
    }
    const loss = lossOf(worst);
    expect(loss.className).toBe('worst');
    expect(loss.call(tensor([0, 0]), tensor([1, 3])).array()).toEqual([9, 9]);
  });
});

describe('sample weights', () => {
  const [target, output] = [
    tensor([
      [[0], [0]],
      [[0], [0]],
    ]),
    tensor([
      [[1], [2]],
      [[3], [4]],
    ]),
  ];
  test('of examples count for all steps of theirs', () => {
    const loss = losses.meanSquaredError({ reduction: 'none' });
    expect(loss.reduce(target, output, tensor([1, 10])).array()).toEqual([
      [1, 4],
      [90, 160],
    ]);
    const mean = losses.meanSquaredError({ reduction: 'mean_with_sample_weight' });
    expect(mean.reduce(target, output, tensor([0, 1])).item()).toBe(12.5);
  });
  test('all of 0 make the loss 0', () => {
    const mean = losses.meanSquaredError({ reduction: 'mean_with_sample_weight' });
    expect(mean.reduce(target, output, tensor([0, 0])).item()).toBe(0);
  });
  test('of another number of examples are refused', () => {
    expect(() => losses.meanSquaredError().reduce(target, output, tensor([1, 1, 1]))).toThrow(ShapeError);
  });
});

test('targets of another shape, or an unknown reduction, are refused', () => {
  expect(() => losses.huber().call(tensor([1, 2]), tensor([[1, 2]]))).toThrow(ShapeError);
  expect(() => losses.huber({ reduction: 'median' as losses.Reduction })).toThrow(ArgumentError);
});

test('a batch in which every target is ignored has loss 0 and gradient 0', () => {
  const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: 0, fromLogits: true });
  const [value, [slope]] = valueAndGrad((z: Tensor) => loss.reduce(tensor([0, 0]), z))([
    [1, 2],
    [3, 4],
  ]);
  expect(value.item()).toBe(0);
  expect(slope?.dataSync().every((number) => number === 0)).toBe(true);
});

test('a focal loss of a broken power has a gradient where the output is certain', () => {
  const loss = losses.binaryFocalCrossentropy({ gamma: 1.5, fromLogits: true });
  const [, [slope]] = valueAndGrad((z: Tensor) => loss.reduce(tensor([[1]]), z))([[90]]);
  expect(slope?.item()).toBe(0);
});
