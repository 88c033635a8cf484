import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { examplesIn } from './support/pages.ts';
import { expectClose } from './training/closeness.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is recorded of a model: in Keras by `fixtures/caseStudy/run.py`, here by the code below. */
interface Recorded {
  readonly layers: readonly { name: string; className: string; shape: number[]; parameters: number }[];
  readonly parameters: number;
  readonly trainable: number;
  /** For the first examples, with weights that a formula gives. */
  readonly predictions: number[];
  /** Of three epochs from there, unshuffled; null where something is dropped at random. */
  readonly history: Record<string, number[]> | null;
}

const recorded = JSON.parse(
  readFileSync(`${ROOT}/fixtures/caseStudy/keras.json`, 'utf8'),
) as readonly (Recorded & {
  title: string;
})[];

/** Goes before the code of the page: has `fit` record the model, and train for three epochs, not for all. */
const RECORDING = `
import { Model } from 'pellucid';

function firstWeight(place, { shape }) {
  const size = shape.reduce((a, b) => a * b, 1);
  const fanIn = shape.length > 1 ? size / shape.at(-1) : 100;
  const data = Float32Array.from({ length: size }, (_, i) => {
    return (((i * 7919 + place * 104729 + 1) % 65521) / 65521 - 0.5) * 2 * Math.sqrt(3 / fanIn);
  });
  return { dtype: 'float32', shape, data };
}

const fit = Model.prototype.fit;
Model.prototype.fit = async function (x, y, { batchSize }) {
  for (const [place, weight] of this.trainableWeights.entries()) weight.assign(firstWeight(place, weight));
  const outputs = this.predict(x).value();
  const record = {
    layers: this.layers.map(({ name, className, outputShape, parameters }) => {
      return { name, className, shape: outputShape, parameters };
    }),
    parameters: this.parameters,
    trainable: this.trainableWeights.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0),
    predictions: [...outputs.data.slice(0, (2 * outputs.data.length) / outputs.shape[0])],
  };
  const trained = await fit.call(this, x, y, { batchSize, epochs: 3, shuffle: false });
  console.log(JSON.stringify({ ...record, history: trained.history }));
  return trained;
};
`;

async function recordOf(code: string): Promise<Recorded> {
  const running = promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', `${RECORDING}\n${code}`],
    { cwd: ROOT, maxBuffer: 1e8 },
  );
  const line = (await running).stdout.split('\n').find((text) => text.startsWith('{"layers"'));
  return JSON.parse(line ?? '{}') as Recorded;
}

const examples = examplesIn(readFileSync(`${ROOT}/docs/case-study.md`, 'utf8'));

test('every network of the page was run in Keras', () => {
  expect(examples).toHaveLength(6);
  expect(recorded).toHaveLength(examples.length);
});

describe('the networks of docs/case-study.md are those of Keras', () => {
  test.concurrent.each(recorded.map((keras, i) => ({ ...keras, code: examples[i]?.code ?? '' })))(
    '$title',
    async ({ code, ...keras }) => {
      const ours = await recordOf(code);
      expect(ours.layers).toEqual(keras.layers);
      expect(ours.parameters).toBe(keras.parameters);
      expect(ours.trainable).toBe(keras.trainable);
      expectClose(ours.predictions, keras.predictions, 1e-5);
      if (!keras.history) return;
      expect(Object.keys(ours.history ?? {}).sort()).toEqual(Object.keys(keras.history).sort());
      for (const [name, values] of Object.entries(keras.history)) {
        expectClose(ours.history?.[name] ?? [], values, 1e-4);
      }
    },
  );
});
