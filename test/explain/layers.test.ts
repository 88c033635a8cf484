import { describe, expect, test } from 'vitest';
import { explain, type Ledger } from '../../src/explain/index.ts';
import { layers, type Model, meanSquaredError, sequential, setSeed, tensor } from '../../src/index.ts';

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

test('a state of an LSTM is what the forget gate keeps and the input gate lets in', () => {
  const model = sequential([layers.input([2, 1]), layers.lstm(1)]);
  setSeed(3);
  const ledger = explain(model, tensor([[[0.5], [1]]]), [[0]], { loss: meanSquaredError() });
  const texts = formulasOf(ledger).map(({ formula }) => formula.symbols());
  const sigmoids = texts.filter((text) => text.match(/σ\(z/g)?.length === 2 && text.includes('tanh(z'));
  expect(sigmoids.length).toBeGreaterThan(0);
});
