import { describe, expect, it } from 'vitest';
import { ProgressBar } from '../../../src/cli/terminal/progress.ts';
import { textWidth } from '../../../src/cli/terminal/text.ts';

const REDRAW = '\r\x1b[2K';

/** A stream that remembers, and a clock that stands until it is told to go on. */
function setUp(options: { isTTY: boolean; columns?: number }) {
  const writes: string[] = [];
  const clock = { now: 0 };
  const stream = { ...options, write: (text: string) => writes.push(text) };
  const bar = new ProgressBar(stream, { clock: () => clock.now });
  return { bar, clock, writes };
}

/** Trains for a while: ten batches of ten examples an epoch, 100 ms each. */
function train(set: ReturnType<typeof setUp>, epochs: number, until = epochs, loss = 0.5) {
  set.bar.begin({ epochs, batches: 10, examplesPerEpoch: 100 });
  for (let epoch = 1; epoch <= until; epoch++) {
    for (let batch = 1; batch <= 10; batch++) {
      set.clock.now += 100;
      const examplesSeen = (epoch - 1) * 100 + batch * 10;
      set.bar.update({ epoch, batch, loss, metrics: { accuracy: 0.75 }, examplesSeen });
    }
    set.bar.endEpoch({ epoch, logs: { loss, accuracy: 0.75, val_loss: 0.6 } });
  }
  set.bar.end();
}

const linesOf = (writes: readonly string[]) => writes.filter((text) => text.endsWith('\n'));
const liveOf = (writes: readonly string[]) =>
  writes.filter((text) => text.startsWith(REDRAW) && text !== REDRAW);

describe('on a terminal', () => {
  it('shows where the training is and how long it will take', () => {
    const set = setUp({ isTTY: true, columns: 110 });
    train(set, 2);
    expect(liveOf(set.writes)[14]?.replace(REDRAW, '')).toMatchInlineSnapshot(
      `"epoch 2/2  ━━━━━━━━━━━━━━━━━━──────  batch  5/10  loss 0.5000  accuracy 75.0 %  100 examples/s  0.50 s left"`,
    );
    expect(linesOf(set.writes).join('')).toMatchInlineSnapshot(`
      "epoch 1/2  loss 0.5000  accuracy 75.0 %  dev loss 0.6000  1.0 s
      epoch 2/2  loss 0.5000  accuracy 75.0 %  dev loss 0.6000  1.0 s
      "
    `);
  });

  it('redraws at most twelve times a second', () => {
    const { bar, clock, writes } = setUp({ isTTY: true, columns: 80 });
    bar.begin({ epochs: 1, batches: 1000, examplesPerEpoch: 1000 });
    for (let batch = 1; batch <= 1000; batch++) {
      clock.now += 1;
      bar.update({ epoch: 1, batch, loss: 1, metrics: {}, examplesSeen: batch });
    }
    expect(writes.length).toBeLessThanOrEqual(13);
  });

  it('leaves ten lines of five hundred epochs', () => {
    const set = setUp({ isTTY: true, columns: 80 });
    train(set, 500);
    expect(linesOf(set.writes)).toHaveLength(10);
    expect(linesOf(set.writes).at(-1)).toContain('epoch 500/500');
  });

  it('leaves the last epoch of a training that stopped early', () => {
    const set = setUp({ isTTY: true, columns: 80 });
    train(set, 500, 73);
    expect(linesOf(set.writes)).toHaveLength(2);
    expect(linesOf(set.writes).at(-1)).toContain('epoch  73/500');
  });

  it.each([1, 2, 7, 10, 24, 40, 80])('fits into %i columns', (columns) => {
    const set = setUp({ isTTY: true, columns });
    train(set, 30, 30, Number.NaN);
    for (const text of set.writes) {
      const width = textWidth(text.replace(REDRAW, '').replace('\n', ''));
      expect(width).toBeLessThanOrEqual(Math.max(1, columns - 1));
    }
  });

  it('stands a loss that is no number and a plan of nothing', () => {
    const { bar, writes } = setUp({ isTTY: true, columns: 0 });
    bar.begin({ epochs: 0, batches: 0, examplesPerEpoch: 0 });
    bar.update({ epoch: 1, batch: 0, loss: Number.NaN, metrics: { 'a\x1b[31m': null }, examplesSeen: 0 });
    bar.end();
    expect(writes.join('')).toContain('loss NaN');
    expect(writes.join('')).not.toContain('\x1b[31m');
  });
});

describe('elsewhere', () => {
  it.each([
    [5, 5],
    [50, 10],
    [500, 10],
    [15, 8],
  ])('writes of %i epochs %i lines, and never a control character', (epochs, lines) => {
    const set = setUp({ isTTY: false });
    train(set, epochs);
    expect(set.writes).toHaveLength(lines);
    expect(set.writes.join('').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
