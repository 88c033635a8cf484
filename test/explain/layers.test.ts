import { describe, expect, test } from 'vitest';
import { explain, type Ledger } from '../../src/explain/index.ts';
import {
  layers,
  type Model,
  meanSquaredError,
  model,
  optimizers,
  sequential,
  setSeed,
  sparseCategoricalCrossentropy,
  tensor,
} from '../../src/index.ts';

/** Every formula of a ledger's layers, with its path. */
function formulasOf(ledger: Ledger) {
  return ledger.quantities.flatMap((quantity) => {
    const size = quantity.shape.reduce((a, b) => a * b, 1);
    return Array.from({ length: size }, (_, flat) => {
      const formula = quantity.formula?.(flat, 0);
      return formula ? [{ path: `${quantity.key} ${flat}`, formula }] : [];
    }).flat();
  });
}

function opened(model: Model, shape: readonly number[]): Ledger {
  const size = shape.reduce((a, b) => a * b, 1);
  const x = tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * i)),
    { shape: [1, ...shape] },
  );
  const y = tensor(new Float32Array(model.outputShape.reduce((a, b) => a * b, 1)).fill(0.5), {
    shape: [1, ...model.outputShape],
  });
  return explain(model, x, y, { loss: meanSquaredError() });
}

const MODELS: readonly (readonly [string, readonly number[], () => Model])[] = [
  [
    'a small CNN',
    [6, 6, 1],
    () =>
      sequential([
        layers.conv2D(2, 3, { activation: 'relu', padding: 'same' }),
        layers.maxPooling2D({ poolSize: 2 }),
        layers.conv2D(2, 2),
        layers.averagePooling2D({ poolSize: 2 }),
        layers.flatten(),
        layers.dense(2, { activation: 'softmax' }),
      ]),
  ],
  ['an LSTM', [4, 2], () => sequential([layers.lstm(3), layers.dense(1)])],
  ['a GRU', [3, 2], () => sequential([layers.gru(2), layers.dense(1)])],
  [
    'normalisations',
    [5],
    () =>
      sequential([
        layers.dense(4),
        layers.batchNormalization(),
        layers.layerNormalization(),
        layers.dense(1),
      ]),
  ],
];

describe.each(MODELS)('%s', (_, shape, make) => {
  test('has formulas in terms of its inputs, weights and steps between, which all hold as shown', () => {
    setSeed(5);
    const model = make();
    model.build(shape);
    const ledger = opened(model, shape);
    const formulas = formulasOf(ledger);
    expect(formulas.length).toBeGreaterThan(5);
    for (const { path, formula } of formulas) {
      expect(formula.holds(), `${path}: ${formula.filled()}`).toBe(true);
      expect(Math.abs(formula.evaluate() - formula.result.value), path).toBeLessThan(1e-5);
    }
    // Every output of every layer has one.
    for (const { quantities, key } of ledger.sections.slice(1, -1)) {
      expect(quantities.find(({ role }) => role === 'output')?.formula?.(0, 0), key).toBeDefined();
    }
  });
});

test('a pixel of a convolution is the sum of what its window sees, times the kernel', () => {
  const model = sequential([layers.input([3, 3, 1]), layers.conv2D(1, 2, { activation: 'relu' })]);
  model.setWeights([
    tensor([
      [[[1]], [[2]]],
      [[[3]], [[4]]],
    ]).value(),
    tensor([0.5]).value(),
  ]);
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9]).reshape([1, 3, 3, 1]);
  const ledger = explain(model, x, tensor(new Float32Array(4), { shape: [1, 2, 2, 1] }), {
    loss: meanSquaredError(),
  });
  expect(ledger.cell('layer1.O[0,1,0]').formula()?.filled()).toBe('O[0, 1, 0] = max(47.5, 0) = 47.5');
  const steps = ledger.quantities.filter(({ key }) => key.startsWith('layer1.z'));
  const filled = steps.map((step) => step.formula?.(1, 0)?.filled());
  expect(filled).toContain('z₁[1, 0] = 2·1 + 3·2 + 5·3 + 6·4 = 47');
});

