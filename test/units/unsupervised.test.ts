import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { trainAdaline } from '../../src/units/adaline.ts';
import { competitiveLearning } from '../../src/units/competitive.ts';
import { hebbian, hebbNet, oja } from '../../src/units/hebb.ts';
import { kMeans } from '../../src/units/kMeans.ts';
import { kohonenMap } from '../../src/units/kohonen.ts';
import { checkTrace } from './checkTrace.ts';

// Made by fixtures/units/generate.py with NumPy.
const PRINCIPAL = JSON.parse(
  readFileSync(new URL('../../fixtures/units/principal.json', import.meta.url), 'utf8'),
) as { points: number[][]; component: number[]; variances: number[] };

/** Points around three centres that stand far apart, and which centre each is of. */
function clouds(): { points: number[][]; centres: number[][]; labels: number[] } {
  const random = new RandomStream(1);
  const centres = [
    [0, 0],
    [8, 0],
    [0, 8],
  ];
  const labels = Array.from({ length: 60 }, (_, at) => at % 3);
  const points = labels.map((label) => (centres[label] ?? []).map((value) => value + random.normal(0, 0.5)));
  return { points, centres, labels };
}
const { points, centres, labels } = clouds();
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((v, i) => v - (b[i] ?? 0)));
const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / (Math.hypot(...a) * Math.hypot(...b));

describe('Hebb with a teacher', () => {
  const BIPOLAR = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];

  // Fausett, "Fundamentals of Neural Networks", 1994, example 2.7.
  test('learns AND of bipolar inputs in one pass', () => {
    const { weights, bias, trace } = hebbNet(BIPOLAR, [1, -1, -1, -1]);
    expect({ weights, bias }).toEqual({ weights: [2, 2], bias: -2 });
    checkTrace(trace);
  });

  // The same, example 2.5: with binary inputs and targets it learns nothing after the first row.
  test('fails on binary inputs and targets', () => {
    const binary = BIPOLAR.map((row) => row.map((x) => (x + 1) / 2));
    expect(hebbNet(binary, [1, 0, 0, 0])).toMatchObject({ weights: [1, 1], bias: 1 });
  });
});

describe('Hebb without a teacher', () => {
  test('turns towards the greatest variance, and grows without end', () => {
    const { weights, norms, trace } = hebbian(PRINCIPAL.points, { epochs: 5, learningRate: 0.005 });
    expect(Math.abs(cosine(weights, PRINCIPAL.component))).toBeGreaterThan(0.99);
    for (const [epoch, norm] of norms.entries()) expect(norm).toBeGreaterThan(norms[epoch - 1] ?? 1);
    expect(norms.at(-1)).toBeGreaterThan(1000);
    checkTrace(trace);
  });

  test('kept in length by Oja, it is the first principal component', () => {
    const { weights, norms, trace } = oja(PRINCIPAL.points, { epochs: 60, learningRate: 0.002, steps: 2000 });
    expect(Math.abs(cosine(weights, PRINCIPAL.component))).toBeGreaterThan(0.999);
    expect(norms.at(-1)).toBeCloseTo(1, 1);
    expect(trace.complete).toBe(false);
    checkTrace(trace);
  });
});

describe('Adaline', () => {
  const inputs = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ];

  // Fausett, example 2.17: the least squares for AND of bipolar inputs are w = ½, ½, b = −½.
  test('comes to the least squares of AND', () => {
    const { weights, bias, stopped, errors, trace } = trainAdaline(inputs, [1, -1, -1, -1], {
      learningRate: 0.005,
      epochs: 2000,
    });
    expect(stopped).toBe(true);
    for (const weight of weights) expect(weight).toBeCloseTo(0.5, 1);
    expect(bias).toBeCloseTo(-0.5, 1);
    // Each row is then off by ½.
    expect(errors.at(-1)).toBeCloseTo(0.25, 2);
    checkTrace(trace);
  });

  test('says that it has not come to rest, when it diverges', () => {
    const { stopped, weights } = trainAdaline(inputs, [1, -1, -1, -1], {
      learningRate: 2,
      epochs: 400,
      steps: 0,
    });
    expect(stopped).toBe(false);
    expect(Math.abs(weights[0] ?? 0)).not.toBeLessThan(1e3);
  });
});

