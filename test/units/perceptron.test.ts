import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import { perceptronOutput, trainPerceptron, trainPerceptrons } from '../../src/units/perceptron.ts';
import { checkTrace } from './checkTrace.ts';

/** The order of the lecture: 11, 10, 01, 00. */
const BINARY = [
  [1, 1],
  [1, 0],
  [0, 1],
  [0, 0],
];
const BIPOLAR = BINARY.map((row) => row.map((x) => 2 * x - 1));
const AND = [1, -1, -1, -1];
const OR = [1, 1, 1, -1];
const XOR = [-1, 1, 1, -1];

describe('with α = 1 and θ = 0.2', () => {
  test.each([
    ['AND', BINARY, AND, 10, [2, 3], -4],
    ['OR', BINARY, OR, 5, [2, 2], -1],
    ['bipolar AND', BIPOLAR, AND, 2, [1, 1], -1],
    ['bipolar OR', BIPOLAR, OR, 2, [1, 1], 1],
  ])('%s stops as the course says', (_, inputs, targets, epochs, weights, bias) => {
    const result = trainPerceptron(inputs, targets);
    expect(result).toMatchObject({ weights, bias, epochs, stopped: true });
    const learned = inputs.map(([a = 0, b = 0]) =>
      perceptronOutput(result.bias + a * (result.weights[0] ?? 0) + b * (result.weights[1] ?? 0), 0.2),
    );
    expect(learned).toEqual(targets);
    checkTrace(result.trace);
  });

  test('XOR has not stopped after 100 epochs', () => {
    const { epochs, stopped, rows } = trainPerceptron(BINARY, XOR);
    expect({ epochs, stopped }).toEqual({ epochs: 100, stopped: false });
    expect(rows.length).toBe(400);
  });

  test('the first epoch of AND, row by row', () => {
    const rows = trainPerceptron(BINARY, AND, { epochs: 1 }).rows;
    expect(
      rows.map(({ net, output, weights, biases }) => [net[0], output[0], weights[0], biases[0]]),
    ).toEqual([
      [0, 0, [1, 1], 1],
      [2, 1, [0, 1], 0],
      [1, 1, [0, 0], -1],
      [-1, -1, [0, 0], -1],
    ]);
  });
});

test('the dead zone includes both of its ends', () => {
  expect([0.2, 0.2000001, -0.2, -0.2000001, 0].map((net) => perceptronOutput(net, 0.2))).toEqual([
    0, 1, 0, -1, 0,
  ]);
});

test('the order of the examples decides the way', () => {
  const backwards = trainPerceptron([...BINARY].reverse(), [...AND].reverse());
  expect(backwards.stopped).toBe(true);
  expect(backwards.rows[0]?.x).toEqual([0, 0]);
  expect(backwards.rows.slice(0, 4).map(({ biases }) => biases[0])).not.toEqual([1, 0, -1, -1]);
});

describe('several output units', () => {
  const targets = AND.map((t, row) => [t, OR[row] ?? 0, XOR[row] ?? 0]);

  test('learn as each would alone', () => {
    const together = trainPerceptrons(BINARY, targets, { epochs: 12 });
    for (const [j, alone] of [AND, OR, XOR].entries()) {
      const { weights, bias } = trainPerceptron(BINARY, alone, { epochs: 12 });
      expect(together.weights[j]).toEqual(weights);
      expect(together.biases[j]).toBe(bias);
    }
    checkTrace(together.trace);
  });

  test('change only in the columns whose output is wrong', () => {
    const { rows } = trainPerceptrons(BINARY, targets, { epochs: 12 });
    let before = {
      weights: [
        [0, 0],
        [0, 0],
        [0, 0],
      ] as readonly (readonly number[])[],
      biases: [0, 0, 0] as readonly number[],
    };
    let kept = 0;
    for (const row of rows) {
      for (const [j, corrected] of row.corrected.entries()) {
        expect(corrected).toBe(row.output[j] !== row.target[j]);
        // The bias always moves in a correction; a weight only where its input is not 0.
        expect(row.biases[j] !== before.biases[j]).toBe(corrected);
        if (!corrected) {
          expect(row.weights[j]).toEqual(before.weights[j]);
          kept++;
        }
      }
      before = row;
    }
    expect(kept).toBeGreaterThan(10);
  });
});

test('one unit of a trace is one formula, filled in', () => {
  const { trace } = trainPerceptron(BINARY, AND, { epochs: 2 });
  expect(trace.steps.slice(0, 5).map(({ formula }) => String(formula))).toMatchInlineSnapshot(`
    [
      "y_in = b + x₁·w₁ + x₂·w₂ = 0 + 1·0 + 1·0 = 0",
      "y = f(y_in, θ) = f(0, 0.2) = 0",
      "w₁ = w₁ + α·t·x₁ = 0 + 1·1·1 = 1",
      "w₂ = w₂ + α·t·x₂ = 0 + 1·1·1 = 1",
      "b = b + α·t = 0 + 1·1 = 1",
    ]
  `);
  expect(trace.steps[0]?.group).toEqual({ epoch: 1, example: 1 });
});

test.each([
  ['targets 0', () => trainPerceptron(BINARY, [1, 0, 0, 0])],
  ['too few targets', () => trainPerceptron(BINARY, [1, -1])],
  ['ragged rows', () => trainPerceptron([[1, 1], [1]], [1, -1])],
  ['NaN', () => trainPerceptron([[Number.NaN]], [1])],
  ['no rows', () => trainPerceptron([], [])],
  ['a negative dead zone', () => trainPerceptron(BINARY, AND, { theta: -1 })],
  ['a learning rate of 0', () => trainPerceptron(BINARY, AND, { learningRate: 0 })],
  ['no epochs', () => trainPerceptron(BINARY, AND, { epochs: 0 })],
])('refuses %s', (_, run) => {
  expect(run).toThrow(ArgumentError);
});
