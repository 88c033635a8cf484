import { readCsv, readImageSet } from '../data/files.ts';
import {
  blobs,
  circles,
  type Encoding,
  type Examples,
  encodeInputs,
  encodeTarget,
  featureNames,
  fitEncoding,
  GATES,
  type Gate,
  gate,
  type LabelledImages,
  madeDigits,
  moons,
  sine,
  spirals,
  splitRows,
  type Table,
  type Task,
  xor,
} from '../data/index.ts';
import { ArgumentError, type NDArray } from '../index.ts';
import { takeRows } from '../training/arrays.ts';
import type { Cell, Picture } from './report/run.ts';

/** Inputs and targets of one part of the examples. */
export interface Part {
  readonly x: NDArray;
  readonly y: NDArray;
  readonly count: number;
}

/** What `train` trains on, whatever it came from. */
export interface Source {
  readonly name: string;
  readonly description: string;
  readonly task: Task;
  readonly kind: 'table' | 'images' | 'numbers';
  readonly features: readonly string[];
  readonly target: string;
  readonly classNames?: readonly string[];
  /** How a table's cells become numbers; kept in the model's file. */
  readonly encoding?: Encoding;
  readonly train: Part;
  readonly dev?: Part;
  readonly test: Part;
  /** A test example as it was before it became numbers. */
  readonly original: (index: number) => { row?: Record<string, Cell>; picture?: Picture };
}

export interface SourceOptions {
  readonly target?: string;
  readonly images?: string;
  readonly labels?: string;
  readonly seed: number;
}

const TOYS: Readonly<Record<string, (seed: number) => Examples>> = {
  xor: (seed) => xor({ n: 400, seed }),
  circles: (seed) => circles({ n: 600, seed }),
  moons: (seed) => moons({ n: 600, seed }),
  spirals: (seed) => spirals({ n: 600, seed }),
  blobs: (seed) => blobs({ n: 600, seed }),
  sine: (seed) => sine({ n: 600, seed }),
};

const DIGITS = { train: 12_000, dev: 1_000, test: 2_000 };

/** The names of the sets that need no file. */
export const BUILT_IN = ['digits', ...Object.keys(TOYS), ...Object.keys(GATES).map((name) => `gate-${name}`)];

/**
 * Reads or makes the examples, and splits them into train, dev and test by the seed.
 *
 * @throws ArgumentError when it is not clear what to train on; DataError for what a file holds
 */
export async function openSource(what: string | undefined, options: SourceOptions): Promise<Source> {
  const { images, labels, seed } = options;
  if (images !== undefined || labels !== undefined) {
    if (images === undefined || labels === undefined || what !== undefined) {
      throw new ArgumentError({
        asked: 'train on images',
        expected: 'both --images and --labels, and nothing else',
      });
    }
    return fromImages(await readImageSet({ images, labels }), images, seed);
  }
  if (what === 'digits') return fromDigits(seed);
  const toy = what === undefined ? undefined : TOYS[what];
  if (toy && what !== undefined) return fromExamples(what, toy(seed), seed);
  if (what?.startsWith('gate-') && Object.hasOwn(GATES, what.slice(5))) {
    return fromExamples(what, gate(what.slice(5) as Gate, { n: 400, noise: 0.05, seed }), seed);
  }
  if (what === undefined) {
    throw new ArgumentError({
      asked: 'train',
      expected: `a CSV file, --images and --labels, or one of ${BUILT_IN.join(', ')}`,
      received: 'nothing to train on',
    });
  }
  return fromTable(await readCsv(what), what, options);
}

function fromTable(table: Table, path: string, { target, seed }: SourceOptions): Source {
  const chosen = { ...(target !== undefined && { target }) };
  // The whole table decides what the columns are; only the training rows decide means and categories.
  const schema = fitEncoding(table, chosen);
  const whole = encodeTarget(schema, table);
  const parts = splitRows(
    schema.target.kind === 'regression' ? { rows: table.rows, seed } : { labels: whole.data, seed },
  );
  const encoding = fitEncoding(table, { ...chosen, rows: parts.train });
  const part = (rows: Int32Array): Part => ({
    x: encodeInputs(encoding, table, rows),
    y: encodeTarget(encoding, table, rows),
    count: rows.length,
  });
  const { kind, column } = encoding.target;
  return {
    name: baseName(path),
    description: `${table.rows} rows of ${path}`,
    task: kind,
    kind: 'table',
    features: featureNames(encoding),
    target: column,
    ...(encoding.target.kind !== 'regression' && { classNames: encoding.target.classes }),
    encoding,
    train: part(parts.train),
    ...(parts.dev.length > 0 && { dev: part(parts.dev) }),
    test: part(parts.test),
    original(index) {
      const row = parts.test[index] ?? 0;
      return { row: Object.fromEntries(table.columns.map(({ name, values }) => [name, values[row] ?? ''])) };
    },
  };
}

function fromExamples(name: string, examples: Examples, seed: number): Source {
  const { task, featureNames: features, classNames } = examples;
  const parts = splitRows(
    task === 'regression' ? { rows: examples.y.data.length, seed } : { labels: examples.y.data, seed },
  );
  const part = (rows: Int32Array) => partOf(examples.x, examples.y, rows);
  const test = part(parts.test);
  return {
    name,
    description: `${examples.y.shape[0]} made examples`,
    task,
    kind: 'numbers',
    features,
    target: task === 'regression' ? 'y' : 'class',
    ...(classNames && { classNames }),
    train: part(parts.train),
    dev: part(parts.dev),
    test,
    original: (index) => ({
      row: Object.fromEntries(
        features.map((feature, i) => [feature, test.x.data[index * features.length + i] ?? 0]),
      ),
    }),
  };
}

function fromImages(set: LabelledImages, path: string, seed: number): Source {
  const parts = splitRows({ labels: set.y.data, seed, fractions: { train: 0.8, dev: 0, test: 0.2 } });
  const part = (rows: Int32Array) => partOf(set.x, set.y, rows);
  return ofPictures(baseName(path), `${set.y.data.length} images of ${path}`, set.classNames, {
    train: part(parts.train),
    test: part(parts.test),
  });
}

function fromDigits(seed: number): Source {
  const make = (first: number, n: number): LabelledImages => madeDigits({ n, seed, first });
  const part = ({ x, y }: LabelledImages): Part => ({ x, y, count: y.data.length });
  const train = make(0, DIGITS.train);
  return ofPictures('digits', `${DIGITS.train + DIGITS.dev + DIGITS.test} made digits`, train.classNames, {
    train: part(train),
    dev: part(make(DIGITS.train, DIGITS.dev)),
    test: part(make(DIGITS.train + DIGITS.dev, DIGITS.test)),
  });
}

function ofPictures(
  name: string,
  description: string,
  classNames: readonly string[],
  parts: { train: Part; dev?: Part; test: Part },
): Source {
  const [height = 1, width = 1] = parts.test.x.shape.slice(1);
  return {
    name,
    description,
    task: 'classes',
    kind: 'images',
    features: [`${height} × ${width} pixels`],
    target: 'class',
    classNames,
    ...parts,
    original: (index) => ({
      picture: {
        width,
        height,
        channels: 1,
        pixels: parts.test.x.data.subarray(index * width * height, (index + 1) * width * height),
      },
    }),
  };
}

function partOf(x: NDArray, y: NDArray, rows: Int32Array): Part {
  return { x: takeRows(x, rows), y: takeRows(y, rows), count: rows.length };
}

function baseName(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  return name.replace(/\.(csv|tsv|txt|gz)$/i, '').replaceAll(/[^\w.-]+/g, '-') || 'run';
}
