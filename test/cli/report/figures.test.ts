import { describe, expect, it } from 'vitest';
import { classFigures, worstMixups } from '../../../src/cli/report/confusion.ts';
import { alike, chosen, duration, measured, metricName, percent } from '../../../src/cli/report/numbers.ts';
import { pictureAddress } from '../../../src/cli/report/picture.ts';
import { histogram, summariseResiduals } from '../../../src/cli/report/residuals.ts';
import { curveAxis } from '../../../src/cli/report/scales.ts';
import { ArgumentError } from '../../../src/graph/errors.ts';

describe('numbers', () => {
  it('keeps the count of significant digits', () => {
    expect([0.41, 12.345, 12345.6, 1.2346e-7, -3, 0, 9999.96].map((value) => measured(value))).toEqual([
      '0.4100',
      '12.35',
      '12,346',
      '1.235e−7',
      '−3.000',
      '0',
      '10,000',
    ]);
    expect([null, undefined, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => measured(value))).toEqual([
      'NaN',
      'NaN',
      'NaN',
      '−∞',
    ]);
  });

  it('writes chosen numbers without trailing zeros', () => {
    expect([0.001, 32, 1e-7, 0.1 + 0.2].map(chosen)).toEqual(['0.001', '32', '1e−7', '0.3']);
  });

  it('never rounds a share to perfect or to never', () => {
    expect([1, 0.99999, 0.974, 0.0001, 0, Number.NaN].map(percent)).toEqual([
      '100 %',
      '99.9 %',
      '97.4 %',
      '0.1 %',
      '0 %',
      '–',
    ]);
  });

  it('gives numbers side by side the same decimals', () => {
    expect([-2.95, 0.0056, 1, -0.0001].map(alike([-2.95, 1]))).toEqual(['−2.950', '0.006', '1.000', '0.000']);
  });

  it('says a time in its largest two units', () => {
    expect([0.0421, 3.21, 12, 200, 3599.7, 7500, Number.NaN].map(duration)).toEqual([
      '0.042 s',
      '3.2 s',
      '12 s',
      '3 min 20 s',
      '1 h 00 min',
      '2 h 05 min',
      '–',
    ]);
  });

  it('calls metrics by their everyday names', () => {
    expect(['val_loss', 'val_mean_absolute_error', 'rmse', 'r2'].map(metricName)).toEqual([
      'dev loss',
      'dev mean absolute error',
      'RMSE',
      'R²',
    ]);
  });
});

describe('confusion', () => {
  it('gives recall, precision and support of each class', () => {
    expect(
      classFigures([
        [3, 1],
        [0, 0],
      ]),
    ).toEqual([
      { recall: 0.75, precision: 1, support: 4 },
      { recall: Number.NaN, precision: 0, support: 0 },
    ]);
  });

  it('orders the pairs by how often they are mixed up', () => {
    expect(
      worstMixups(
        [
          [5, 2],
          [3, 1],
        ],
        5,
      ),
    ).toEqual([
      { truth: 1, predicted: 0, count: 3, share: 0.75 },
      { truth: 0, predicted: 1, count: 2, share: 2 / 7 },
    ]);
  });

  it('refuses a matrix that is not square', () => {
    expect(() => classFigures([[1, 2], [3]])).toThrow(ArgumentError);
  });
});

describe('residuals', () => {
  it('gives the figures by their definitions', () => {
    const summary = summariseResiduals({ truth: [0, 2, 4, Number.NaN], predicted: [1, 2, 2, 5] });
    expect(summary).toMatchObject({
      count: 3,
      skipped: 1,
      mae: 1,
      quantiles: { min: -2, q25: -1, median: 0, q75: 0.5, max: 1 },
    });
    expect(summary.rmse).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(summary.r2).toBeCloseTo(1 - 5 / 8, 12); // 5 squared off, 8 squared from the mean
  });

  it('counts every value in exactly one bar', () => {
    const bins = histogram([-1, -0.5, 0, 0.5, 1, 1], 4);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(6);
    expect(histogram([2, 2], 5)).toEqual([{ from: 1.8, to: 2.2, count: 2 }]);
    expect(histogram([], 5)).toEqual([]);
  });

  it('refuses truths without predictions', () => {
    expect(() => summariseResiduals({ truth: [1, 2], predicted: [1] })).toThrow(ArgumentError);
  });
});

describe('curveAxis', () => {
  it('turns logarithmic past two decades, and only for positive values', () => {
    expect(curveAxis([1, 100], [0, 1], 4).log).toBe(false);
    expect(curveAxis([1, 101], [0, 1], 4).log).toBe(true);
    expect(curveAxis([0, 1000], [0, 1], 4).log).toBe(false);
  });

  it('labels a logarithmic axis even when no whole decade lies within', () => {
    expect(curveAxis([0.009, 0.95], [0, 1], 4).ticks.length).toBeGreaterThan(0);
  });
});

describe('pictureAddress', () => {
  it('writes the bottom row first, blue before red, rows of whole words', () => {
    const address = pictureAddress({ width: 1, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5, 6] });
    const bytes = Buffer.from(address.replace('data:image/bmp;base64,', ''), 'base64');
    expect(bytes.toString('latin1', 0, 2)).toBe('BM');
    expect(bytes.readUInt32LE(2)).toBe(bytes.length);
    expect([...bytes.subarray(54)]).toEqual([6, 5, 4, 0, 3, 2, 1, 0]);
  });

  it('refuses pixels that do not fill it', () => {
    expect(() => pictureAddress({ width: 2, height: 2, channels: 1, pixels: [1] })).toThrow(ArgumentError);
  });
});
