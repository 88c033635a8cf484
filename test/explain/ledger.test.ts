import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explain, type Ledger, type Quantity } from '../../src/explain/index.ts';
import {
  adam,
  dense,
  dropout,
  flatten,
  input,
  leakyReLU,
  meanSquaredError,
  ones,
  type Sequential,
  sequential,
  setSeed,
  sgd,
  sparseCategoricalCrossentropy,
  tensor,
} from '../../src/index.ts';
import type { ActivationName } from '../../src/layers/index.ts';
import { timed } from '../support/timed.ts';

/** The worked example of section 1.4. */
function lecture(): Sequential {
  const model = sequential([
    input([4]),
    dense(2, { activation: 'sigmoid' }),
    dense(1, { activation: 'sigmoid' }),
  ]);
  const hidden = [
    [0.3, 0.1],
    [-0.2, 0.4],
    [0.2, -0.3],
    [0.1, 0.4],
  ];
  model.setWeights([hidden, [0.2, 0.1], [[-0.3], [0.2]], [-0.3]].map((values) => tensor(values).value()));
  return model;
}
const x = [[1, 1, 0, 1]];
const plain = () => sgd({ learningRate: 0.8 });

describe("the lecture's worked example", () => {
  const ledger = explain(lecture(), x, [[1]], { optimizer: plain() });
  const filled = (path: string) => ledger.cell(path).formula()?.filled();

  test('net inputs and outputs, with its names and its numbers filled in', () => {
    expect(filled('layer1.I[0]')).toBe('I₅ = 1·0.3 + 1·(−0.2) + 0·0.2 + 1·0.1 + 0.2 = 0.4');
    expect(filled('layer1.O[0]')).toBe('O₅ = σ(0.4) = 0.5987');
    expect(filled('layer1.I[1]')).toBe('I₆ = 1·0.1 + 1·0.4 + 0·(−0.3) + 1·0.4 + 0.1 = 1');
    expect(filled('layer1.O[1]')).toBe('O₆ = σ(1) = 0.7311');
    expect(filled('layer2.I[0]')).toBe('I₇ = 0.5987·(−0.3) + 0.7311·0.2 + (−0.3) = −0.3334');
    expect(filled('layer2.O[0]')).toBe('O₇ = σ(−0.3334) = 0.4174');
    expect(filled('target.error[0]')).toBe('e₇ = 1 − 0.4174 = 0.5826');
  });

  test('errors, in symbols and in numbers', () => {
    expect(ledger.cell('layer2.Error[0]').formula()?.symbols()).toBe('Error₇ = O₇·(1 − O₇)·(t₇ − O₇)');
    expect(ledger.cell('layer1.Error[1]').formula()?.symbols()).toBe('Error₆ = O₆·(1 − O₆)·Error₇·w₆₇');
    const errors = ['layer2.Error[0]', 'layer1.Error[1]', 'layer1.Error[0]'].map(
      (path) => ledger.cell(path).value,
    );
    expect(errors.map((value) => value.toFixed(4))).toEqual(['0.1417', '0.0056', '-0.0102']);
  });

  test('every new weight', () => {
    expect(filled('layer1.Δw[0,0]')).toBe('Δw₁₅ = 0.8·(−0.0102)·1 = −0.0082');
    const fresh = (key: string, count: number[]) =>
      ledger.quantities
        .filter((quantity) => quantity.key === key)
        .flatMap((quantity) => count.map((flat) => quantity.value(flat, 0).toFixed(4)));
    expect(fresh('layer1.w′', [0, 1, 2, 3, 4, 5, 6, 7])).toEqual([
      '0.2918',
      '0.1045',
      '-0.2082',
      '0.4045',
      '0.2000',
      '-0.3000',
      '0.0918',
      '0.4045',
    ]);
    expect(fresh('layer1.θ′', [0, 1])).toEqual(['0.1918', '0.1045']);
    expect(fresh('layer2.w′', [0, 1])).toEqual(['-0.2321', '0.2829']);
    expect(fresh('layer2.θ′', [0])).toEqual(['-0.1867']);
  });

  test('as a table, in text, Markdown, HTML and JSON', () => {
    expect(ledger.toText()).toContain(
      'I₆ = 1·0.1 + 1·0.4 + 0·(−0.3) + 1·0.4 + 0.1 = 1    O₆ = σ(1) = 0.7311',
    );
    expect(ledger.toMarkdown()).toContain(
      '| w₁₅ | 0.3000 | α·Error₅·x₁ | 0.8·(−0.0102)·1 = −0.0082 | 0.2918 |',
    );
    expect(ledger.toHTML()).toContain('<td>O₅ = σ(0.4) = 0.5987</td>');
    const json = JSON.parse(JSON.stringify(ledger.toJSON({ layer: '2' })));
    expect(json.layers).toHaveLength(1);
    expect(json.layers[0].quantities[1].formulas[0][0].latex).toBe('O_{7} = \\sigma\\left(I_{7}\\right)');
  });

  test('trained as it says, it is where the next ledger begins', () => {
    const model = lecture();
    for (const [output, error] of [
      ['0.4174', '0.5826'],
      ['0.4710', '0.5290'],
      ['0.5214', '0.4786'],
    ]) {
      const step = explain(model, x, [[1]], { optimizer: plain() });
      expect(step.cell('layer2.O[0]').value.toFixed(4)).toBe(output);
      expect(step.cell('target.error[0]').value.toFixed(4)).toBe(error);
      const next = (key: string) => step.quantities.find((quantity) => quantity.key === key);
      model.setWeights(
        ['layer1.w′', 'layer1.θ′', 'layer2.w′', 'layer2.θ′'].map((key, i) => {
          const { shape } = model.weights[i] ?? { shape: [] };
          const size = shape.reduce((a, b) => a * b, 1);
          const data = Float32Array.from(
            { length: size },
            (_, flat) => next(key)?.value(flat, 0) ?? Number.NaN,
          );
          return { dtype: 'float32', shape, data };
        }),
      );
    }
  });
});

