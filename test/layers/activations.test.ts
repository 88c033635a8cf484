import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ArgumentError, activations, grad, type Nested, type Tensor, tensor } from '../../src/index.ts';
import { ACTIVATIONS, activationOf, kerasActivationName } from '../../src/layers/activations.ts';
import { expectClose } from '../training/closeness.ts';

interface Case {
  readonly name: string;
  readonly options: Record<string, number | boolean>;
  readonly inputs: Nested;
  readonly outputs: Nested;
  readonly cotangent: Nested;
  readonly gradient: Nested;
}
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/training/activations.json', import.meta.url), 'utf8'),
) as Case[];

const FUNCTIONS = new Map<string, (x: Tensor, options: never) => Tensor>(Object.entries(activations));

describe('an activation and its gradient are those of Keras', () => {
  test.each(CASES.map((one, i) => ({ title: `${i} ${one.name} ${JSON.stringify(one.options)}`, ...one })))(
    '$title',
    ({ name, options, inputs, outputs, cotangent, gradient }) => {
      const of = FUNCTIONS.get(name);
      const call = (x: Tensor) => of?.(x, options as never) ?? tensor([]);
      expectClose(call(tensor(inputs)), outputs, 1e-6);
      const slope = grad((x: Tensor) => call(x).mul(cotangent).sum())(inputs);
      expectClose(slope, gradient, 1e-5);
    },
  );
});

test('every name works, here and as Keras writes it', () => {
  for (const [name, of] of Object.entries(ACTIVATIONS)) {
    expect(activationOf(name)).toBe(of);
    expect(activationOf(kerasActivationName(name))).toBe(of);
  }
  expect(kerasActivationName('relu6')).toBe('relu6');
  expect(activationOf('swish')).toBe(ACTIVATIONS.silu);
  expect(() => activationOf('leaky')).toThrow(ArgumentError);
});

test('the table is the functions with their defaults', () => {
  const x = tensor([-2, -0.3, 0, 0.4]);
  for (const [name, of] of Object.entries(ACTIVATIONS)) {
    expect(of(x).array(), name).toEqual(FUNCTIONS.get(name)?.(x, undefined as never).array());
  }
});

describe('step', () => {
  test('fires from its threshold on', () => {
    expect(activations.step(tensor([-1, 0, 1])).array()).toEqual([0, 1, 1]);
    expect(activations.step(tensor([0.4, 0.5, 0.6]), { threshold: 0.5 }).array()).toEqual([0, 1, 1]);
  });
  test('is −1 below it if bipolar', () => {
    expect(activations.step(tensor([-1, 0, 1]), { bipolar: true }).array()).toEqual([-1, 1, 1]);
  });
  test('has gradient 0, and leaves NaN to be seen', () => {
    expect(grad((x: Tensor) => activations.step(x).sum())([-1, 0, 1]).array()).toEqual([0, 0, 0]);
    expect(activations.step(tensor([Number.NaN])).item()).toBeNaN();
  });
});

test.each(Object.entries(ACTIVATIONS).filter(([name]) => name !== 'glu'))(
  '%s neither hides NaN nor makes one far from 0',
  (name, of) => {
    expect(of(tensor([[Number.NaN]])).item()).toBeNaN();
    const far = tensor([[-200, 80]]);
    const values = of(far).dataSync();
    const slopes = grad((x: Tensor) => of(x).sum())(far).dataSync();
    expect([...values, ...slopes].some(Number.isNaN), name).toBe(false);
  },
);