describe('competitive learning', () => {
  test('brings a unit to each cloud', () => {
    const start = [0, 1, 2].map((at) => points[at] ?? []);
    const { weights, winners, dead, trace } = competitiveLearning(points, { weights: start, steps: 3000 });
    for (const [j, centre] of centres.entries()) expect(distance(weights[j] ?? [], centre)).toBeLessThan(0.5);
    expect(winners).toEqual(labels);
    expect(dead).toEqual([]);
    checkTrace(trace);
  });

  test('leaves a unit that never wins where it was: a dead unit', () => {
    const far = [1000, 1000];
    const { weights, dead } = competitiveLearning(points, { weights: [[1, 1], far], epochs: 3 });
    expect(weights[1]).toEqual(far);
    expect(dead).toEqual([1]);
  });
});

describe('the Kohonen map', () => {
  const random = new RandomStream(2);
  const square = Array.from({ length: 150 }, () => [random.uniform(), random.uniform()]);

  test('unfolds from a point over a square, near inputs on near units', () => {
    const { weights, quantisationErrors, topographicError, trace } = kohonenMap(square, {
      rows: 5,
      columns: 5,
      epochs: 20,
      seed: 3,
      weights: Array.from({ length: 25 }, () => [0.5 + random.normal(0, 0.01), 0.5 + random.normal(0, 0.01)]),
      steps: 3000,
    });
    expect(weights.length).toBe(25);
    expect(quantisationErrors.at(-1)).toBeLessThan(0.1);
    expect(quantisationErrors.at(-1)).toBeLessThan((quantisationErrors[0] ?? 0) / 3);
    expect(topographicError).toBeLessThan(0.1);
    // Neighbours of the grid are neighbours in the square; opposite corners are not.
    expect(distance(weights[0] ?? [], weights[1] ?? [])).toBeLessThan(0.4);
    expect(distance(weights[0] ?? [], weights[24] ?? [])).toBeGreaterThan(0.6);
    checkTrace(trace);
  });

  test('takes neighbours along by a bell of the distance on the grid', () => {
    const start = [[0], [0], [0]];
    const { trace } = kohonenMap([[1]], {
      ...{ rows: 1, columns: 3, weights: start, learningRate: 0.5, radius: 1, epochs: 1 },
    });
    const end = trace.at(trace.length);
    // The first of equals wins; e^(−1/2) and e^(−4/2) of its step for the others.
    expect([end.w_11, end.w_12, end.w_13]).toEqual([
      0.5,
      expect.closeTo(0.5 * Math.exp(-0.5)),
      expect.closeTo(0.5 * Math.exp(-2)),
    ]);
  });
});

describe('k-means', () => {
  test('finds the means of the clouds', () => {
    const result = kMeans(points, { clusters: 3, seed: 1 });
    expect(result.stopped).toBe(true);
    const names = [0, 1, 2].map((label) => result.assignments[label] ?? 0);
    expect(result.assignments).toEqual(labels.map((label) => names[label]));
    for (const label of [0, 1, 2]) {
      const members = points.filter((_, at) => labels[at] === label);
      const mean = [0, 1].map((i) => members.reduce((sum, x) => sum + (x[i] ?? 0), 0) / members.length);
      expect(result.centres[names[label] ?? 0]).toEqual(mean.map((value) => expect.closeTo(value, 12)));
    }
    checkTrace(result.trace);
  });

  test('never raises its inertia', () => {
    const { inertias } = kMeans(PRINCIPAL.points, { clusters: 6, seed: 4, steps: 0 });
    expect(inertias.length).toBeGreaterThan(3);
    for (const [epoch, inertia] of inertias.entries())
      expect(inertia).toBeLessThanOrEqual(inertias[epoch - 1] ?? Number.POSITIVE_INFINITY);
  });

  test('of one cluster is the mean; of equal points, one place', () => {
    expect(kMeans([[0], [2], [7]], { clusters: 1 }).centres).toEqual([[3]]);
    expect(kMeans([[4], [4], [4]], { clusters: 2 })).toMatchObject({ centres: [[4], [4]], stopped: true });
  });
});

test.each([
  ['ragged rows', () => kMeans([[1], [1, 2]])],
  ['more clusters than inputs', () => kMeans([[1]], { clusters: 2 })],
  ['more units than inputs', () => competitiveLearning([[1]], { units: 2 })],
  ['an empty grid', () => kohonenMap([[1]], { rows: 0 })],
  ['weights of another length', () => oja([[1, 2]], { weights: [1] })],
  ['NaN', () => hebbian([[Number.NaN]])],
  ['targets that are too few', () => hebbNet([[1], [2]], [1])],
])('refuses %s', (_, run) => {
  expect(run).toThrow(ArgumentError);
});