test('opening a model changes nothing in it', () => {
  const model = lecture();
  const optimizer = adam();
  model.compile({ optimizer, loss: meanSquaredError() });
  const before = JSON.stringify(model.getWeights().map(({ data }) => [...data]));
  const ledger = explain(model, x, [[1]]);
  const fresh = ledger.cell('layer2.w′[0,0]').value;
  expect(JSON.stringify(model.getWeights().map(({ data }) => [...data]))).toBe(before);
  expect(optimizer.iterations.read().item()).toBe(0);
  model.trainOnBatch(x, [[1]]);
  expect(model.getWeights()[2]?.data[0]).toBe(fresh);
  // What was recorded stays, though weights have moved.
  expect(ledger.cell('layer2.w[0,0]').value).toBe(Math.fround(-0.3));
  const product = ledger.nodes.entries.find(({ node }) => node.op === 'matmul');
  expect(product?.cell(0).value).toBeCloseTo(0.2, 6);
});

/** Every formula of a ledger, on the level of layers and on that of nodes. */
function formulasOf(ledger: Ledger) {
  const ofLayers = ledger.quantities.flatMap((quantity) => {
    const size = quantity.shape.reduce((a, b) => a * b, 1);
    return Array.from({ length: size * ledger.examples }, (_, at) =>
      quantity.formula?.(at % size, Math.floor(at / size)),
    );
  });
  const ofNodes = ledger.nodes.entries.flatMap(({ size, cell }) =>
    Array.from({ length: size }, (_, flat) => cell(flat).formula()),
  );
  return [...ofLayers, ...ofNodes].filter((formula) => formula !== undefined);
}

const placesOf = ({ shape }: Quantity, examples: number): [example: number, flat: number][] =>
  Array.from({ length: examples }, (_, example) =>
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, flat): [number, number] => [example, flat]),
  ).flat();

const networks = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
  inputs: fc.integer({ min: 1, max: 12 }),
  examples: fc.integer({ min: 1, max: 3 }),
  hidden: fc.constantFrom<ActivationName>(
    ...(['sigmoid', 'tanh', 'relu', 'softplus', 'gelu', 'leakyRelu', 'elu', 'silu', 'softsign'] as const),
  ),
  ending: fc.constantFrom('lecture', 'squared', 'classes', 'logits', 'binary', 'huber'),
  scale: fc.constantFrom(0.01, 1, 30),
});

