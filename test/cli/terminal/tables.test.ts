import { describe, expect, it } from 'vitest';
import { confusionTable } from '../../../src/cli/terminal/confusion.ts';
import { residualSummary } from '../../../src/cli/terminal/residuals.ts';
import { layerTable, table } from '../../../src/cli/terminal/tables.ts';
import { clip, pad, textWidth } from '../../../src/cli/terminal/text.ts';

const CONFUSION = [
  [10, 0, 0],
  [0, 9, 1],
  [0, 2, 8],
];
const CLASSES = ['setosa', 'versicolor', 'virginica'];

describe('confusionTable', () => {
  it('shows true classes down, predicted ones across, with recall and precision', () => {
    const text = confusionTable(CONFUSION, { classNames: CLASSES, colour: false });
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      true ╲ predicted  setosa  versicolor  virginica  recall  precision
      ──────────────────────────────────────────────────────────────────
      setosa                10           ·          ·   100 %      100 %
      versicolor             ·           9          1  90.0 %     81.8 %
      virginica              ·           2          8  80.0 %     88.9 %"
    `);
  });

  it('shades by the share of the row where there are colours', () => {
    const text = confusionTable(CONFUSION, { classNames: CLASSES, colour: true });
    expect(text).toContain('48;5;25m    10\x1b');
    expect(text).toContain('48;5;94m');
  });

  it('lists the worst pairs when there are more than twenty classes', () => {
    const many = Array.from({ length: 21 }, (_, row) =>
      Array.from({ length: 21 }, (_, column) => (row === column ? 9 : row === 4 && column === 7 ? 3 : 0)),
    );
    expect(`\n${confusionTable(many, { colour: false })}`).toMatchInlineSnapshot(`
      "
      21 classes; mixed up most:
      true     predicted  times  of the class
      ───────────────────────────────────────
      class 4  class 7        3        25.0 %"
    `);
  });

  it('lists the worst pairs when the terminal is too narrow', () => {
    expect(confusionTable(CONFUSION, { classNames: CLASSES, colour: false, width: 40 })).toContain(
      'mixed up most',
    );
  });

  it('lets no class name move the cursor or break a line', () => {
    const text = confusionTable(
      [
        [1, 0],
        [0, 1],
      ],
      { classNames: ['a\x1b[2J\x07', 'b\nc\u202e'], colour: false },
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text.split('\n')).toHaveLength(4);
  });
});

describe('residualSummary', () => {
  it('shows the figures, the quartiles and the histogram', () => {
    const truth = Array.from({ length: 40 }, (_, at) => at);
    const predicted = truth.map((value, at) => value + 2 * Math.sin(at * at));
    const text = residualSummary({ truth, predicted }, { colour: false, target: 'price', width: 60 });
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      Residuals of price (predicted − true), 40 examples
      RMSE 1.387   MAE 1.214   R² 0.9856
      least −1.998   quartiles −1.384, −0.378, 0.844   most 1.998
      −2.00 to −1.50 │████████████████████████████████████████ 10
      −1.50 to −1.00 │████████████████████ 5
      −1.00 to −0.50 │████████████████ 4
       −0.50 to 0.00 │████████████████████ 5
        0.00 to 0.50 │████████████████ 4
        0.50 to 1.00 │████████████ 3
        1.00 to 1.50 │ 0
        1.50 to 2.00 │████████████████████████████████████ 9"
    `);
  });

  it('says so when no prediction is finite', () => {
    expect(residualSummary({ truth: [1], predicted: [Number.NaN] }, { colour: false })).toBe(
      'Residuals: no finite prediction among 1.',
    );
  });
});

describe('layerTable', () => {
  it('shows each layer with its shape and parameters, and the total', () => {
    const layers = [
      { name: 'dense', kind: 'Dense', outputShape: [null, 128], parameters: 100480 },
      { name: 'dense_1', kind: 'Dense', outputShape: [null, 10], parameters: 1290 },
    ];
    expect(`\n${layerTable(layers)}`).toMatchInlineSnapshot(`
      "
      layer    kind   output        parameters
      ────────────────────────────────────────
      dense    Dense  [batch, 128]     100,480
      dense_1  Dense  [batch, 10]        1,290
      2 layers, 101,770 parameters"
    `);
  });
});

describe('table', () => {
  it('aligns wide characters and cuts what is too long', () => {
    const text = table(
      [
        { title: 'name', most: 6 },
        { title: 'n', align: 'right' },
      ],
      [
        ['日本', '1'],
        ['a very long name', '10'],
      ],
    );
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      name     n
      ──────────
      日本     1
      a ver…  10"
    `);
  });
});

describe('text', () => {
  it('measures in columns, not in characters', () => {
    expect(['abc', '日本', '👩‍🔬', 'é', '\x1b[31mred\x1b[39m'].map(textWidth)).toEqual([3, 4, 2, 1, 3]);
    expect([clip('日本語', 5), clip('abc', 3), clip('abcd', 3), clip('abc', 0)]).toEqual([
      '日本…',
      'abc',
      'ab…',
      '',
    ]);
    expect(pad('日', 4, 'right')).toBe('  日');
  });
});
