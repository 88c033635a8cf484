import '../../src/index.ts';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadModel, saveModel } from '../../src/formats/index.ts';
import { type Dtype, makeArray } from '../../src/graph/dtypes.ts';
import { DataError } from '../../src/graph/errors.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import { adam, dense, dropout, input, sequential } from '../../src/index.ts';

const FOLDER = new URL('../../fixtures/keras/', import.meta.url);

interface Stored {
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly data: number[];
}
interface Expected {
  readonly inputs: Stored;
  readonly outputs: Stored;
  readonly training?: {
    readonly steps: { x: Stored; y: Stored; loss: number; iterations: number }[];
    readonly weights: Record<string, Stored>;
  };
}

const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  string,
  Expected
>;
const READABLE = Object.keys(EXPECTED).filter((name) => name !== 'lambda_layer' && EXPECTED[name]?.outputs);

const fileOf = (name: string) => readFileSync(new URL(`${name}.keras`, FOLDER));

function array({ dtype, shape, data }: Stored): NDArray {
  const made = makeArray(dtype === ('int64' as string) ? 'int32' : dtype, data.length);
  made.set(data);
  return { dtype: dtype === ('int64' as string) ? 'int32' : dtype, shape, data: made };
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(0, ...Array.from(a, (x, i) => Math.abs(x - (b[i] ?? Number.NaN))));
}

describe('files written by Keras 3.15', () => {
  test.each(READABLE)('%s predicts as in Keras', async (name) => {
    const { inputs, outputs } = EXPECTED[name] as Expected;
    const { model } = await loadModel(fileOf(name));
    expect(farthest(model.predict(array(inputs)).dataSync(), outputs.data)).toBeLessThan(1e-5);
  });

  test.each(READABLE.filter((name) => EXPECTED[name]?.training && name !== 'adam_schedule'))(
    '%s goes on training as in Keras, from the optimizer state of the file',
    async (name) => {
      const { training } = EXPECTED[name] as Expected;
      const { model } = await loadModel(fileOf(name));
      for (const { x, y, loss, iterations } of training?.steps ?? []) {
        expect(Math.abs((model.trainOnBatch(array(x), array(y)).loss ?? Number.NaN) - loss)).toBeLessThan(
          1e-5,
        );
        expect(model.compiled.optimizer.iterations.value().data[0]).toBe(iterations);
      }
      const expected = Object.keys(training?.weights ?? {}).length;
      expect(model.weights.length).toBe(expected);
    },
  );

  test('a Lambda is refused by name, and never run', async () => {
    await expect(loadModel(fileOf('lambda_layer'), { source: 'lambda.keras' })).rejects.toThrow(/Lambda/);
    await expect(loadModel(fileOf('lambda_layer'))).rejects.toThrow(DataError);
  });

  test('a truncated file is refused', async () => {
    const bytes = fileOf('adam');
    await expect(loadModel(bytes.subarray(0, bytes.length >> 1))).rejects.toThrow(DataError);
  });
});

test('a model comes back from its own file bit for bit, compiled, with its optimizer and extra members', async () => {
  const model = sequential([
    input([3]),
    dense(5, { activation: 'tanh' }),
    dropout(0.25),
    dense(2, { activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01, beta1: 0.8 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const x = [
    [1, 2, 3],
    [0, -1, 2],
    [3, 1, 0],
  ];
  await model.fit(x, { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 1) }, { epochs: 3, seed: 1 });
  const bytes = await saveModel(model, {
    extras: new Map([['pellucid.json', new TextEncoder().encode('{}')]]),
  });
  const { model: back, extras } = await loadModel(bytes);
  expect(back.predict(x).dataSync()).toEqual(model.predict(x).dataSync());
  expect(back.compiled.optimizer.config()).toEqual(model.compiled.optimizer.config());
  const state = (of: typeof model) =>
    of.compiled.optimizer.variables.map((variable) => variable.value().data);
  expect(state(back)).toEqual(state(model));
  expect([...extras.keys()]).toEqual(['pellucid.json']);
});

test('the fixtures are here', () => {
  expect(existsSync(FOLDER)).toBe(true);
  expect(READABLE.length).toBeGreaterThan(8);
});