test('every formula of a random network comes, from its shown operands, to its shown result within rounding', () => {
  fc.assert(
    fc.property(networks, ({ seed, sizes, inputs, examples, hidden, ending, scale }) => {
      setSeed(seed);
      const units =
        ending === 'classes' || ending === 'logits' ? Math.max(sizes.at(-1) ?? 2, 2) : (sizes.at(-1) ?? 1);
      const last = {
        lecture: 'sigmoid',
        squared: 'linear',
        classes: 'softmax',
        logits: 'linear',
        binary: 'sigmoid',
        huber: 'linear',
      } as const;
      const model = sequential([
        input([inputs]),
        ...sizes
          .slice(0, -1)
          .map((size) => dense(size, { activation: hidden, biasInitializer: 'randomNormal' })),
        dense(units, { activation: last[ending as keyof typeof last] }),
      ]);
      const draw = (count: number, shift: number) =>
        Float32Array.from({ length: count }, (_, i) => scale * Math.sin(seed + shift + 1.7 * i));
      const labels = Float32Array.from({ length: examples }, (_, i) => (seed + i) % units);
      const bits = Float32Array.from({ length: examples * units }, (_, i) => (seed + i) % 2);
      const wide = [examples, units];
      const losses = {
        squared: { loss: meanSquaredError(), y: tensor(draw(examples * units, 3), { shape: wide }) },
        classes: { loss: sparseCategoricalCrossentropy(), y: tensor(labels) },
        logits: { loss: sparseCategoricalCrossentropy({ fromLogits: true }), y: tensor(labels) },
        huber: { loss: 'huber' as const, y: tensor(draw(examples * units, 5), { shape: wide }) },
        binary: { loss: 'binaryCrossentropy' as const, y: tensor(bits, { shape: wide }) },
      };
      if (ending !== 'lecture')
        model.compile({
          optimizer: sgd({ learningRate: 0.1 }),
          loss: losses[ending as keyof typeof losses].loss,
        });
      const y =
        ending === 'lecture' ? tensor(bits, { shape: wide }) : losses[ending as keyof typeof losses].y;
      const ledger = explain(model, tensor(draw(examples * inputs, 0), { shape: [examples, inputs] }), y);
      const formulas = formulasOf(ledger);
      expect(formulas.length).toBeGreaterThan(10);
      for (const formula of formulas) {
        expect(
          formula.holds(),
          `${formula.symbols()} ${formula.filled()} ${JSON.stringify(formula.evaluateDisplayed())}`,
        ).toBe(true);
        expect(formula.latexFilled()).not.toContain('undefined');
      }
      for (const quantity of ledger.quantities.filter(({ key }) => /\.(I|O|Error)$|^loss$/.test(key))) {
        for (const [example, flat] of placesOf(quantity, examples)) {
          const formula = quantity.formula?.(flat, example);
          expect(formula, `${quantity.key} ${flat} ${quantity.value(flat, example)}`).toBeDefined();
          const isLost = Math.abs(quantity.value(flat, example)) < 1e-18;
          if (ending === 'binary' && quantity.key === `layer${sizes.length}.Error` && !isLost)
            expect(formula?.isSharp(), formula?.filled()).toBe(true);
        }
      }
    }),
    { numRuns: 40 },
  );
});

describe('a saturated unit', () => {
  /** One sigmoid unit whose net input is `net`. */
  const opened = (net: number, target: number, loss?: 'binaryCrossentropy') => {
    const model = sequential([input([1]), dense(1, { activation: 'sigmoid' })]);
    model.setWeights([tensor([[net]]).value(), tensor([0]).value()]);
    if (loss) model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss });
    return explain(model, [[1]], [[target]]);
  };
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

  test('has its error from the net input, where 1 − O has lost its digits in float32', () => {
    const error = opened(13.358345, 0, 'binaryCrossentropy').cell('layer1.Error[0]').formula();
    expect(error?.symbols()).toBe('Error₂ = −σ(I₂)·σ(−I₂)·∂L/∂O₂');
    expect(error?.filled()).toMatch(/^Error₂ = −σ\(13\.3583\)·σ\(−13\.3583\)·\d+\.\d+ = −1\.0193$/);
    expect(error?.isSharp()).toBe(true);
  });

  test('is shown with as many decimals as its error needs', () => {
    const error = opened(9, 1).cell('layer1.Error[0]').formula();
    expect(error?.symbols()).toBe('Error₂ = O₂·(1 − O₂)·(t₂ − O₂)');
    expect(error?.filled()).toMatch(
      /^Error₂ = 0\.999877·\(1 − 0\.999877\)·\(1 − 0\.999877\) = 1\.522\d+×10⁻⁸$/,
    );
    expect(error?.evaluate()).toBeCloseTo(sigmoid(9) * (1 - sigmoid(9)) ** 2, 11);
  });

  test.each([0, 1])(
    'has a loss that holds, though it keeps probabilities away from 0 and 1: target %d',
    (target) => {
      const loss = opened(40, target, 'binaryCrossentropy').cell('loss').formula();
      expect(loss?.holds()).toBe(true);
      expect(loss?.isSharp()).toBe(true);
    },
  );
});

