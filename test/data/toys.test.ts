import { describe, expect, test } from 'vitest';
import type { Examples } from '../../src/data/examples.ts';
import { GATES, type Gate, gate } from '../../src/data/gates.ts';
import { blobs, circles, moons, sine, spirals, xor } from '../../src/data/toys.ts';
import { ArgumentError } from '../../src/graph/errors.ts';

const TOYS = { circles, moons, xor, spirals, blobs, sine };
const points = ({ x, y }: Examples) =>
  Array.from(y.data, (label, i) => ({ label, a: x.data[2 * i] ?? 0, b: x.data[2 * i + 1] ?? 0 }));
const exact = { n: 60, noise: 0, seed: 1 };

describe.each(Object.entries(TOYS))('%s', (_, toy) => {
  test('is the same for the same seed only', () => {
    expect(toy({ n: 20, seed: 1 })).toEqual(toy({ n: 20, seed: 1 }));
    expect(toy({ n: 20, seed: 1 }).x.data).not.toEqual(toy({ n: 20, seed: 2 }).x.data);
  });

  test('has the shapes and names of its task', () => {
    const { x, y, task, classNames, featureNames } = toy({ n: 30 });
    expect(x).toMatchObject({ dtype: 'float32', shape: [30, featureNames.length] });
    if (task === 'classes') expect(y).toMatchObject({ dtype: 'int32', shape: [30] });
    else expect(y).toMatchObject({ dtype: 'float32', shape: [30, 1] });
    expect(classNames?.length).toBe(task === 'regression' ? undefined : new Set(y.data).size);
  });

  test.each([{ n: 0 }, { n: 1.5 }, { noise: -1 }, { noise: Number.NaN }])('refuses %j', (options) => {
    expect(() => toy(options)).toThrow(ArgumentError);
  });
});

describe('without noise', () => {
  test('circles have the radii 1 and ½', () => {
    for (const { label, a, b } of points(circles(exact)))
      expect(Math.hypot(a, b)).toBeCloseTo(label === 0 ? 1 : 0.5);
  });

  test('moons lie on their half circles', () => {
    for (const { label, a, b } of points(moons(exact))) {
      const [x, y] = label === 0 ? [a, b] : [1 - a, 0.5 - b];
      expect(Math.hypot(x, y)).toBeCloseTo(1);
      expect(y).toBeGreaterThanOrEqual(0);
    }
  });

  test('xor is 1 where the signs differ', () => {
    for (const { label, a, b } of points(xor(exact))) expect(label).toBe(a * b < 0 ? 1 : 0);
  });

  test('spirals lie on their arms', () => {
    const arms = 4;
    for (const { label, a, b } of points(spirals({ ...exact, arms, turns: 1 }))) {
      const t = Math.hypot(a, b);
      const angle = 2 * Math.PI * (t + label / arms);
      expect(a).toBeCloseTo(t * Math.cos(angle));
      expect(b).toBeCloseTo(t * Math.sin(angle));
    }
  });

  test('blobs are their centres', () => {
    const at = new Set(
      points(blobs({ ...exact, classes: 4 })).map(({ a, b }) => `${Math.round(a)} ${Math.round(b)}`),
    );
    expect(at).toEqual(new Set(['1 0', '0 1', '-1 0', '0 -1']));
  });

  test('sine is the sine', () => {
    const { x, y } = sine(exact);
    for (const [i, at] of x.data.entries()) expect(y.data[i]).toBeCloseTo(Math.sin(at));
  });
});

test('noise has the deviation asked for', () => {
  const distances = points(circles({ n: 4000, noise: 0.1 })).map(
    ({ label, a, b }) => Math.hypot(a, b) - (label ? 0.5 : 1),
  );
  const variance = distances.reduce((sum, d) => sum + d * d, 0) / distances.length;
  expect(Math.sqrt(variance)).toBeCloseTo(0.1, 1);
});

test('two arms make a binary task', () => {
  expect(spirals({ n: 10, arms: 2 })).toMatchObject({ task: 'binary', y: { shape: [10, 1] } });
});

test.each([1, 2.5])('refuses %d classes', (classes) => {
  expect(() => blobs({ classes })).toThrow(ArgumentError);
});

describe('gates', () => {
  const LOGIC: { [G in Gate]: (a: boolean, b: boolean) => boolean } = {
    and: (a, b) => a && b,
    or: (a, b) => a || b,
    nand: (a, b) => !(a && b),
    nor: (a, b) => !(a || b),
    xor: (a, b) => a !== b,
    not: (a) => !a,
  };

  test.each(Object.keys(GATES) as Gate[])('%s has its truth table', (name) => {
    const { x, y, featureNames } = gate(name);
    const inputs = featureNames.length;
    expect(y.data).toHaveLength(2 ** inputs);
    for (const [i, output] of y.data.entries()) {
      const [a, b] = [x.data[i * inputs] === 1, x.data[i * inputs + 1] === 1];
      expect(output === 1).toBe(LOGIC[name](a, b));
    }
  });

  test('repeat their table, with noise on the inputs only', () => {
    const { x, y } = gate('and', { n: 6, noise: 0.1 });
    expect([...y.data]).toEqual([0, 0, 0, 1, 0, 0]);
    expect(x.data[0]).not.toBe(x.data[8]);
  });
});
