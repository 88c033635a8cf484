import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readTar } from '../../../src/data/archive/tar.ts';
import { readArchive, writeArchive } from '../../../src/data/archive/zip.ts';
import {
  csvRows,
  decodeImage,
  encodeIdx,
  parseCifar,
  parseCsv,
  parseIdx,
  parseJsonLines,
  parseNpy,
  parseNpz,
  parseParquet,
} from '../../../src/data/index.ts';
import { readHdf5 } from '../../../src/formats/hdf5.ts';
import {
  loadModel,
  loadOnnx,
  loadTfjs,
  loadWeights,
  modelFromJSON,
  readSafetensors,
  saveModel,
  saveWeights,
} from '../../../src/formats/index.ts';
import type { RandomStream } from '../../../src/graph/threefry.ts';
import { dense, dropout, input, sequential } from '../../../src/index.ts';
import { packBackup, unpackBackup } from '../../../src/training/callbacks/backup.ts';
import { tarOf } from '../../data/tar.ts';
import { damaged, disturbed } from '../damaged.ts';

/** A format under attack. */
export interface Attack {
  /** Whole files of it. */
  readonly files: readonly Uint8Array[];
  readonly read: (file: Uint8Array) => unknown;
  /** Bytes here and there by default. */
  readonly mutate?: (file: Uint8Array, random: RandomStream) => Uint8Array | Promise<Uint8Array>;
}

/** Where this runs, there are the fixtures. */
const bytesOf = (path: string) => new Uint8Array(readFileSync(`fixtures/${path}`));
const fixture = <T>(path: string): T => JSON.parse(readFileSync(`fixtures/${path}`, 'utf8')) as T;
const fromBase64 = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64'));
const encoded = (text: string) => new TextEncoder().encode(text);
const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const modelFiles = (ending: string) =>
  ['keras/models', 'keras/operations'].flatMap((folder) =>
    readdirSync(`fixtures/${folder}`)
      .filter((name) => name.endsWith(ending))
      .map((name) => bytesOf(`${folder}/${name}`)),
  );

async function small() {
  const model = sequential([input([3]), dense(4, { activation: 'relu' }), dropout(0.5), dense(2)]);
  model.compile({ optimizer: 'adam', loss: 'mse' });
  await model.fit([[1, 2, 3]], [[1, 2]], { verbose: 0 });
  return model;
}

/** One member of a whole archive, damaged. */
async function insideArchive(file: Uint8Array, random: RandomStream): Promise<Uint8Array> {
  const members = new Map(await readArchive(file));
  const paths = [...members.keys()];
  const path = paths[random.integer(paths.length)] ?? '';
  members.set(path, damaged(members.get(path) ?? new Uint8Array(), random));
  return writeArchive(members);
}

interface Named {
  readonly name: string;
  readonly file: string;
}
const named = (path: string, pattern: RegExp) =>
  fixture<Named[]>(path)
    .filter(({ name }) => pattern.test(name))
    .map(({ file }) => fromBase64(file));

const arrays = () => fixture<{ arrays: Named[]; archives: Record<string, string> }>('data/arrays.json');
const idx = () => encodeIdx({ shape: [3, 2, 2], values: Uint8Array.from({ length: 12 }, (_, i) => i) });
const numbers = Array.from({ length: 300 }, (_, i) => i % 7);
const columns = [
  { name: 'x', data: numbers },
  { name: 'word', data: numbers.map((i) => `word ${i}`) },
  { name: 'gaps', data: numbers.map((i) => (i === 3 ? null : i)), type: 'INT32' as const, nullable: true },
];
const tfjs = ['graph', 'words'];
const shardOf = (name: string) => bytesOf(`tfjs/${name}/group1-shard1of1.bin`);