test("the lecture's deltas are central differences of the loss, for random sigmoid networks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 4 }), (seed, units) => {
      setSeed(seed);
      const model = sequential([
        input([3]),
        dense(3, { activation: 'sigmoid' }),
        dense(units, { activation: 'sigmoid' }),
      ]);
      const row = [[0.3, -0.7, 0.9]];
      const target = [Array.from({ length: units }, (_, k) => k % 2)];
      const ledger = explain(model, row, target);
      const bias = model.weights[1];
      const value = bias?.value();
      if (!bias || !value) throw new Error('no bias');
      const lossAt = (shift: number) => {
        bias.assign({
          ...value,
          data: Float32Array.from(value.data, (b: number, j: number) => b + (j === 0 ? shift : 0)),
        });
        return explain(model, row, target).loss;
      };
      const slope = (lossAt(1e-2) - lossAt(-1e-2)) / 2e-2;
      expect(ledger.cell('layer1.Error[0]').value).toBeCloseTo(-slope, 4);
    }),
    { numRuns: 20 },
  );
});

describe('a ledger of any model', () => {
  test('shows layers without a view of their own as values, gradients and nodes', () => {
    const model = sequential([input([2, 2]), flatten(), dense(3), leakyReLU(), dropout(0.5), dense(1)]);
    const ledger = explain(model, ones([2, 2, 2]), [[1], [0]]);
    expect(ledger.sections.map(({ key, name }) => `${key} ${name}`)).toEqual([
      'input input',
      'layer1 flatten',
      'layer2 dense',
      'layer3 leaky_re_lu',
      'layer4 dropout',
      'layer5 dense_1',
      'target target',
    ]);
    expect(ledger.cell('leaky_re_lu.O[1]', 1).value).toBe(ledger.cell('layer3.O[1]', 0).value);
    expect(ledger.cell('dense_1.Error[0]', 0).value).not.toBe(ledger.cell('dense_1.Error[0]', 1).value);
    expect(ledger.toText()).toContain('Example 2');
  });

  test('says what a path may be when there is no such number', () => {
    const ledger = explain(lecture(), x, [[1]]);
    for (const path of [
      'layer9.O[0]',
      'layer1.O[2]',
      'layer1.O',
      'layer1.O[0',
      'v999',
      'layer1.O[0,0]',
      '',
    ]) {
      expect(ledger.find(path)).toBeUndefined();
    }
    expect(() => ledger.cell('layer1.O[2]')).toThrow(/expected a number such as input\.x\[0\]/);
    expect(ledger.find('layer1.O[0]', 1)).toBeUndefined();
  });

  test('needs as many targets as examples', () => {
    expect(() => explain(lecture(), x, [[1], [0]])).toThrow(/1 examples, 2 targets/);
  });
});

describe('a network too large to print', () => {
  setSeed(1);
  const model = sequential([
    input([784]),
    dense(128, { activation: 'sigmoid' }),
    dense(10, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const picture = tensor(
    Float32Array.from({ length: 784 }, (_, i) => Math.abs(Math.sin(i))),
    { shape: [1, 784] },
  );

  test('says how large it is, and prints the part asked for', () => {
    const ledger = explain(model, picture, [3]);
    expect(ledger.toText()).toMatch(/306,529 numbers are too many to print/);
    const part = ledger.toText({ layer: 'dense_1', unit: 3, limit: 5 });
    expect(part).toContain('Error₉₁₆ = t₉₁₆ − O₉₁₆');
    expect(part).toContain('… and 123 more');
    expect(part).not.toContain('I₉₁₇ =');
    expect(() => ledger.toText({ layer: '2', unit: 10 })).toThrow(
      /one unit of dense_1: expected one of its 10, found number 11, counted from 1/,
    );
    expect(() => ledger.toText({ layer: '7' })).toThrow(
      /expected one of input \(input\), 1 \(dense\), 2 \(dense_1\)/,
    );
  });

  test('is opened at once', async () => {
    const open = () => {
      const ledger = explain(model, picture, [3]);
      expect(ledger.cell('layer1.I[0]').formula()?.holds()).toBe(true);
      expect(ledger.cell('layer1.Error[0]').formula()?.holds()).toBe(true);
      expect(ledger.cell('layer2.O[3]').formula()?.holds()).toBe(true);
    };
    open();
    const times = [await timed(open), await timed(open), await timed(open)];
    expect(Math.min(...times)).toBeLessThan(200);
  });
});
