import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { loadOnnx, saveOnnx } from '../../../src/formats/index.ts';
import type { ModelMessage, NodeMessage } from '../../../src/formats/onnx/schema.ts';
import { encodeModel } from '../../../src/formats/onnx/wire.ts';
import {
  ArgumentError,
  DataError,
  dense,
  input,
  layers,
  type NDArray,
  sequential,
  type Tensor,
} from '../../../src/index.ts';

const FIXTURES = new URL('../../../fixtures/onnx/', import.meta.url);
const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`${name}.onnx`, FIXTURES)));

interface Stored {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Expected {
  readonly inputs: Readonly<Record<string, Stored>>;
  readonly outputs: Readonly<Record<string, Stored>>;
}
const expected: Record<string, Expected> = JSON.parse(
  readFileSync(new URL('expected.json', FIXTURES), 'utf8'),
);
const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

const arrayOf = ({ dtype, shape, data }: Stored): NDArray => ({
  dtype,
  shape,
  data: ARRAYS[dtype].from(data),
});
const feedsOf = (name: string) =>
  Object.fromEntries(
    Object.entries(expected[name]?.inputs ?? {}).map(([key, value]) => [key, arrayOf(value)]),
  );

function expectClose(found: Tensor | undefined, { shape, data, dtype }: Stored, label: string): void {
  expect({ label, dtype: found?.dtype, shape: found?.shape }).toEqual({ label, dtype, shape });
  for (const [i, value] of (found?.dataSync() ?? []).entries()) {
    const want = data[i] ?? Number.NaN;
    if (!(Math.abs(value - want) <= 1e-5 * (1 + Math.abs(want))))
      expect(value, `${label}, element ${i}`).toBe(want);
  }
}

describe('loadOnnx', () => {
  it.each(['perceptron', 'convolutions', 'recurrent', 'attention'])(
    'computes what ONNX Runtime does of a network from PyTorch: %s',
    (name) => {
      const found = loadOnnx(bytesOf(name)).run(feedsOf(name));
      const wanted = Object.entries(expected[name]?.outputs ?? {});
      expect(wanted.length).toBeGreaterThan(0);
      for (const [key, value] of wanted) expectClose(found[key], value, key);
    },
  );

  describe.each(['operators_20', 'operators_9'])('computes what ONNX Runtime does: %s', (name) => {
    const found = loadOnnx(bytesOf(name)).run(feedsOf(name));
    test.each(Object.entries(expected[name]?.outputs ?? {}))('%s', (key, value) => {
      expectClose(found[key], value, key);
    });
  });

  it('describes inputs and outputs', () => {
    const { inputs, outputs } = loadOnnx(bytesOf('convolutions'));
    expect(inputs).toEqual([{ name: 'image', dtype: 'float32', shape: [null, 2, 9, 8] }]);
    expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual([
      { dtype: 'float32', shape: [null, 5] },
    ]);
  });

  it('takes any length where the file leaves it open', () => {
    const program = loadOnnx(bytesOf('attention'));
    const shape = [3, 7, 8];
    const x: NDArray = {
      dtype: 'float32',
      shape,
      data: Float32Array.from({ length: 168 }, (_, i) => Math.sin(i)),
    };
    expect(Object.values(program.run({ x }))[0]?.shape).toEqual(shape);
  });

  it('opens what saveOnnx writes', () => {
    const net = sequential(
      [
        input([6, 6, 1]),
        layers.conv2D(3, 3, { activation: 'relu', padding: 'same' }),
        layers.maxPooling2D(),
        layers.conv2DTranspose(2, 3, { strides: 2 }),
        layers.flatten(),
        dense(3, { activation: 'softmax' }),
      ],
      { name: 'net' },
    );
    const shape = [2, 6, 6, 1];
    const x: NDArray = {
      dtype: 'float32',
      shape,
      data: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)),
    };
    const [inputName, outputName] = [net.inputSpecs[0]?.name ?? '', net.outputNames[0] ?? ''];
    const found = loadOnnx(saveOnnx(net)).run({ [inputName]: x })[outputName];
    const wanted = net.predict(x);
    expectClose(found, { dtype: 'float32', shape: wanted.shape, data: [...wanted.dataSync()] }, 'net');
  });
});

