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
  schedules,
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
  'RMSprop with momentum': () => optimizers.rmsprop({ learningRate: 0.01, momentum: 0.9 }),
  'centred RMSprop': () => optimizers.rmsprop({ learningRate: 0.01, centered: true }),
  'centred RMSprop with momentum': () =>
    optimizers.rmsprop({ learningRate: 0.01, centered: true, momentum: 0.9 }),
  'Adam with amsgrad': () => optimizers.adam({ learningRate: 0.01, amsgrad: true }),
  Adadelta: () => optimizers.adadelta({ learningRate: 1 }),
  Adamax: () => optimizers.adamax({ learningRate: 0.01 }),
  Lion: () => optimizers.lion({ learningRate: 0.01 }),
  'gradients clipped by value': () => optimizers.sgd({ learningRate: 0.1, clipvalue: 0.2 }),
  'gradients clipped by norm': () => optimizers.adam({ learningRate: 0.1, clipnorm: 0.3 }),
  'gradients clipped by global norm': () =>
    optimizers.sgd({ learningRate: 0.1, momentum: 0.5, globalClipnorm: 0.3 }),
  'gradients clipped where none is long': () => optimizers.sgd({ learningRate: 0.1, globalClipnorm: 100 }),
  'moving averages of the weights': () =>
    optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.9 }),
  'moving averages that become the weights': () =>
    optimizers.adam({ learningRate: 0.1, useEma: true, emaOverwriteFrequency: 2 }),
  'a scaled loss': () => optimizers.adam({ learningRate: 0.1, lossScaleFactor: 128 }),
  'a dynamic loss scale': () => optimizers.lossScaleOptimizer(optimizers.sgd({ learningRate: 0.1 })),
  'weight decay but for biases': () => {
    const optimizer = optimizers.adamW({ learningRate: 0.1, weightDecay: 0.1 });
    optimizer.excludeFromWeightDecay({ names: ['bias'] });
    return optimizer;
  },
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

/** Every formula of weights and of the step: gradients, lengths, what is kept, changes, new values. */
function weightFormulas(ledger: Ledger) {
  return ledger.quantities
    .filter(({ role }) => ['slot', 'step', 'change', 'new'].includes(role))
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
        const overwritten = name === 'moving averages that become the weights' && steps % 2 === 1;
        if (!overwritten) expect(Math.abs(fresh('layer1.w') + change - after)).toBeLessThan(1e-6);
        model.trainOnBatch(X, Y);
        expect(model.getWeights()[0]?.data[0]).toBe(after);
      }),
      { numRuns: 4 },
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

describe('clipped gradients', () => {
  const opened = (options: Parameters<typeof optimizers.sgd>[0]) => {
    const model = sequential([layers.input([2]), layers.dense(1)]);
    model.setWeights([tensor([[1], [2]]).value(), tensor([0]).value()]);
    return explain(model, [[3, 4]], [[1]], { optimizer: optimizers.sgd({ learningRate: 0.1, ...options }) });
  };
  // The error is 1 − 11 = −10: the gradients are 30 and 40 of the weights, and 10 of the bias.

  test('each by its length, as that of (30, 40) is 50', () => {
    const ledger = opened({ clipnorm: 5 });
    const filled = (path: string) => ledger.cell(path).formula()?.filled();
    expect(filled('step.n[0]')).toBe('n₁ = √(30² + 40²) = 50');
    expect(filled('layer1.w.ĝ[0,0]')).toBe('ĝ₁₃ = 30·5/max(50, 5) = 3');
    expect(filled('layer1.w.ĝ[1,0]')).toBe('ĝ₂₃ = 40·5/max(50, 5) = 4');
    expect(filled('layer1.Δw[1,0]')).toBe('Δw₂₃ = −0.1·4 = −0.4');
    expect(ledger.toText()).toContain('n₁ of dense kernel, n₂ of dense bias');
  });

  test('all by their length together', () => {
    const ledger = opened({ globalClipnorm: 5 });
    expect(ledger.cell('step.N').formula()?.symbols()).toBe('n = √(n₁² + n₂²)');
    expect(ledger.cell('step.N').value).toBeCloseTo(Math.sqrt(2600), 10);
    expect(ledger.cell('layer1.w.ĝ[0,0]').value).toBeCloseTo((30 * 5) / Math.sqrt(2600), 5);
  });

  test('each number by itself', () => {
    const ledger = opened({ clipvalue: 35 });
    expect(ledger.cell('layer1.w.ĝ[0,0]').formula()?.filled()).toBe('ĝ₁₃ = max(min(30, 35), −35) = 30');
    expect(ledger.cell('layer1.w.ĝ[1,0]').value).toBe(35);
  });
});

const SCHEDULES = {
  exponential: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
  'exponential in jumps': schedules.exponentialDecay({
    initialLearningRate: 0.1,
    decaySteps: 2,
    decayRate: 0.5,
    staircase: true,
  }),
  'inverse time': schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
  'piecewise constant': schedules.piecewiseConstantDecay({ boundaries: [1, 3], values: [0.1, 0.05, 0.01] }),
  polynomial: schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 4, power: 2 }),
  'polynomial in rounds': schedules.polynomialDecay({
    initialLearningRate: 0.1,
    decaySteps: 2,
    power: 1,
    cycle: true,
  }),
  cosine: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 4, alpha: 0.1 }),
  'cosine after a warm-up': schedules.cosineDecay({
    initialLearningRate: 0.01,
    decaySteps: 4,
    warmupTarget: 0.1,
    warmupSteps: 2,
  }),
  'cosine with restarts': schedules.cosineDecayRestarts({
    initialLearningRate: 0.1,
    firstDecaySteps: 2,
    tMul: 1,
    mMul: 0.5,
  }),
};

describe.each(Object.entries(SCHEDULES))('a %s schedule', (_, schedule) => {
  test('says where the rate of a step comes from', () => {
    const optimizer = optimizers.sgd({ learningRate: schedule });
    const model = sequential([layers.input([3]), layers.dense(1)]);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    for (let step = 0; step < 6; step++) {
      const ledger = explain(model, X, Y);
      const rate = ledger.cell('step.α');
      expect(rate.value).toBe(schedule.call(tensor(step, { dtype: 'int32' })).item());
      expect(rate.formula()?.holds(), rate.formula()?.filled()).toBe(true);
      expect(rate.formula()?.evaluate()).toBeCloseTo(rate.value, 6);
      expect(ledger.cell('layer1.Δw[0,0]').formula()?.symbols()).toMatch(/^Δw₁₄ = α·/);
      const after = ledger.cell('layer1.w′[0,0]').value;
      model.trainOnBatch(X, Y);
      expect(model.getWeights()[0]?.data[0]).toBe(after);
    }
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