test('the gates and states of an LSTM have their names, moment by moment', () => {
  const model = sequential([layers.input([2, 1]), layers.lstm(2)]);
  setSeed(3);
  const x = tensor([
    [[0.5], [1]],
    [[-1], [0.25]],
  ]);
  const ledger = explain(
    model,
    x,
    tensor([
      [0, 1],
      [1, 0],
    ]),
    { loss: meanSquaredError() },
  );
  const titles = ledger.quantities.map(({ title }) => title);
  for (const title of ['input gate', 'forget gate', 'candidate', 'output gate', 'cell state'])
    expect(titles).toEqual(expect.arrayContaining([`${title}, t = 1`, `${title}, t = 2`]));
  expect(titles).toContain('hidden state, t = 1');
  const symbols = (path: string) => ledger.cell(path, 1).formula()?.symbols();
  expect(symbols('layer1.c2[1]')).toBe('c₂[2] = σ(f₂[2])·c₂[1] + σ(i₂[2])·tanh(g₂[2])');
  expect(symbols('layer1.h1[0]')).toBe('h₁[1] = σ(o₁[1])·tanh(c₁[1])');
  expect(symbols('layer1.O[1]')).toBe('O[1] = σ(o₂[2])·tanh(c₂[2])');
  // The forget gate's bias starts at 1; the second unit's sum at the second moment, of the second example.
  const forget = ledger.cell('layer1.f2[1]', 1);
  expect(forget.formula()?.holds()).toBe(true);
  expect(forget.formula()?.evaluate()).toBeCloseTo(forget.value, 6);
  const [cell, cellBefore, enter, candidate] = ['c2', 'c1', 'i2', 'g2'].map(
    (key) => ledger.cell(`layer1.${key}[1]`, 1).value,
  );
  const sigmoid = (value = Number.NaN) => 1 / (1 + Math.exp(-value));
  const expected = sigmoid(forget.value) * (cellBefore ?? 0) + sigmoid(enter) * Math.tanh(candidate ?? 0);
  expect(cell).toBeCloseTo(expected, 6);
});