/** A file of some nodes, from x [2] to y. */
function fileOf(nodes: readonly Partial<NodeMessage>[], more: Partial<ModelMessage> = {}): Uint8Array {
  const type = { tensor: { elementType: 1, shape: { dimensions: [{ value: 2 }] } } };
  return encodeModel({
    irVersion: 8,
    operators: [{ domain: '', version: 18 }],
    graph: {
      nodes: nodes.map((node) => ({ inputs: ['x'], outputs: ['y'], attributes: [], ...node })),
      initializers: [],
      inputs: [{ name: 'x', type }],
      outputs: [{ name: 'y', type }],
    },
    ...more,
  });
}

describe('what cannot be read', () => {
  const run = (file: Uint8Array) => () => loadOnnx(file, { source: 'net.onnx' }).run({ x: [1, 2] });
  const lengths = {
    name: 'n',
    dims: [1],
    dataType: 7,
    floats: [],
    ints: [],
    longs: [2 ** 40],
    doubles: [],
    unsigned: [],
  };

  it.each([
    [
      'an unknown operator',
      fileOf([{ name: 'odd', operator: 'Frobnicate' }]),
      /node 1 "odd" \(Frobnicate\): expected one of Abs, .* found Frobnicate/,
    ],
    [
      'an operator of another maker',
      fileOf([{ operator: 'Gelu', domain: 'com.microsoft' }]),
      /node 1 "" \(Gelu\).*found one of "com.microsoft"/,
    ],
    [
      'a missing input',
      fileOf([{ operator: 'Add', inputs: ['x', 'z'] }]),
      /\(Add\): expected inputs computed before, found "z"/,
    ],
    [
      'a node before its input',
      fileOf([{ operator: 'Neg', inputs: ['y'], outputs: ['y'] }]),
      /computed before, found "y"/,
    ],
    ['too few inputs', fileOf([{ operator: 'Add' }]), /\(Add\): expected an input 2, found none/],
    [
      'shapes that do not fit',
      fileOf([
        { operator: 'MatMul', inputs: ['x', 'x'] },
        { operator: 'Flatten', inputs: ['x'], outputs: ['z'], attributes: [] },
        { operator: 'MatMul', inputs: ['z', 'z'] },
      ]),
      /node 3 "" \(MatMul\): matmul of/,
    ],
    [
      'an output nobody computes',
      fileOf([{ operator: 'Neg', outputs: ['z'] }]),
      /output "y": expected a value that is computed/,
    ],
    [
      'operators of the future',
      fileOf([{ operator: 'Neg' }], { operators: [{ domain: '', version: 99 }] }),
      /versions 7 to 24, found 99/,
    ],
    ['no graph', encodeModel({ irVersion: 8, operators: [] }), /expected a graph, found none/],
    ['other bytes', new TextEncoder().encode('hello, world'), /the messages of a model/],
    ['nothing', new Uint8Array(), /expected a graph, found none/],
  ])('is refused, with its place: %s', (_, file, message) => {
    expect(run(file)).toThrow(DataError);
    expect(run(file)).toThrow(message);
    expect(run(file)).toThrow(/^net\.onnx: /);
  });

  it('is refused before it is made: a value of more elements than memory has', () => {
    const file = fileOf([{ operator: 'ConstantOfShape', inputs: ['n'], outputs: ['y'] }], {
      graph: {
        nodes: [{ inputs: ['n'], outputs: ['y'], operator: 'ConstantOfShape', attributes: [] }],
        initializers: [lengths],
        inputs: [],
        outputs: [{ name: 'y', type: { tensor: { elementType: 1 } } }],
      },
    });
    expect(() => loadOnnx(file).run({})).toThrow(/at most 134217728 elements/);
  });

  it('is refused: weights in other files, of other types, or of other sizes', () => {
    const withWeight = (weight: object) =>
      fileOf([{ operator: 'Neg' }], {
        graph: {
          nodes: [],
          initializers: [{ ...lengths, ...weight }],
          inputs: [],
          outputs: [{ name: 'n', type: { tensor: { elementType: 1 } } }],
        },
      });
    expect(run(withWeight({ location: 1 }))).toThrow(/the weight "n".*numbers in another file/);
    expect(run(withWeight({ dataType: 8 }))).toThrow(/elements of type 8/);
    expect(run(withWeight({ dims: [3] }))).toThrow(/expected 3 numbers for \[3\], found 1/);
    expect(run(withWeight({ dims: [-1] }))).toThrow(/lengths of at least 0/);
  });

  it('is an input that is missing or has another shape', () => {
    const program = loadOnnx(fileOf([{ operator: 'Neg' }]));
    expect(() => program.run({})).toThrow(ArgumentError);
    expect(() => program.run({ x: [1, 2, 3] })).toThrow(/input "x": expected a shape \[2\], found \[3\]/);
  });
});
