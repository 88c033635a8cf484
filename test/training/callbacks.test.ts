import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  adam,
  type Callback,
  callbacks,
  DataError,
  dense,
  dropout,
  type FileStore,
  input,
  NumericError,
  randomNormal,
  type Sequential,
  sequential,
  setSeed,
  sgd,
  tensor,
} from '../../src/index.ts';
import { crc32c, fileVersionRecord, scalarsRecord } from '../../src/training/callbacks/eventRecords.ts';
import { built, testKills } from '../support/killable.ts';

const file = new URL('../../fixtures/training/callbacks.json', import.meta.url);
const fixture = JSON.parse(await readFile(file, 'utf8')) as {
  plateaus: { options: callbacks.ReduceLROnPlateauOptions; losses: number[]; rates: number[] }[];
  events: { seconds: number; step: number; scalars: Record<string, number>; hex: string };
};

/** Files in memory. */
class Memory implements FileStore {
  readonly files = new Map<string, Uint8Array>();
  async read(path: string) {
    return this.files.get(path);
  }
  async write(path: string, bytes: Uint8Array) {
    this.files.set(path, bytes);
  }
  async append(path: string, bytes: Uint8Array) {
    this.files.set(path, Uint8Array.from([...(this.files.get(path) ?? []), ...bytes]));
  }
  async remove(path: string) {
    this.files.delete(path);
  }
  text(path: string) {
    return new TextDecoder().decode(this.files.get(path));
  }
}

function line(rate = 0.1): Sequential {
  const model = sequential([input([1]), dense(1, { kernelInitializer: 'zeros', name: 'line' })]);
  model.compile({ optimizer: sgd({ learningRate: rate }), loss: 'mse' });
  return model;
}
const scripted = (name: string, values: readonly number[]): Callback => ({
  onEpochEnd(epoch, logs) {
    logs[name] = values[epoch] ?? Number.NaN;
  },
});

test('hooks come in their order, validation within epochs', async () => {
  const seen: string[] = [];
  const hooks = [
    ...['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'],
    ...['onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd'],
    ...['onPredictBegin', 'onPredictEnd', 'onPredictBatchBegin', 'onPredictBatchEnd'],
  ];
  const noted = Object.fromEntries(hooks.map((hook) => [hook, () => void seen.push(hook)]));
  const callback = callbacks.lambda({ ...noted, everyBatch: true });
  const model = line();
  await model.fit([[1], [2], [3]], [[1], [2], [3]], {
    batchSize: 1,
    validationSplit: 0.4,
    callbacks: [callback],
  });
  const batch = ['onTrainBatchBegin', 'onTrainBatchEnd'];
  const tests = ['onTestBegin', 'onTestBatchBegin', 'onTestBatchEnd', 'onTestBatchBegin', 'onTestBatchEnd'];
  expect(seen).toEqual([
    ...['onTrainBegin', 'onEpochBegin', ...batch, ...tests, 'onTestEnd'],
    ...['onEpochEnd', 'onTrainEnd'],
  ]);
  seen.length = 0;
  model.predict([[1], [2]], { callbacks: [callback], batchSize: 1 });
  const predicted = ['onPredictBatchBegin', 'onPredictBatchEnd'];
  expect(seen).toEqual(['onPredictBegin', ...predicted, ...predicted, 'onPredictEnd']);
});

describe('reduceLROnPlateau lowers the rate where Keras does', () => {
  test.each(fixture.plateaus)('$options', async ({ options, losses, rates }) => {
    const model = line(0.5);
    const found: number[] = [];
    await model.fit([[0]], [[0]], {
      epochs: losses.length,
      callbacks: [
        scripted('val_loss', losses),
        callbacks.reduceLROnPlateau(options),
        { onEpochEnd: () => void found.push(model.compiled.optimizer.learningRate.read().item()) },
      ],
    });
    for (const [i, rate] of rates.entries()) expect(found[i]).toBeCloseTo(rate, 7);
  });
});

