import type { ColumnMetaData } from 'hyparquet';
import { makeArray } from '../../graph/dtypes.ts';
import { DataError, type ErrorParts, PellucidError } from '../../graph/errors.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import { type PageHeader, pageHeaders } from './parquetPages.ts';
import { checkRuns } from './parquetRuns.ts';

export interface ParquetOptions {
  /** The columns to read; all by default. */
  readonly columns?: readonly string[];
  /** What to call the file in messages. */
  readonly source?: string;
  /** A file of more cells, rows × columns, is refused: by default of more than 2²¹ and 64 for each of its bytes. */
  readonly mostCells?: number;
}

/** A column: numbers and truth values as an array, texts as they are; a missing text is null, a missing number NaN. */
export type ParquetColumn = NDArray | readonly (string | null)[];

/** A page that claims to unpack to more than this is refused: 64 MiB. */
const MOST_PAGE_BYTES = 2 ** 26;
/** What gzip makes of one byte at most; Snappy makes less. */
const MOST_UNPACKED = 1100;

/**
 * Reads the columns of a Parquet file, uncompressed or packed with Snappy or gzip.
 *
 * | Parquet | here |
 * |---|---|
 * | FLOAT | float32 |
 * | DOUBLE, DECIMAL, and integers with missing ones | float64 |
 * | INT32, and INT64 where all fit | int32, else float64 |
 * | BOOLEAN | bool |
 * | texts | texts |
 *
 * @throws DataError when the file is damaged, too large, or has other columns, such as lists and dates.
 * @see https://parquet.apache.org/docs/file-format/
 */
export async function parseParquet(
  bytes: Uint8Array,
  options: ParquetOptions = {},
): Promise<Record<string, ParquetColumn>> {
  const { source = 'Parquet file', mostCells = 2 ** 21 + 64 * bytes.length } = options;
  const refuse = (parts: Omit<ErrorParts, 'asked'>, cause?: unknown) =>
    new DataError({ asked: 'reading a Parquet file', ...parts }, { file: source }, { cause });
  try {
    return await readColumns(bytes, options.columns, mostCells, refuse);
  } catch (cause) {
    if (cause instanceof PellucidError) throw cause;
    throw refuse(
      {
        expected: 'a whole file',
        received: cause instanceof Error ? cause.message : 'damage',
        fix: 'The file is damaged, was not copied whole, or uses a feature that is not read.',
      },
      cause,
    );
  }
}

type Refuse = (parts: Omit<ErrorParts, 'asked'>, cause?: unknown) => DataError;

async function readColumns(
  bytes: Uint8Array,
  wanted: readonly string[] | undefined,
  mostCells: number,
  refuse: Refuse,
): Promise<Record<string, ParquetColumn>> {
  const { parquetMetadata, parquetRead, snappyUncompress } = await import('hyparquet');
  const { gunzipSync } = await import('fflate');
  const bounded =
    (unpacked: (input: Uint8Array, length: number) => Uint8Array) => (input: Uint8Array, length: number) => {
      if (length <= MOST_PAGE_BYTES) return unpacked(input, length);
      throw refuse({ expected: `pages of at most ${MOST_PAGE_BYTES} bytes`, received: `${length}` });
    };
  const unpack = {
    SNAPPY: bounded((input, length) => {
      const output = new Uint8Array(length);
      snappyUncompress(input, output);
      return output;
    }),
    // Into an array of the length the page says: what does not fit is dropped, and the checks below find it.
    GZIP: bounded((input, length) => gunzipSync(input, { out: new Uint8Array(length) })),
  };
  const whole = bytes.slice().buffer;
  const metadata = parquetMetadata(whole);
  const [root, ...fields] = metadata.schema;
  const rows = Number(metadata.num_rows);
  const flat = fields.length === root?.num_children && fields.every(({ num_children }) => !num_children);
  if (!flat || fields.some(({ repetition_type }) => repetition_type === 'REPEATED')) {
    throw refuse({
      expected: 'plain columns',
      received: 'nested ones',
      fix: 'Flatten lists and structures first.',
    });
  }
  const values = metadata.row_groups.flatMap(({ columns }) =>
    columns.map((c) => Number(c.meta_data?.num_values)),
  );
  const cells = Math.max(
    rows * fields.length,
    values.reduce((total, count) => total + count, 0),
  );
  if (!(rows >= 0 && cells <= mostCells && values.every((count) => count >= 0 && count <= rows))) {
    throw refuse({
      expected: `at most ${mostCells} cells, as many as rows in each column`,
      received: `${cells}`,
      fix: 'The file is damaged, or says the same over and over: if you trust it, give mostCells.',
    });
  }
  const isOptional = ({ path_in_schema: [name] }: ColumnMetaData) =>
    fields.find((field) => field.name === name)?.repetition_type === 'OPTIONAL';
  for (const { columns } of metadata.row_groups) {
    for (const { meta_data } of columns)
      if (meta_data) checkPages(bytes, meta_data, isOptional(meta_data), unpack, refuse);
  }
  const names = fields.map(({ name }) => name);
  const missing = wanted?.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw refuse({
      expected: `the column "${missing}"`,
      received: names.map((name) => `"${name}"`).join(', '),
    });
  }

  const chosen = wanted ?? names;
  const columns = new Map(chosen.map((name) => [name, new Array<unknown>(rows).fill(null)]));
  await parquetRead({
    file: { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) },
    metadata,
    columns: [...chosen],
    onChunk({ columnName, columnData, rowStart }) {
      const column = columns.get(columnName) ?? [];
      for (let i = 0; i < columnData.length && rowStart + i < rows; i++) column[rowStart + i] = columnData[i];
    },
    compressors: unpack,
  });
  const entries = chosen.map((name) => {
    const { type, converted_type, logical_type } = fields.find((field) => field.name === name) ?? {};
    const decimal = converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
    const dtype = type === 'FLOAT' ? 'float32' : type === 'DOUBLE' || decimal ? 'float64' : 'int32';
    return [name, toColumn(name, columns.get(name) ?? [], dtype, refuse)] as const;
  });
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

