import { describe, expect, it } from 'vitest';
import { heldOut, historyCsv, runJson } from '../../../src/cli/report/run.ts';
import { sampleRun } from './sample.ts';

describe('historyCsv', () => {
  it('writes a line for each epoch, in full precision', () => {
    expect(
      historyCsv([
        { epoch: 1, metrics: { loss: 0.1 + 0.2, val_loss: Number.NaN } },
        { epoch: 2, metrics: { loss: Number.POSITIVE_INFINITY, accuracy: 0.5 } },
        { epoch: 3, metrics: { loss: null } },
      ]),
    ).toBe('epoch,loss,val_loss,accuracy\n1,0.30000000000000004,NaN,\n2,Infinity,,0.5\n3,NaN,,\n');
  });

  it('quotes a name that would break the line', () => {
    expect(historyCsv([{ epoch: 1, metrics: { 'a,"b"': 1 } }])).toBe('epoch,"a,""b"""\n1,1\n');
  });
});

describe('runJson', () => {
  it('holds the figures of the run', () => {
    expect(JSON.parse(runJson(sampleRun()))).toMatchObject({
      test: { loss: 0.55, accuracy: 0.9 },
      train: { loss: 0.5 },
      dev: { loss: 0.6 },
      epochs: 3,
      seconds: 0.42,
      seed: 7,
      parameters: 51,
      model: 'model.keras',
    });
  });

  it('writes what is not finite as null', () => {
    expect(JSON.parse(runJson(sampleRun({ test: { loss: Number.NaN } }))).test).toEqual({ loss: null });
  });

  it('leaves out pictures and predictions, and keeps the summary of the residuals', () => {
    const picture = { width: 1, height: 1, channels: 1, pixels: [0] } as const;
    const text = runJson(
      sampleRun({
        predictions: { truth: [1, 2], predicted: [2, 2] },
        mistakes: [{ index: 0, loss: 1, truth: 'a', predicted: 'b', picture }],
      }),
    );
    expect(text).not.toContain('pixels');
    expect(text).not.toContain('predictions');
    expect(JSON.parse(text).residuals).toMatchObject({ count: 2, mae: 0.5, r2: -1 });
  });
});

describe('heldOut', () => {
  it('judges by test, then dev, then train', () => {
    expect(heldOut(sampleRun()).split).toBe('test');
    expect(heldOut(sampleRun({ test: undefined })).split).toBe('dev');
    expect(heldOut(sampleRun({ test: undefined, dev: undefined })).split).toBe('train');
  });
});