test('learningRateScheduler sets the rate of each epoch and notes it', async () => {
  const schedule = callbacks.learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2));
  const { history } = await line(0.25).fit([[0]], [[0]], { epochs: 4, callbacks: [schedule] });
  expect(history.learning_rate).toEqual([0.25, 0.25, 0.125, 0.0625]);
});

test('csvLogger writes a row an epoch, and goes on with a file', async () => {
  const files = new Memory();
  const run = (append: boolean) =>
    line().fit([[0]], [[2]], { epochs: 2, callbacks: [callbacks.csvLogger('log.csv', { append, files })] });
  const { history } = await run(false);
  const rows = (history.loss ?? []).map((loss, epoch) => `${epoch},${loss}\n`).join('');
  expect(files.text('log.csv')).toBe(`epoch,loss\n${rows}`);
  await run(true);
  expect(files.text('log.csv')).toBe(`epoch,loss\n${rows}${rows}`);
});

describe('modelCheckpoint', () => {
  const run = async (path: string, options: Partial<callbacks.ModelCheckpointOptions>) => {
    const files = new Memory();
    const save = async (model: { readonly name: string }) => new TextEncoder().encode(model.name);
    await line().fit([[0]], [[0]], {
      epochs: 4,
      callbacks: [
        scripted('val_loss', [3, 1, 2, 0.5]),
        callbacks.modelCheckpoint(path, { save, files, ...options }),
      ],
    });
    return [...files.files.keys()];
  };

  test('puts epoch and logs into the path', async () => {
    expect(await run('m-{epoch:02d}-{val_loss:.1f}', {})).toEqual([
      'm-01-3.0',
      'm-02-1.0',
      'm-03-2.0',
      'm-04-0.5',
    ]);
  });

  test('keeps the best only', async () => {
    expect(await run('{epoch}', { saveBestOnly: true })).toEqual(['1', '2', '4']);
    expect(await run('{epoch}', { saveBestOnly: true, initialValueThreshold: 1.5 })).toEqual(['2', '4']);
  });

  test('saves after so many batches', async () => {
    expect(await run('{epoch}-{batch}', { saveFreq: 2 })).toEqual(['2-1', '4-1']);
  });
});

test('terminateOnNaN ends training quietly and keeps the culprit', async () => {
  const stopper = callbacks.terminateOnNaN();
  const wild = sequential([input([1]), dense(1, { kernelInitializer: 'ones', name: 'wild' })]);
  wild.compile({ optimizer: sgd({ learningRate: 1e30 }), loss: 'mse' });
  const { epoch } = await wild.fit([[1e10]], [[0]], { epochs: 9, callbacks: [stopper] });
  expect(epoch.length).toBeLessThan(9);
  expect(stopper.error).toBeInstanceOf(NumericError);
});

