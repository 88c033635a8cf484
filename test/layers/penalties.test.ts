import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  constraints,
  grad,
  type Nested,
  regularizers,
  ShapeError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { expectClose } from '../training/closeness.ts';

interface Case {
  readonly group: 'regularizers' | 'constraints';
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly weight: Nested;
  readonly result: Nested;
  readonly gradient?: Nested;
}
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/training/penalties.json', import.meta.url), 'utf8'),
) as Case[];

const { regularizerOf, ...penalties } = regularizers;
const { constraintOf, ...limits } = constraints;
type Made = regularizers.Regularizer | constraints.Constraint;
const FACTORIES = new Map<string, (options: never) => Made>([
  ...Object.entries(penalties),
  ...Object.entries(limits),
]);

describe('as in Keras', () => {
  test.each(CASES)('$group.$name $options', ({ name, options, weight, result, gradient }) => {
    const made = FACTORIES.get(name)?.(options as never);
    if (!made) throw new Error(`no ${name}`);
    expectClose(made.call(tensor(weight)), result, 1e-6);
    expect(made.config).toMatchObject(options);
    if (gradient) expectClose(grad((w: Tensor) => made.call(w))(weight), gradient, 1e-5);
  });
});

test('names are taken as here and as in Keras', () => {
  for (const [name, of] of [
    ['l1', regularizerOf],
    ['l1_l2', regularizerOf],
    ['L1L2', regularizerOf],
    ['OrthogonalRegularizer', regularizerOf],
    ['maxNorm', constraintOf],
    ['non_neg', constraintOf],
    ['MinMaxNorm', constraintOf],
  ] as const) {
    expect(of(name).className.toLowerCase()).toBe(name.replaceAll('_', '').toLowerCase());
  }
  expect(() => regularizerOf('l3')).toThrow(ArgumentError);
  expect(() => constraintOf('norm')).toThrow(ArgumentError);
});

test('a strength below 0, and an orthogonal vector, are refused', () => {
  expect(() => regularizers.l2({ l2: -1 })).toThrow(ArgumentError);
  expect(() => regularizers.orthogonal().call(tensor([1, 2]))).toThrow(ShapeError);
});
