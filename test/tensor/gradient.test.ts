import { beforeAll, describe, expect, test } from 'vitest';
import {
  compile,
  exp,
  grad,
  log,
  mul,
  setBackend,
  sin,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  wasmBackend,
} from '../../src/index.ts';

beforeAll(() => setBackend(wasmBackend()));

const double = (x: number) => tensor(x, { dtype: 'float64' });
const cubed = (x: Tensor) => x.mul(x).mul(x);

test('grad differentiates with respect to the first argument', () => {
  const f = (x: Tensor, y: Tensor) => x.mul(x).mul(y).sum();
  expect(grad(f)([1, 2], [3, 4]).array()).toEqual([6, 16]);
});

test('valueAndGrad gives the value and a gradient for every argument', () => {
  const [value, gradients] = valueAndGrad((x: Tensor, y: Tensor) => x.mul(y).sum())([1, 2], [3, 4]);
  expect(value.item()).toBe(11);
  expect(gradients.map((gradient) => gradient.array())).toEqual([
    [3, 4],
    [1, 2],
  ]);
});

test('valueAndGrad with variables differentiates with respect to them, zeros for one not read', () => {
  const [w, unused] = [variable([2, 3]), variable([[1], [2]])];
  const [value, gradients] = valueAndGrad(
    (x: Tensor) => w.read().mul(w.read()).mul(x).sum(),
    [w, unused],
  )([1, 10]);
  expect(value.item()).toBe(94);
  expect(gradients.map((gradient) => gradient.array())).toEqual([
    [4, 60],
    [[0], [0]],
  ]);
});

test('gradients have gradients: the first three derivatives of x⁵ and of sin', () => {
  const fifth = (x: Tensor) => cubed(x).mul(x).mul(x);
  expect(grad(fifth)(double(2)).item()).toBe(80);
  expect(grad((x: Tensor) => grad(fifth)(x))(double(2)).item()).toBe(160);
  const third = grad((x: Tensor) => grad((y: Tensor) => grad(fifth)(y))(x));
  expect(third(double(2)).item()).toBe(240);
  const ofSine = grad((x: Tensor) => grad((y: Tensor) => grad((z: Tensor) => sin(z))(y))(x));
  expect(ofSine(double(0.3)).item()).toBeCloseTo(-Math.cos(0.3), 12);
});

test('inner and outer variables of nested gradients are told apart', () => {
  // d/dx [x · d/dy (x·y²) at y = 1] = d/dx 2x² = 4x.
  const f = (x: Tensor) => x.mul(grad((y: Tensor) => x.mul(y).mul(y))(double(1)));
  expect(grad(f)(double(3)).item()).toBe(12);
});

test('values may be read in the middle of a differentiated function, and steer it', () => {
  const seen: number[] = [];
  const f = (x: Tensor) => {
    const y = x.mul(2);
    seen.push(y.item());
    return y.item() > 3 ? y.mul(y) : y;
  };
  expect(grad(f)(double(2)).item()).toBe(16);
  expect(grad(f)(double(1)).item()).toBe(2);
  expect(seen).toEqual([4, 2]);
});

test('values may be read in the middle of nested gradients', () => {
  const seen: number[] = [];
  const inner = (x: Tensor) => {
    seen.push(x.mul(10).item());
    return cubed(x);
  };
  expect(grad((x: Tensor) => grad(inner)(x))(double(2)).item()).toBe(12);
  expect(seen).toEqual([20]);
});

test('a variable may be read in the middle of a differentiated function', () => {
  const w = variable(tensor(3, { dtype: 'float64' }));
  let seen = 0;
  const [, [gradient]] = valueAndGrad(() => {
    seen = w.read().mul(2).item();
    return w.read().mul(w.read());
  }, [w])();
  expect(seen).toBe(6);
  expect(gradient?.item()).toBe(6);
});

test('gradients inside of compile are part of the program', () => {
  const slope = compile((x: Tensor) => grad((y: Tensor) => log(exp(y).sum()))(x));
  const softmax = slope([1, 2, 3]).dataSync();
  const powers = [1, 2, 3].map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power);
  powers.forEach((power, i) => {
    expect(Math.abs((softmax[i] as number) - power / total)).toBeLessThan(1e-6);
  });
});

test('a compiled third derivative', () => {
  const third = compile((x: Tensor) =>
    grad((a: Tensor) => grad((b: Tensor) => grad((c: Tensor) => cubed(c).mul(c))(b))(a))(x),
  );
  expect(third(double(2)).item()).toBe(48);
});

describe('errors', () => {
  test('the value must be one number', () => {
    expect(() => grad((x: Tensor) => mul(x, 2))([1, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gradient: expected a single floating-point number to differentiate, found float32[2]. Reduce it first, with sum or mean.]`,
    );
  });

  test('a function that throws leaves nothing behind', () => {
    const w = variable([1]);
    expect(() =>
      grad(() => {
        throw new Error('broken off');
      })([1]),
    ).toThrow('broken off');
    expect(w.read().array()).toEqual([1]);
    expect(w.read().isTraced).toBe(false);
  });
});
