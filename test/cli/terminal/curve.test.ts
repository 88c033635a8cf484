import { describe, expect, it } from 'vitest';
import { learningCurve } from '../../../src/cli/terminal/curve.ts';
import { textWidth } from '../../../src/cli/terminal/text.ts';

const options = { width: 44, height: 9, colour: false, title: 'Loss by epoch' };

describe('learningCurve', () => {
  it('draws train whole and dev dashed, names both at their ends and marks the best epoch', () => {
    const train = [1, 0.7, 0.5, 0.35, 0.25, 0.2, 0.15, 0.12];
    const dev = [1.05, 0.8, 0.62, 0.55, 0.52, 0.54, 0.6, 0.66];
    expect(`\n${learningCurve({ train, dev }, { ...options, best: 5 })}`).toMatchInlineSnapshot(`
      "
      Loss by epoch
      1.0 ┤⢿⣦
      0.8 ┤ ⠙⢦⡳⣄
      0.6 ┤   ⠙⠲⣄⡳⢤ ⣀            ⣀ ⣠⠤  dev 0.660
          │      ⠙⠲⢤⣈⠉ ⠓⠒ ⠒⠒ ⠒⠋ ⠉⠁
      0.4 ┤         ⠈⠙⠲⠤⣄⣀
      0.2 ┤              ⠈⠉⠉⠙⠒⠒⠲⠤⠤⠤⣄⣀⣀ train 0.120
          └───────────────▲───────────
           1            best 5 epoch 8"
    `);
  });

  it('turns to a logarithmic scale past two decades and says so', () => {
    const train = [10, 3, 1, 0.3, 0.1, 0.03, 0.01];
    expect(`\n${learningCurve({ train }, { ...options, best: 7 })}`).toMatchInlineSnapshot(`
      "
      Loss by epoch (log scale)
           │⠙⠲⢤⣀
           │   ⠈⠙⠲⠤⣄⡀
         1 ┤        ⠉⠓⠦⣄⡀
           │            ⠉⠓⠲⢤⣀
           │                ⠈⠙⠲⢤⣀
      0.01 ┤                    ⠈⠙⠒⠦⣄ train 0.0100
           └────────────────────────▲
            1                  best 7"
    `);
  });

  it('leaves gaps where there is no finite number', () => {
    const train = [1, Number.NaN, 3, 4, null, 2, Number.POSITIVE_INFINITY];
    expect(`\n${learningCurve({ train }, { ...options, width: 36 })}`).toMatchInlineSnapshot(`
      "
      Loss by epoch
      4 ┤          ⢀⡴⠋
        │        ⢀⡴⠋
      3 ┤        ⠉
      2 ┤                    ⢀     train ∞
        │
      1 ┤⡀
        └─────────────────────────
         1                 epoch 7"
    `);
  });

  it('says so when there is nothing to draw', () => {
    expect(learningCurve({ train: [Number.NaN, null] }, { ...options, width: 80 })).toBe(
      'Loss by epoch: no finite value to draw in 2 epochs',
    );
    expect(learningCurve({ train: [] }, { ...options, width: 80 })).toContain('0 epochs');
  });

  it.each([1, 2, 3, 50, 5000])('draws %i epochs within its width and height', (epochs) => {
    const train = Array.from({ length: epochs }, (_, at) => 1 + Math.sin(at));
    for (const best of [1, Math.ceil(epochs / 2), epochs]) {
      const rows = learningCurve({ train, dev: train }, { ...options, best }).split('\n');
      expect(rows).toHaveLength(9);
      expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(44);
    }
  });

  it('keeps every peak of a long history', () => {
    const train = Array.from({ length: 5000 }, (_, at) => (at === 2503 ? 10 : 1));
    const top = learningCurve({ train }, options).split('\n')[1];
    expect(top).toMatch(/[\u2801-\u28ff]/);
  });

  it('colours the lines only when asked to', () => {
    const curves = { train: [2, 1], dev: [3, 2] };
    expect(learningCurve(curves, options)).not.toContain('\x1b');
    expect(learningCurve(curves, { ...options, colour: true })).toContain('\x1b[34m');
  });
});
