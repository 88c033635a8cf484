import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadModel, saveModel } from '../../src/formats/index.ts';
import { argumentName } from '../../src/formats/kerasOperations.ts';
import { type Model, type NDArray, ops } from '../../src/index.ts';
import { isOperable, type OperationKind } from '../../src/layers/operation.ts';

// Written, with what Keras says of them, by fixtures/keras/generate_operations.py.
const FOLDER = new URL('../../fixtures/keras/', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, FOLDER)));

interface Stored {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Expected {
  readonly inputs: readonly Stored[];
  readonly outputs: readonly Stored[];
  readonly operations: readonly (readonly [name: string, className: string])[];
}
interface Signature {
  readonly module: string;
  readonly init: readonly string[];
  readonly call: readonly string[];
}
const { models, signatures }: { models: Record<string, Expected>; signatures: Record<string, Signature> } =
  JSON.parse(new TextDecoder().decode(read('operations.json')));
const all = Object.entries(models);

function array({ dtype, shape, data }: Stored): NDArray {
  return dtype === 'int32'
    ? { dtype: 'int32', shape, data: Int32Array.from(data) }
    : { dtype: 'float32', shape, data: Float32Array.from(data) };
}

function expectOutputs(model: Model, { inputs, outputs }: Expected) {
  const found = model.predictMany(inputs.map(array)).map((output) => output.value());
  expect(found.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
  for (const [i, { data }] of outputs.entries()) {
    for (const [j, wanted] of data.entries()) {
      const name = `output ${i}, ${model.outputNames[i]}, number ${j}`;
      const off = Math.abs((found[i]?.data[j] ?? Number.NaN) - wanted);
      expect(off, name).toBeLessThan(1e-5 * Math.max(1, Math.abs(wanted)));
    }
  }
}

describe('a functional graph of Keras with operations', () => {
  it.each(all)('%s predicts what it does in Keras', async (name, expected) => {
    const { model, warnings } = await loadModel(read(`operations/${name}.keras`));
    expect(warnings).toEqual([]);
    expectOutputs(model, expected);
  });

  it.each(all)('%s is the same once saved and read again', async (name, expected) => {
    const { model } = await loadModel(read(`operations/${name}.keras`));
    const { model: again } = await loadModel(await saveModel(model));
    expectOutputs(again, expected);
    expect(again.summary()).toBe(model.summary());
  });
});

const kinds = Object.entries({ ...ops, ...ops.image }).flatMap(([name, value]: [string, unknown]) =>
  isOperable(value) ? [[name, value.kind] as const] : [],
);

describe('an operation takes what the class of Keras takes', () => {
  const names = (kind: OperationKind, isSetting: boolean) =>
    kind.parameters.filter((one) => one.isSetting === isSetting).map(({ name }) => argumentName(name));

  it.each(kinds)('ops.%s', (_, kind) => {
    const wanted = signatures[kind.className];
    expect(wanted?.module).toBe(`keras.src.ops.${kind.module}`);
    expect(wanted?.init.filter((name) => names(kind, true).includes(name)).sort()).toEqual(
      names(kind, true).sort(),
    );
    expect(wanted?.call.slice(0, names(kind, false).length)).toEqual(names(kind, false));
  });
});
