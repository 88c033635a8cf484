import { describe, expect, test } from 'vitest';
import { parseNpy, parseNpz } from '../../../src/data/readers/npy.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { failure } from '../failure.ts';
import { fixture, fromBase64 } from '../fixture.ts';

interface Arrays {
  readonly arrays: { name: string; file: string; shape: number[]; data: (number | boolean | string)[] }[];
  readonly refused: Record<string, string>;
  readonly archives: Record<string, string>;
  readonly archive: Record<string, number[]>;
}
const { arrays, refused, archives, archive } = fixture<Arrays>('data/arrays.json');

const DTYPES: Record<string, string> = {
  float16: 'float32',
  float32: 'float32',
  float64: 'float64',
  'big-endian': 'float32',
  uint32: 'uint32',
  bool: 'bool',
  scalar: 'float64',
  empty: 'float32',
  'Fortran order': 'float32',
};

/** NumPy's bytes of a header around given text. */
function npyOf(header: string, rest: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    text.length & 255,
    text.length >> 8,
    ...text,
    ...rest,
  );
}

describe('parseNpy', () => {
  test.each(arrays)('reads $name as NumPy wrote it', ({ name, file, shape, data }) => {
    const array = parseNpy(fromBase64(file));
    expect(array.dtype).toBe(DTYPES[name] ?? 'int32');
    expect(array.shape).toEqual(shape);
    expect([...array.data]).toEqual(
      data.map((x) => Number(x === 'inf' ? Infinity : x === '-inf' ? -Infinity : x)),
    );
  });

  test('reads an array that lies at an odd place of a larger buffer', () => {
    const file = fromBase64(arrays.find(({ name }) => name === 'float64')?.file ?? '');
    const buffer = new Uint8Array(file.length + 3);
    buffer.set(file, 3);
    expect(parseNpy(buffer.subarray(3))).toEqual(parseNpy(file));
  });

  test.each([
    ['objects', 'pickled Python objects. They may hold code'],
    ['complex numbers', 'elements of type "<c16"'],
    ['texts', 'elements of type "<U2"'],
    ['records', 'records of several fields'],
    ['too large integers', 'reading number 1 of an array of 64-bit integers'],
  ])('refuses %s', async (name, message) => {
    const error = await failure(() => parseNpy(fromBase64(refused[name] ?? ''), { source: 'x.npy' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('x.npy: ');
    expect(error.message).toContain(message);
  });

  test.each([
    ['an empty file', new Uint8Array(), 'found an empty file'],
    ['another file', Uint8Array.of(0x50, 0x4b, 3, 4), 'found 50 4b 03 04'],
    ['a header without end', npyOf('{').subarray(0, 9), 'at byte 8'],
    ['no dictionary', npyOf('[1, 2]'), 'found "[1, 2]"'],
    [
      'missing numbers',
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 0, 0]),
      'bytes, found',
    ],
    [
      'absurd lengths',
      npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999), }"),
      'that fit into memory',
    ],
    ['a negative length', npyOf("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"), "{'descr': …"],
    ['code', npyOf("{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,), }"), "{'descr': …"],
    [
      'a name of an object',
      npyOf("{'descr': 'constructor', 'fortran_order': False, 'shape': (1,), }"),
      'type "constructor"',
    ],
  ])('says what is wrong: %s', async (_, bytes, message) => {
    const error = await failure(() => parseNpy(bytes));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
  });
});

describe('parseNpz', () => {
  test.each(Object.entries(archives))('reads an archive of NumPy, %s', async (_, file) => {
    const read = await parseNpz(fromBase64(file));
    expect(Object.keys(read)).toEqual(Object.keys(archive));
    for (const [name, data] of Object.entries(archive)) expect([...(read[name]?.data ?? [])]).toEqual(data);
  });

  test('refuses what is no archive', async () => {
    expect(await failure(() => parseNpz(Uint8Array.of(1, 2, 3)))).toBeInstanceOf(DataError);
  });
});
