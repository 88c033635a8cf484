import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../src/data/csv.ts';
import { readCsv } from '../../src/data/files.ts';
import { DataError } from '../../src/graph/errors.ts';
import { failure } from './failure.ts';

const contents = async (text: string | Uint8Array) =>
  (await parseCsv(text)).columns.map(({ name, values }) => [name, ...values]);

describe('parseCsv', () => {
  test('reads a header and its rows', async () => {
    const table = await parseCsv('a,b\n1,x\n2,y\n', { source: 'small.csv' });
    expect(table.columns).toEqual([
      { name: 'a', values: ['1', '2'] },
      { name: 'b', values: ['x', 'y'] },
    ]);
    expect(table).toMatchObject({ rows: 2, source: 'small.csv' });
  });

  test('reads delimiters, doubled quotes and line breaks inside of quotes', async () => {
    expect(await contents('a,b\n"1,5","say ""hi"""\n"two\nlines",y')).toEqual([
      ['a', '1,5', 'two\nlines'],
      ['b', 'say "hi"', 'y'],
    ]);
  });

  test.each([
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['CR', 'a,b\r1,2\r'],
    ['mixed', 'a,b\r\n1,2\n'],
  ])('reads %s line breaks', async (_, text) => {
    expect(await contents(text)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('drops a byte order mark, from text and from bytes', async () => {
    expect((await contents('\ufeffa,b\n1,2'))[0]).toEqual(['a', '1']);
    expect((await contents(new TextEncoder().encode('\ufeffa,b\n1,2')))[0]).toEqual(['a', '1']);
  });

  test.each([
    [',', 'a;x,b,c'],
    [';', 'a;b,x;c'],
    ['\t', 'a x\tb\tc'],
    ['|', 'a|b|c'],
  ])('finds the delimiter %j in the header', async (delimiter, header) => {
    const table = await parseCsv(`${header}\n${['1', '2', '3'].join(delimiter)}`);
    expect(table.columns).toHaveLength(3);
  });

  test('takes a given delimiter over the one it would find', async () => {
    const table = await parseCsv('weight, kg;height, cm, bare\n1;2', { delimiter: ';' });
    expect(table.columns.map(({ name }) => name)).toEqual(['weight, kg', 'height, cm, bare']);
  });

  test('skips blank lines and still knows the lines of the rows', async () => {
    const table = await parseCsv('\n  \na,b\n\n1,2\n"x\n\ny",3\n4,5\n\n');
    expect([0, 1, 2].map((row) => table.lineOf(row))).toEqual([5, 6, 9]);
  });

  test('names a column without a name by its place', async () => {
    expect((await contents(',b\n1,2')).map(([name]) => name)).toEqual(['column 1', 'b']);
  });

  test.each([
    [
      'an empty file',
      '',
      't.csv: reading a table: expected a header and rows below it, found an empty file.',
    ],
    ['a blank file', ' \n\n', 'found an empty file'],
    [
      'a header alone',
      '\na,b\n',
      't.csv:2: reading a table: expected rows below the header, found a header of 2',
    ],
    [
      'a name twice',
      'a,b,a\n1,2,3',
      't.csv:1:3: reading the header: expected a different name for every column',
    ],
    [
      'too few fields',
      'a,b\n"x\ny",2\n3',
      't.csv:4: reading a row: expected 2 fields, as in the header, found 1',
    ],
    [
      'too many fields',
      'a,b\n1,2\n3,4,5',
      't.csv:3: reading a row: expected 2 fields, as in the header, found 3',
    ],
    ['an open quote', 'a,b\n1,2\n3,"4\n5,6', 't.csv:3: reading a quoted field: expected a closing quote'],
    ['text after a quote', 'a,b\n1,"2" x\n', 't.csv:2: reading a quoted field: expected a delimiter after'],
  ])('says where and what is wrong: %s', async (_, text, message) => {
    const error = await failure(() => parseCsv(text, { source: 't.csv' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
  });

  test('refuses bytes that are not UTF-8', async () => {
    const error = await failure(() => parseCsv(new Uint8Array([0x61, 0xff, 0xfe]), { source: 'x.csv' }));
    expect(error.message).toContain('x.csv: reading text: expected UTF-8');
  });

  test('reads back whatever was written with quotes', async () => {
    const cell = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\r\n?/g, '\n'));
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(rows, async (rows) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = ['first,second', ...rows.map((row) => row.map(quote).join(','))].join('\r\n');
        const { columns } = await parseCsv(text);
        expect(columns.map(({ values }) => values)).toEqual([rows.map(([a]) => a), rows.map(([, b]) => b)]);
      }),
    );
  });

  test('either reads any text or says in a DataError why not', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '1', ',', ';', '"', '\n', '\r', ' ', '\t') });
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        await parseCsv(text).catch((error) => expect(error).toBeInstanceOf(DataError));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readCsv', () => {
  test('names a file that is not there', async () => {
    const error = await failure(() => readCsv('no/such/file.csv'));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('no/such/file.csv: opening the file');
  });

  test('reads a file from disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pellucid-'));
    try {
      await writeFile(join(folder, 'a.csv'), 'a\n1\n');
      expect(await readCsv(join(folder, 'a.csv'))).toMatchObject({ rows: 1, source: 'a.csv' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  // The copy that scikit-learn ships: its first line holds counts and class names, and serves as header.
  const iris = '../shared/data/iris.csv';
  test.skipIf(!existsSync(iris))('reads the Iris file with its header of counts', async () => {
    const { columns, rows } = await readCsv(iris);
    expect(rows).toBe(150);
    expect(columns.map(({ name }) => name)).toEqual(['150', '4', 'setosa', 'versicolor', 'virginica']);
  });
});
