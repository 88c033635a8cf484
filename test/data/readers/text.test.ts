import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../src/data/csv.ts';
import { streamCsv, streamJsonLines } from '../../../src/data/files.ts';
import { csvRows } from '../../../src/data/readers/csvRows.ts';
import { jsonLines, parseJsonLines } from '../../../src/data/readers/jsonLines.ts';
import { DataError } from '../../../src/graph/errors.ts';
import { failure } from '../failure.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** A text in pieces of bytes, cut in the middle of letters too. */
const pieces = (text: string, size: number) => {
  const bytes = encode(text);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
};

describe('JSON lines', () => {
  const text = '\ufeff{"x": [1, 2], "word": "größe €"}\r\n\n{"x": [3, 4]}\n[1, "a\\"[[", null]';
  const records = [{ x: [1, 2], word: 'größe €' }, { x: [3, 4] }, [1, 'a"[[', null]];

  test.each([1, 2, 3, 7, 1000])('are read from pieces of %i bytes', async (size) => {
    expect(await jsonLines(pieces(text, size)).toArray()).toEqual(records);
  });

  test('are read more than once, and turned into batches', async () => {
    const dataset = jsonLines(() => ['{"x": [1, 2], "y": 0}\n{"x": [3, 4], "y": 1}\n']);
    const examples = dataset.map((record) => record as { x: number[]; y: number });
    const [batch] = await examples.batch(2).toArray();
    expect([...(batch?.x.data ?? [])]).toEqual([1, 2, 3, 4]);
    expect(await examples.toArray()).toHaveLength(2);
  });

  test.each([
    ['broken JSON', '{"x": 1}\n\n{"x": }', 'file.jsonl:3'],
    ['a value over two lines', '{"x":\n1}', 'file.jsonl:1'],
    ['deep nesting', `1\n${'['.repeat(100)}`, 'file.jsonl:2:65'],
  ])('say where there is %s', async (_, broken, place) => {
    const error = await failure(() => parseJsonLines(broken, { source: 'file.jsonl' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(place);
  });

  test('refuse bytes that are no text, with the line', async () => {
    const error = await failure(() =>
      parseJsonLines(Uint8Array.of(0x31, 0x0a, 0x31, 0x0a, 0xff), { source: 'f' }),
    );
    expect(error.message).toContain('f:3: reading text: expected UTF-8');
  });

  test('refuse a line without end', async () => {
    const endless = function* () {
      for (;;) yield encode('x'.repeat(2 ** 20));
    };
    expect((await failure(() => jsonLines(endless).toArray())).message).toContain('a longer one');
  });
});

describe('rows of CSV', () => {
  const text = '\ufeff\nname;size\r\n"a; ""b""\nc";1\n\nd;\n';

  test.each([1, 2, 5, 1000])('are read from pieces of %i bytes', async (size) => {
    expect(await csvRows(pieces(text, size)).toArray()).toEqual([
      { name: 'a; "b"\nc', size: '1' },
      { name: 'd', size: '' },
    ]);
  });

  test('are those that parseCsv reads', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', '1'), maxLength: 6 });
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    const table = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const csv = `x,y\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}`;
        const { columns } = await parseCsv(csv);
        const streamed = await csvRows(pieces(csv, size)).toArray();
        expect(streamed.map(({ x }) => x)).toEqual(columns[0]?.values);
        expect(streamed.map(({ y }) => y)).toEqual(columns[1]?.values);
      }),
      { numRuns: 60 },
    );
  });

  test('of a file of many blocks all come, each once, and errors know their line', async () => {
    const rows = 8000;
    const lines = function* (last: string) {
      yield 'i,text\n';
      for (let i = 0; i < rows; i++) yield `${i},"line ${i}\nand another"\n`;
      yield last;
    };
    let next = 0;
    for await (const row of csvRows(() => lines(''))) {
      if (Number(row.i) !== next) throw new Error(`row ${row.i} instead of ${next}`);
      next++;
    }
    expect(next).toBe(rows);
    const error = await failure(() => csvRows(() => lines('1,2,3\n'), { source: 'big.csv' }).toArray());
    expect(error.message).toContain(`big.csv:${2 + 2 * rows}: reading a row: expected 2 fields`);
  });

  test.each([
    ['nothing', '', 't.csv: reading a table'],
    ['a name twice', 'a,a\n1,2', 't.csv:1:2'],
    ['an open quote', 'a,b\n1,"2\n3,4', 't.csv:2: reading a quoted field: expected a closing quote'],
    ['too few fields', 'a,b\n1,2\n3', 't.csv:3: reading a row'],
  ])('refuse %s', async (_, csv, message) => {
    const error = await failure(() => csvRows([csv], { source: 't.csv' }).toArray());
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
  });
});

describe('text files on disk', () => {
  test('are read again in each pass, and missing ones are named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pellucid-'));
    try {
      writeFileSync(join(folder, 'a.csv'), 'x\n1\n2\n');
      writeFileSync(join(folder, 'a.jsonl'), '1\n2\n');
      const rows = streamCsv(join(folder, 'a.csv'));
      expect(await rows.toArray()).toEqual([{ x: '1' }, { x: '2' }]);
      expect(await rows.toArray()).toHaveLength(2);
      expect(await streamJsonLines(join(folder, 'a.jsonl')).toArray()).toEqual([1, 2]);
      const error = await failure(() => streamCsv(join(folder, 'b.csv')).toArray());
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toContain('b.csv: opening the file');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