describe('event files', () => {
  const { seconds, step, scalars, hex } = fixture.events;
  const inHex = (...parts: Uint8Array[]) => parts.map((part) => Buffer.from(part).toString('hex')).join('');

  test('are those of TensorFlow, byte by byte', () => {
    expect(inHex(fileVersionRecord(seconds), scalarsRecord(seconds, step, scalars))).toBe(hex);
  });

  test('have the check value of CRC-32C', () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros.
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  test('are written for training and validation', async () => {
    const files = new Memory();
    const board = callbacks.tensorBoard('runs/a', { files, clock: () => 5000 });
    await line().fit([[1], [2]], [[1], [2]], { epochs: 2, validationSplit: 0.5, callbacks: [board] });
    const name = 'events.out.tfevents.5.pellucid.v2';
    expect([...files.files.keys()]).toEqual([`runs/a/train/${name}`, `runs/a/validation/${name}`]);
    expect(files.text(`runs/a/train/${name}`)).toContain('epoch_loss');
  });
});

describe('progressBar', () => {
  const run = async (isTTY: boolean, epochs: number, verbose: 1 | 2) => {
    let shown = '';
    const write = (text: string) => {
      shown += text;
    };
    const stream = { write, isTTY, columns: 60 };
    const bar = callbacks.progressBar({ stream, verbose, clock: () => 0 });
    await line().fit([[1]], [[0]], { epochs, callbacks: [bar] });
    return shown;
  };

  test('draws a bar on a terminal and leaves a line an epoch', async () => {
    const shown = await run(true, 2, 1);
    expect(shown).toContain('\r\x1b[2Kepoch 1/2  ━━━━━━━━━━━━━━━━━━━━  0.0 s  loss 0.000');
    expect(shown.split('\n')).toHaveLength(3);
  });

  test('writes few lines elsewhere, or one an epoch', async () => {
    expect((await run(false, 40, 1)).split('\n')).toHaveLength(11);
    expect((await run(false, 40, 2)).split('\n')).toHaveLength(41);
    expect(await run(false, 40, 1)).not.toContain('\x1b');
  });
});

describe('backupAndRestore', () => {
  const x = randomNormal([40, 3], 0, 1, { seed: 7 }).value();
  const y = tensor(Array.from({ length: 40 }, (_, i) => [x.data[3 * i] ?? 0])).value();
  const train = async (files: FileStore, more: Callback[] = []) => {
    setSeed(3);
    const model = sequential([input([3]), dense(8, { activation: 'relu' }), dropout(0.3), dense(1)]);
    model.compile({ optimizer: adam(), loss: 'mse' });
    const stopping = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
    const plateau = callbacks.reduceLROnPlateau({ patience: 1 });
    await model.fit(x, y, {
      epochs: 6,
      batchSize: 7,
      validationSplit: 0.2,
      callbacks: [callbacks.backupAndRestore('backup', { files }), stopping, plateau, ...more],
    });
    return model.getState();
  };
  const crash: Callback = {
    onTrainBatchEnd(batch) {
      if (batch === 2 && crashes++ === 3) throw new Error('power cut');
    },
    everyBatch: true,
  };
  let crashes = 0;

  test('takes up an interrupted run to the last bit', async () => {
    const files = new Memory();
    await expect(train(files, [crash])).rejects.toThrow('power cut');
    expect([...files.files.keys()]).toEqual(['backup/latest.backup']);
    const resumed = await train(files);
    expect(files.files.size).toBe(0);
    expect(resumed).toEqual(await train(new Memory()));
  });

  test('refuses the backup of another model, and damaged ones', async () => {
    const files = new Memory();
    crashes = 0;
    await expect(train(files, [crash])).rejects.toThrow('power cut');
    const resume = () =>
      line().fit([[0]], [[0]], { callbacks: [callbacks.backupAndRestore('backup', { files })] });
    await expect(resume()).rejects.toThrow('going on from backup/latest.backup');
    const whole = files.files.get('backup/latest.backup') ?? new Uint8Array();
    for (const length of [0, 10, 100, whole.length - 1]) {
      files.files.set('backup/latest.backup', whole.slice(0, length));
      await expect(resume()).rejects.toThrow(DataError);
    }
  });

  describe('and kill −9', () => {
    testKills(
      `import { callbacks, dense, dropout, input, sequential, setSeed } from '${built('index.js')}';
      const [backup, moment] = process.argv.slice(2);
      setSeed(5);
      const x = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
      const y = x.map(([a, b]) => [a * b]);
      const model = sequential([input([2]), dense(8, { activation: 'tanh' }), dropout(0.2), dense(1)]);
      model.compile({ optimizer: 'adam', loss: 'mse' });
      let epoch;
      await model.fit(x, y, { epochs: 8, batchSize: 8, callbacks: [
        callbacks.backupAndRestore(backup),
        { everyBatch: true, onTrainBatchEnd: (batch) => moment === 'batch' && batch === 4 && epoch === 5 && process.kill(process.pid, 'SIGKILL'),
          onEpochBegin: (begun) => { epoch = begun; } },
      ] });
      console.log(JSON.stringify(model.getState().map(({ data }) => [...data])));`,
      { moments: ['batch'], saving: ['epoch'] },
    );
  });
});