/** Every format that files come in, and how it is attacked. */
export const FORMATS: Readonly<Record<string, () => Attack | Promise<Attack>>> = {
  'keras, bytes': async () => ({
    files: [...modelFiles('.keras'), await saveModel(await small())],
    read: loadModel,
  }),
  'keras, inside of the archive': async () => ({
    files: [...modelFiles('.keras'), await saveModel(await small())],
    read: loadModel,
    mutate: insideArchive,
  }),
  'keras, config.json': async () => {
    const archives = await Promise.all(modelFiles('.keras').map((file) => readArchive(file)));
    return {
      files: archives.map((members) => members.get('config.json') ?? new Uint8Array()),
      read: (file) => modelFromJSON(decoded(file)),
      mutate: (file, random) => encoded(disturbed(decoded(file), random)),
    };
  },
  'h5 of Keras 2': () => ({ files: modelFiles('legacy.h5'), read: loadModel }),
  'weights.h5': async () => {
    const model = await small();
    return { files: [await saveWeights(model)], read: (file) => loadWeights(model, file) };
  },
  'HDF5 of every kind': () => ({
    files: ['latest_chunked', 'dtypes', 'legacy_attributes', 'strings', 'chunked', 'deep'].map((name) =>
      bytesOf(`keras/hdf5/${name}.h5`),
    ),
    read: (file) => readHdf5(file),
  }),
  'backup of a run': async () => {
    const model = await small();
    const state = model.getState();
    const backup = { progress: model.progress, seeds: [[1, 2] as const, null], state, carried: [state] };
    return { files: [packBackup(backup)], read: (file) => unpackBackup(file, 'latest.backup') };
  },
  safetensors: () => ({
    files: ['all', 'others', 'far'].map((name) => bytesOf(`safetensors/${name}.safetensors`)),
    read: (file) => readSafetensors(file),
  }),
  onnx: () => ({
    files: ['perceptron', 'convolutions', 'attention', 'recurrent', 'operators_9', 'operators_20'].map(
      (name) => bytesOf(`onnx/${name}.onnx`),
    ),
    read: (file) => loadOnnx(file),
  }),
  'onnx, run': () => ({
    files: [bytesOf('onnx/perceptron.onnx')],
    read: (file) => {
      const program = loadOnnx(file);
      const feeds = program.inputs.map(({ name, shape }) => {
        const lengths = (shape ?? [2, 2]).map((length) =>
          typeof length === 'number' && length < 64 ? length : 2,
        );
        const size = lengths.reduce((a, b) => a * b, 1);
        return [name, { dtype: 'float32' as const, shape: lengths, data: new Float32Array(size) }] as const;
      });
      for (const output of Object.values(program.run(Object.fromEntries(feeds)))) output.dataSync();
    },
  }),
  'tf.js model.json': () => {
    const shards = new Map(
      tfjs.map((name) => [decoded(bytesOf(`tfjs/${name}/model.json`)).length, shardOf(name)]),
    );
    return {
      files: tfjs.map((name) => bytesOf(`tfjs/${name}/model.json`)),
      // The first four bytes say whose shards it is.
      read: (file) => loadTfjs(file.subarray(4), () => shards.get(lengthIn(file)) ?? shardOf('graph')),
      mutate: (file, random) => {
        const text =
          random.uniform() < 0.5 ? damaged(file, random) : encoded(disturbed(decoded(file), random));
        const marked = new Uint8Array(4 + text.length);
        new DataView(marked.buffer).setUint32(0, file.length);
        marked.set(text, 4);
        return marked;
      },
    };
  },
  'tf.js shards': () => ({
    files: [shardOf('graph')],
    read: (file) => loadTfjs(bytesOf('tfjs/graph/model.json'), () => file),
  }),
  npy: () => ({ files: arrays().arrays.map(({ file }) => fromBase64(file)), read: (file) => parseNpy(file) }),
  npz: () => ({ files: Object.values(arrays().archives).map(fromBase64), read: (file) => parseNpz(file) }),
  idx: () => ({ files: [idx(), new Uint8Array(gzipSync(idx()))], read: (file) => parseIdx(file) }),
  csv: () => ({
    files: [encoded(`a,b\n1,"x ""y"" ö"\n2,z\n${'3,w\n'.repeat(20)}`)],
    read: (file) => parseCsv(file),
  }),
  'csv, row by row': () => ({
    files: [encoded(`a,b\n1,"x ""y"" ö"\n2,z\n${'3,w\n'.repeat(20)}`)],
    read: (file) => csvRows([file]).toArray(),
  }),
  'JSON lines': () => ({
    files: [encoded('{"x": [1, 2.5e3], "y": "größe"}\n[true, null]\n'.repeat(4))],
    read: (file) => parseJsonLines(file),
  }),
  parquet: () => ({
    files: (['SNAPPY', 'UNCOMPRESSED'] as const).map(
      (codec) => new Uint8Array(parquetWriteBuffer({ columnData: columns, codec })),
    ),
    read: (file) => parseParquet(file),
  }),
  png: () => ({ files: named('data/pictures.json', /^PNG/), read: (file) => decodeImage(file) }),
  jpeg: () => ({ files: named('data/pictures.json', /^JPEG/), read: (file) => decodeImage(file) }),
  cifar: () => ({ files: [new Uint8Array(3 * 3073).fill(1)], read: (file) => parseCifar(file) }),
  tar: () => ({
    files: [tarOf({ 'a/b.bin': encoded('bytes'), 'a/c.bin': new Uint8Array(700) })],
    read: (file) => readTar(file, 'x.tar'),
  }),
};

const lengthIn = (file: Uint8Array): number => new DataView(file.buffer, file.byteOffset).getUint32(0);
