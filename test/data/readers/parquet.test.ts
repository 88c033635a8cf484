import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { parseParquet } from '../../../src/data/readers/parquet.ts';
import { checkRuns } from '../../../src/data/readers/parquetRuns.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { ndarray } from '../../../src/graph/ndarray.ts';
import { failure } from '../failure.ts';

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];
const write = (columnData: Columns, options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

const COLUMNS: Columns = [
  { name: 'single', data: [0.1, -2, 3].map(Math.fround), type: 'FLOAT' },
  { name: 'double', data: [1, 2, 3.5], type: 'DOUBLE' },
  { name: 'whole', data: [1, -2, 2 ** 31 - 1], type: 'INT32' },
  { name: 'long', data: [1n, 2n, -3n], type: 'INT64' },
  { name: 'large', data: [1n, 2n ** 40n, 3n], type: 'INT64' },
  { name: 'gaps', data: [1, null, 3], type: 'INT32', nullable: true },
  { name: 'yes', data: [true, false, true], type: 'BOOLEAN' },
  { name: 'word', data: ['a', null, 'größe'], type: 'STRING', nullable: true },
];

describe('parseParquet', () => {
  test.each(['SNAPPY', 'UNCOMPRESSED'])('reads every kind of column, %s', async (codec) => {
    expect({ ...(await parseParquet(write(COLUMNS, { codec }))) }).toEqual({
      single: ndarray(Float32Array.of(0.1, -2, 3)),
      double: ndarray(Float64Array.of(1, 2, 3.5)),
      whole: ndarray(Int32Array.of(1, -2, 2 ** 31 - 1)),
      long: ndarray(Int32Array.of(1, 2, -3)),
      large: ndarray(Float64Array.of(1, 2 ** 40, 3)),
      gaps: ndarray(Float64Array.of(1, Number.NaN, 3)),
      yes: ndarray(Uint8Array.of(1, 0, 1)),
      word: ['a', null, 'größe'],
    });
  });

  test('reads chosen columns of a file of many groups', async () => {
    const data = Array.from({ length: 1000 }, (_, i) => i * 0.5);
    const file = write(
      [
        { name: 'x', data },
        { name: 'y', data: data.map(String) },
      ],
      { rowGroupSize: 64 },
    );
    const read = await parseParquet(file, { columns: ['x'] });
    expect(Object.keys(read)).toEqual(['x']);
    expect(read.x).toEqual(ndarray(Float64Array.from(data)));
  });

  const file = write(COLUMNS);
  test.each([
    ['an unknown column', file, { columns: ['nope'] }, 'expected the column "nope"'],
    ['too many cells', file, { mostCells: 20 }, 'at most 20 cells'],
    ['another file', Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), {}, 'a whole file'],
    ['an empty file', new Uint8Array(), {}, 'a whole file'],
    ['a cut file', file.subarray(0, file.length - 20), {}, 'a whole file'],
    ['lists', write([{ name: 'l', data: [[1], [2]], type: 'JSON' }]), {}, 'numbers, texts, or truth values'],
    ['dates', write([{ name: 'd', data: [new Date(0)], type: 'TIMESTAMP' }]), {}, 'dates, bytes or others'],
  ])('refuses %s', async (_, bytes, options, message) => {
    const error = await failure(() => parseParquet(bytes, { ...options, source: 't.parquet' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('t.parquet: reading a Parquet file');
    expect(error.message).toContain(message);
  });
});

describe('runs of a page', () => {
  test('are counted without being unpacked', () => {
    // Three times 1, then eight values bit by bit: 1, 0, 1, 0, …
    expect(checkRuns(Uint8Array.of(6, 1, 3, 0b01010101), 0, 1, 11)).toEqual({ at: 4, ones: 7 });
    expect(checkRuns(Uint8Array.of(9, 6, 0), 1, 1, 3)).toEqual({ at: 3, ones: 0 });
  });

  test('of more values than the page has are refused: unpacked, they would end the process', () => {
    const endless = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1);
    expect(() => checkRuns(endless, 0, 1, 300)).toThrow('a run of 2147483647 in a page of 300 values');
    expect(() => checkRuns(Uint8Array.of(0xff, 0xff), 0, 1, 300)).toThrow('a run without its length');
  });
});