test.each([true, false])('the gates of a GRU have theirs, reset after the product: %s', (resetAfter) => {
  setSeed(3);
  const model = sequential([layers.input([3, 1]), layers.gru(2, { resetAfter })]);
  const x = tensor([[[0.5], [1], [-2]]]);
  const ledger = explain(model, x, tensor([[0, 1]]), { loss: meanSquaredError() });
  const titles = ledger.quantities.map(({ title }) => title);
  for (const title of ['update gate', 'reset gate', 'candidate'])
    expect(titles).toEqual(expect.arrayContaining([1, 2, 3].map((t) => `${title}, t = ${t}`)));
  const symbols = (path: string) => ledger.cell(path).formula()?.symbols();
  expect(symbols('layer1.h2[1]')).toBe('h₂[2] = u₂[2]·h₂[1] + (1 − u₂[2])·tanh(g₂[2])');
  expect(symbols('layer1.O[0]')).toBe('O[0] = u₁[3]·h₁[2] + (1 − u₁[3])·tanh(g₁[3])');
  const value = (path: string) => ledger.cell(path).value;
  const update = value('layer1.u3[0]');
  expect(symbols('layer1.u3[0]')).toMatch(/^u₁\[3\] = σ\(/);
  expect(update).toBeGreaterThan(0);
  const expected = update * value('layer1.h2[0]') + (1 - update) * Math.tanh(value('layer1.g3[0]'));
  expect(value('layer1.O[0]')).toBeCloseTo(expected, 6);
  for (const { path, formula } of formulasOf(ledger))
    expect(formula.holds(), `${path}: ${formula.filled()}`).toBe(true);
});

test('a branch of a functional model is opened, and where it joins again', () => {
  setSeed(4);
  const from = layers.input([3]);
  const first = layers.dense(3, { activation: 'tanh' })(from);
  const joined = layers.add()([from, layers.dense(3)(first)]);
  const outputs = layers.dense(1)(layers.concatenate()([joined, first]));
  const network = model({ inputs: from, outputs });
  const ledger = explain(network, [[0.1, -0.2, 0.3]], [[1]], { loss: meanSquaredError() });
  for (const { path, formula } of formulasOf(ledger))
    expect(formula.holds(), `${path}: ${formula.filled()}`).toBe(true);
  const sections = ledger.sections.map(({ name }) => name);
  expect(sections.filter((name) => /^(add|concatenate)/.test(name))).toHaveLength(2);
  const add = ledger.sections.find(({ name }) => name.startsWith('add'));
  expect(ledger.cell(`${add?.key}.O[1]`).formula()?.symbols()).toMatch(/^O\[1\] = x₁\[1\] \+ x₂\[1\]/);
});

describe('a model of several inputs and outputs', () => {
  const twoHeaded = () => {
    setSeed(3);
    const [a, b] = [layers.input([3]), layers.input([2])];
    const trunk = layers.dense(2, { activation: 'tanh' })(layers.concatenate()([a, b]));
    const yes = layers.dense(1, { activation: 'sigmoid', name: 'yes' })(trunk);
    const kind = layers.dense(3, { activation: 'softmax', name: 'kind' })(trunk);
    return model({ inputs: { a, b }, outputs: { yes, kind } });
  };
  const x = {
    a: tensor([
      [0.1, 0.2, 0.3],
      [-1, 0, 1],
    ]),
    b: tensor([
      [1, 2],
      [0.5, -0.5],
    ]),
  };
  const y = { yes: tensor([[1], [0]]), kind: tensor([2, 0]) };
  const compiled = () => {
    const network = twoHeaded();
    network.compile({
      optimizer: optimizers.sgd({ learningRate: 1 }),
      loss: { yes: 'binaryCrossentropy', kind: 'sparseCategoricalCrossentropy' },
      lossWeights: { yes: 1, kind: 0.5 },
    });
    return network;
  };

  test('has its losses added up, each as often as it counts, and is trained by them', async () => {
    const network = compiled();
    const ledger = explain(network, x, y);
    const measured = await network.evaluate(x, y);
    expect(ledger.loss).toBeCloseTo(measured.loss ?? Number.NaN, 6);
    for (const { path, formula } of formulasOf(ledger))
      expect(formula.holds(), `${path}: ${formula.filled()}`).toBe(true);
    expect(ledger.cell('loss', 1).formula()?.symbols()).toBe('L = L₁ + c₂·L₂');
    expect(ledger.cell('loss2', 1).value).toBeGreaterThan(0);
    const before = network.getWeights().map(({ data }) => Array.from(data));
    network.trainOnBatch(x, y);
    const after = network.getWeights().map(({ data }) => Array.from(data));
    const weights = ledger.quantities.filter(({ role }) => role === 'weight');
    expect(weights).toHaveLength(before.length);
    for (const [i, { gradient }] of weights.entries()) {
      // Plain descent of rate 1: the step is the gradient.
      for (const [flat, value] of (before[i] ?? []).entries())
        expect(gradient?.(flat, 0)).toBeCloseTo(value - (after[i]?.[flat] ?? Number.NaN), 5);
    }
  });

  test('has the errors of both heads in those of the trunk, by their layers’ numbers', () => {
    const ledger = explain(compiled(), x, y);
    const symbols = (path: string) => ledger.cell(path).formula()?.symbols();
    expect(symbols('kind.Error[1]')).toBe('Error⁽⁴⁾₂ = c₂·(t⁽⁴⁾₂ − O⁽⁴⁾₂)');
    expect(symbols('layer2.Error[0]')).toBe(
      'Error⁽²⁾₁ = (1 − (O⁽²⁾₁)²)·(Error⁽³⁾₁·w⁽³⁾₁₁ + Error⁽⁴⁾₁·w⁽⁴⁾₁₁ + Error⁽⁴⁾₂·w⁽⁴⁾₁₂ + Error⁽⁴⁾₃·w⁽⁴⁾₁₃)',
    );
    expect(ledger.cell('layer2.Error[0]').formula()?.latex()).toContain('\\left(O^{(2)}_{1}\\right)^{2}');
    expect(ledger.toText()).toContain('target and loss of kind');
  });

  test('may have outputs that nothing is wanted of', () => {
    const ledger = explain(twoHeaded(), x, y, { loss: { kind: sparseCategoricalCrossentropy() } });
    expect(ledger.find('target.t[0]')).toBeDefined();
    const weighed = explain(twoHeaded(), x, y, {
      loss: { kind: sparseCategoricalCrossentropy() },
      lossWeights: { kind: 3 },
    });
    expect(weighed.cell('loss').formula()?.symbols()).toBe('L = c₁·L₁');
    expect(weighed.cell('loss').value).toBeCloseTo(3 * ledger.cell('loss').value, 5);
    expect(ledger.find('loss2')).toBeUndefined();
    expect(ledger.cell('yes.O[0]').gradient).toBe(0);
    for (const { path, formula } of formulasOf(ledger))
      expect(formula.holds(), `${path}: ${formula.filled()}`).toBe(true);
  });

  test('needs the targets of all outputs that have a loss', () => {
    expect(() => explain(compiled(), x, { yes: y.yes })).toThrow('none for kind');
    expect(() => explain(compiled(), x, { ...y, kind: tensor([1]) })).toThrow('as many targets as examples');
  });
});

test('steps that a mask leaves out count in no number', () => {
  setSeed(2);
  const network = sequential([
    layers.input([4], { dtype: 'int32' }),
    layers.embedding(5, 2, { maskZero: true }),
    layers.lstm(2, { returnSequences: true }),
    layers.dense(1),
  ]);
  network.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: 'meanSquaredError' });
  const x = tensor([[1, 2, 0, 0]], { dtype: 'int32' });
  const y = tensor([[[1], [0], [5], [5]]]);
  const ledger = explain(network, x, y);
  const last = network.getWeights().at(-1)?.data[0] ?? Number.NaN;
  const { loss } = network.trainOnBatch(x, y);
  expect(ledger.loss).toBeCloseTo(loss ?? Number.NaN, 6);
  const stepped = last - (network.getWeights().at(-1)?.data[0] ?? Number.NaN);
  expect(ledger.quantities.find(({ key }) => key === 'layer3.θ')?.gradient?.(0, 0)).toBeCloseTo(stepped, 5);
});
