import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadModel, modelFromJSON, saveModel } from '../../src/formats/index.ts';
import { argumentName } from '../../src/formats/kerasOperations.ts';
import { DataError, type Model, type NDArray, ops } from '../../src/index.ts';
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

describe('an operation of a file that makes no sense, or too much, is an error that names it', () => {
  const x = { class_name: '__keras_tensor__', config: { keras_history: ['x', 0, 0] } };
  const entry = (className: string, name: string, config: object, inbound: unknown[]) => ({
    ...{
      module: className === 'InputLayer' ? 'keras.layers' : 'keras.src.ops.numpy',
      class_name: className,
      name,
    },
    ...{ config: { name, ...config }, inbound_nodes: inbound.map((args) => ({ args, kwargs: {} })) },
  });
  const open = (
    className: string,
    config: object,
    args: unknown[],
    shape: readonly (number | null)[] = [null, 8, 8],
  ) =>
    modelFromJSON(
      JSON.stringify({
        class_name: 'Functional',
        config: {
          name: 'm',
          layers: [
            entry('InputLayer', 'x', { batch_shape: shape, dtype: 'float32' }, []),
            entry(className, 'op', config, [args]),
          ],
          input_layers: [['x', 0, 0]],
          output_layers: [['op', 0, 0]],
        },
      }),
    );

  it.each([
    ['Repeat', { repeats: 1e9, axis: 1 }, [x], /"op" \(Repeat\).*repeats of at most 8192, found 1000000000/],
    ['Tile', { repeats: [1, 8000, 8000] }, [x], /"op" \(Tile\).*at most 16777216 numbers/],
    ['OneHot', { num_classes: 1e12 }, [x], /num_classes of at most/],
    ['Cast', { dtype: '__proto__' }, [x], /a dtype among float32/],
    ['Pad', { pad_width: [[0, 0]], mode: 'constructor' }, [x], /"op" \(Pad\)/],
    ['Sum', { axis: 1, initial: 3 }, [x], /expected no initial, found 3/],
    ['Add', {}, [1, 2], /"op" \(Add\)/],
    ['Add', {}, [x, { class_name: '__tensor__', config: { value: { a: 1 } } }], /"op" \(Add\)/],
    ['Add', {}, [{ ...x, config: { keras_history: ['op', 0, 0] } }, 1], /waits for itself/],
    ['GetItem', {}, [x, [{ class_name: '__slice__', config: { step: 0 } }]], /a range with step 0/],
    ['Fft2', {}, [x], /the operation Fft2\. Rebuild/],
  ])('%s %j', (className, config, args, message) => {
    const failing = () => open(className, config, args);
    expect(failing).toThrow(DataError);
    expect(failing).toThrow(message);
  });

  it('Unstack along an axis of millions', () => {
    expect(() => open('Unstack', { axis: 1 }, [x], [null, 2 ** 24])).toThrow(/axes of at most 8192/);
  });
});