type Unpackers = Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>;

/** How values are written as runs of places in a dictionary, or of truth values. */
const RUNS: ReadonlySet<number> = new Set([2, 3, 8]);

/** Goes through the runs of a page, of its levels and of its values, before they are unpacked. */
function checkValues(
  bytes: Uint8Array,
  page: PageHeader,
  { codec, type }: ColumnMetaData,
  isOptional: boolean,
  unpack: Unpackers,
): void {
  const { kind, values, levelBytes } = page;
  const stored = bytes.subarray(page.at, page.at + page.packedBytes);
  const body = stored.subarray(levelBytes);
  const isPlain = codec === 'UNCOMPRESSED' || (kind === 'data 2' && !page.isPacked);
  const unpacked = isPlain ? body : unpack[codec]?.(body, page.bytes - levelBytes);
  // What is packed otherwise is refused when it is read.
  if (!unpacked) return;
  const view = new DataView(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength);
  let [at, present] = [0, values];
  if (isOptional && kind === 'data 2') present = checkRuns(stored, 0, 1, values).ones;
  else if (isOptional) {
    present = checkRuns(unpacked, 4, 1, values).ones;
    at = 4 + view.getUint32(0, true);
  }
  if (!RUNS.has(page.encoding) || present === 0) return;
  if (type === 'BOOLEAN') checkRuns(unpacked, at + 4, 1, present);
  else checkRuns(unpacked, at + 1, unpacked[at] ?? 0, present);
}

/** Refuses a column whose pages ask for more values than it has, or more bytes than they can hold. */
function checkPages(
  bytes: Uint8Array,
  column: ColumnMetaData,
  isOptional: boolean,
  unpack: Unpackers,
  refuse: Refuse,
): void {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size } = column;
  const from = Number(dictionary && dictionary <= data ? dictionary : data);
  const to = from + Number(total_compressed_size);
  if (!(from >= 0 && from <= to && to <= bytes.length)) {
    throw refuse({ expected: 'pages inside of the file', received: `bytes ${from} to ${to}` });
  }
  let values = 0;
  for (const page of pageHeaders(bytes, from, to)) {
    if (page.kind !== 'dictionary') values += page.values;
    const allowed = Math.min(MOST_PAGE_BYTES, 1024 + MOST_UNPACKED * page.packedBytes);
    const fits = page.bytes <= allowed && (page.kind !== 'dictionary' || page.values <= 8 * page.bytes);
    if (fits && values <= Number(column.num_values)) {
      if (page.kind !== 'dictionary') checkValues(bytes, page, column, isOptional, unpack);
      continue;
    }
    throw refuse({
      expected: `pages of ${column.num_values} values in all, of no more bytes than they can hold`,
      received: `one of ${page.values} values in ${page.bytes} bytes`,
      fix: 'The file is damaged: copy or download it again.',
    });
  }
}

/** @param dtype Of numbers, if they can be; whole ones that are missing or too large make the column float64. */
function toColumn(
  name: string,
  values: readonly unknown[],
  dtype: 'float32' | 'float64' | 'int32',
  refuse: Refuse,
): ParquetColumn {
  const present = values.filter((value) => value !== null && value !== undefined);
  const complete = present.length === values.length;
  if (present.every((value) => typeof value === 'string') && present.length > 0) {
    return values.map((value) => (typeof value === 'string' ? value : null));
  }
  if (complete && present.every((value) => typeof value === 'boolean')) {
    return filled('bool', present.map(Number));
  }
  if (!present.every((value) => typeof value === 'number' || typeof value === 'bigint')) {
    throw refuse({
      expected: `numbers, texts, or truth values in every row of the column "${name}"`,
      received:
        present.find((value) => typeof value === 'object') === undefined
          ? 'a mixture'
          : 'dates, bytes or others',
      fix: 'Choose other columns, or convert this one before it is written.',
    });
  }
  const numbers = values.map((value) => (value === null || value === undefined ? Number.NaN : Number(value)));
  const fits = dtype !== 'int32' || numbers.every((value) => value === (value | 0));
  return filled(fits ? dtype : 'float64', numbers);
}

function filled(dtype: 'bool' | 'float32' | 'float64' | 'int32', numbers: readonly number[]): NDArray {
  const data = makeArray(dtype, numbers.length);
  data.set(numbers);
  return { dtype, shape: [numbers.length], data };
}
