import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain, type Ledger } from '../../src/explain/index.ts';
import {
  type Arrays,
  layers,
  losses,
  type Model,
  optimizers,
  regularizers,
  sequential,
  setSeed,
  tensor,
} from '../../src/index.ts';

const OPTIMIZERS = {
  momentum: () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
  Nesterov: () => optimizers.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  Adagrad: () => optimizers.adagrad({ learningRate: 0.1 }),
  RMSprop: () => optimizers.rmsprop({ learningRate: 0.01 }),
  Adam: () => optimizers.adam({ learningRate: 0.01 }),
  AdamW: () => optimizers.adamW({ learningRate: 0.01 }),
  'gradient descent with decay': () => optimizers.sgd({ learningRate: 0.1, weightDecay: 0.01 }),
};
type Name = keyof typeof OPTIMIZERS;

const X = tensor([
  [0.3, -0.7, 0.9],
  [-0.2, 0.4, 0.1],
]);
const Y = tensor([[0.5], [-1]]);

function network(name: Name): Model {
  const model = sequential([layers.input([3]), layers.dense(2, { activation: 'tanh' }), layers.dense(1)]);
  model.compile({ optimizer: OPTIMIZERS[name](), loss: 'meanSquaredError' });
  return model;
}

/** Every formula of weights: gradients, what is kept for them, changes, new values. */
function weightFormulas(ledger: Ledger) {
  return ledger.quantities
    .filter(({ role }) => role === 'slot' || role === 'change' || role === 'new')
    .flatMap((quantity) => {
      const size = quantity.shape.reduce((a, b) => a * b, 1);
      return Array.from({ length: size }, (_, flat) => ({
        path: `${quantity.key} ${flat}`,
        formula: quantity.formula?.(flat, 0),
      }));
    });
}

describe.each(Object.keys(OPTIMIZERS) as Name[])('a step of %s', (name) => {
  test('is opened weight by weight, after any number of steps, and is the step that is taken', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 3 }), (seed, steps) => {
        setSeed(seed);
        const model = network(name);
        for (let i = 0; i < steps; i++) model.trainOnBatch(X, Y);
        const ledger = explain(model, X, Y);
        for (const { path, formula } of weightFormulas(ledger)) {
          expect(formula, path).toBeDefined();
          expect(formula?.holds(), `${path}: ${formula?.filled()}`).toBe(true);
        }
        const fresh = (key: string) =>
          ledger.quantities.find((quantity) => quantity.key === key)?.value(0, 0) ?? Number.NaN;
        const [change, after] = [fresh('layer1.Δw'), fresh('layer1.w′')];
        expect(Math.abs(fresh('layer1.w') + change - after)).toBeLessThan(1e-6);
        model.trainOnBatch(X, Y);
        expect(model.getWeights()[0]?.data[0]).toBe(after);
      }),
      { numRuns: 6 },
    );
  });
});

describe('in words and numbers', () => {
  setSeed(3);
  const model = network('Adam');
  const ledger = explain(model, [[1, 0, 1]], [[1]]);
  const symbols = (path: string) => ledger.cell(path).formula()?.symbols();

  test('Adam says how its means move, and the weight by them', () => {
    expect(symbols('layer2.w.m′[0,0]')).toBe('m′₄₆ = β₁·m₄₆ + (1 − β₁)·∂L/∂w₄₆');
    expect(symbols('layer2.w.v′[0,0]')).toContain('(∂L/∂w₄₆)²');
    expect(symbols('layer2.Δw[0,0]')).toContain('√');
    expect(symbols('layer2.w.g[0,0]')).toBe('∂L/∂w₄₆ = −Error₆·O₄');
    expect(ledger.cell('layer2.w.m′[0,0]').formula()?.words()).toContain('times');
    const step = ledger.cell('layer2.Δw[0,0]').value;
    expect(Math.abs(step)).toBeCloseTo(0.01, 4);
  });

  test('and its tables stand before those of the weights', () => {
    const text = ledger.toText({ layer: '2' });
    expect(text).toContain('moving mean of the gradient');
    expect(text.indexOf('moving mean of its square')).toBeLessThan(text.indexOf('old'));
    expect(text).toMatch(/m′₄₆ = β₁·m₄₆ \+ \(1 − β₁\)·∂L\/∂w₄₆ +0\.9·0 \+ \(1 − 0\.9\)·/);
  });
});

/** Loss and gradients that a model itself computes, to hold a ledger against. */
function held(model: Model, x: Arrays, y: Arrays, ledger: Ledger): void {
  const before = model.getWeights().map(({ data }) => Array.from(data));
  model.trainOnBatch(x, y);
  const after = model.getWeights().map(({ data }) => Array.from(data));
  const ofKey = (key: string) => ledger.quantities.find((quantity) => quantity.key === key);
  const kernel = ofKey('layer1.w');
  for (const [flat, value] of (before[0] ?? []).entries()) {
    // Plain descent of rate 1: the step is the gradient.
    const gradient = value - (after[0]?.[flat] ?? Number.NaN);
    expect(kernel?.gradient?.(flat, 0) ?? Number.NaN).toBeCloseTo(gradient, 5);
  }
}

describe('what is made small', () => {
  const plain = () => optimizers.sgd({ learningRate: 1 });

  test.each(['sum_over_batch_size', 'sum'] as const)('may be a %s over the examples', (reduction) => {
    setSeed(1);
    const model = sequential([layers.input([3]), layers.dense(1)]);
    const loss = losses.meanSquaredError({ reduction });
    model.compile({ optimizer: plain(), loss });
    const ledger = explain(model, X, Y);
    for (const { path, formula } of weightFormulas(ledger))
      expect(formula?.holds(), `${path} ${formula?.filled()}`).toBe(true);
    held(model, X, Y, ledger);
  });

  test('is a mean over the places of a sequence, too', () => {
    setSeed(1);
    const model = sequential([layers.input([4, 3]), layers.dense(2)]);
    model.compile({ optimizer: plain(), loss: 'meanSquaredError' });
    const x = tensor(
      Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
      { shape: [2, 4, 3] },
    );
    const y = tensor(new Float32Array(16).fill(0.5), { shape: [2, 4, 2] });
    held(model, x, y, explain(model, x, y));
  });

  test('holds the penalties of outputs and weights', () => {
    setSeed(1);
    const model = sequential([
      layers.input([3]),
      layers.dense(1, {
        activityRegularizer: regularizers.l2({ l2: 0.3 }),
        kernelRegularizer: regularizers.l1({ l1: 0.1 }),
      }),
    ]);
    model.compile({ optimizer: plain(), loss: 'meanSquaredError' });
    held(model, X, Y, explain(model, X, Y));
  });

  test('must be a number', () => {
    const model = sequential([layers.input([3]), layers.dense(1)]);
    expect(() => explain(model, X, Y, { loss: losses.meanSquaredError({ reduction: 'none' }) })).toThrow(
      'one number for a batch',
    );
  });
});
