import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inferColumns } from '../../src/data/columns.ts';
import { parseCsv } from '../../src/data/csv.ts';
import { readCsv } from '../../src/data/files.ts';
import { ArgumentError, DataError } from '../../src/graph/errors.ts';
import { failure } from './failure.ts';

const read = (lines: readonly string[]) => parseCsv(lines.join('\n'), { source: 't.csv' });
/** A table with the cells as column `a`, and a target. */
const column = (cells: readonly string[], name = 'a') =>
  read([`${name};b;y`, ...cells.map((cell, i) => `"${cell}";${i % 3};${i % 2 ? 'yes' : 'no'}`)].map(String));
/** A table with the cells as target. */
const target = (cells: readonly string[]) => read(['x,y', ...cells.map((cell, i) => `${i * i},${cell}`)]);
const repeat = (cells: readonly string[], times: number) => Array.from({ length: times }, () => cells).flat();

describe('inferColumns', () => {
  test.each([
    ['numeric', 'numbers', ['1', '-2.5', '+3e4', ' .5 ']],
    ['numeric', 'numbers and missing cells', ['1', 'NA', '', '?', 'nan', '7', 'null', '8']],
    ['category', 'repeated text', ['red', 'blue', 'red', 'blue']],
    ['category', 'mostly text', ['a', '1', 'b', 'a', 'c']],
    ['category', 'one text, sometimes missing', ['ill', '', 'ill', '']],
    ['constant', 'one number', ['5', '5.0', '5']],
    ['constant', 'nothing but missing cells', ['', 'NA', '?']],
    ['identifier', 'another text in every row', ['ann', 'bob', 'cy', 'di']],
    ['identifier', 'nearly another text in every row', Array.from({ length: 40 }, (_, i) => `n${i % 30}`)],
  ])('takes as %s a column of %s', async (kind, _, cells) => {
    const { columns } = inferColumns(await column(cells));
    expect(columns[0]).toMatchObject({ name: 'a', kind });
  });

  test('takes a count of rows as identifier only where the name says so', async () => {
    const cells = ['1', '2', '3', '4'];
    const kinds = await Promise.all(
      ['', 'ID', 'index', 'time'].map(
        async (name) => inferColumns(await column(cells, name)).columns[0]?.kind,
      ),
    );
    expect(kinds).toEqual(['identifier', 'identifier', 'identifier', 'numeric']);
  });

  test('counts missing cells and different values', async () => {
    const { columns } = inferColumns(await column(['1', '', '1.0', '2']));
    expect(columns[0]).toMatchObject({ missing: 1, distinct: 2, role: 'input' });
  });

  test('takes numbers as a category when told to', async () => {
    const table = await column(['1', '2', '1', '2']);
    expect(inferColumns(table, { categories: ['a'] }).columns[0]?.kind).toBe('category');
  });

  test('names line, column and text of a stray cell among numbers', async () => {
    const error = await failure(async () => inferColumns(await column(['1', '2', 'abc'])));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(
      't.csv:4:1: reading a number in column "a": expected a number, as in the rest of the column, found "abc". ' +
        'Correct the cell, leave it empty if the value is missing, or read the column as a category.',
    );
  });

  test('explains a decimal comma', async () => {
    const error = await failure(async () => inferColumns(await column(['1', '2', '1,5'])));
    expect(error.message).toContain('Write decimals with a point.');
  });

  test.each(['inf', '-Infinity', '1e39'])('refuses %s among numbers', async (cell) => {
    const error = await failure(async () => inferColumns(await column(['1', '2', cell])));
    expect(error.message).toContain(`t.csv:4:1`);
    expect(error.message).toContain('expected a finite number');
  });

  test('suggests the nearest name for a target that is not there', async () => {
    const error = await failure(async () =>
      inferColumns(await read(['size,species', '1,a']), { target: 'Specis' }),
    );
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain('Did you mean "species"? There are: "size", "species".');
  });

  test('refuses a table without a column to learn from', async () => {
    const error = await failure(async () => inferColumns(await read(['name,y', 'ann,1', 'bob,2'])));
    expect(error.message).toContain('found "name" (identifier)');
  });
});

describe('the task', () => {
  test.each([
    ['binary', 'two texts', ['a', 'b', 'a']],
    ['classes', 'three texts', ['a', 'b', 'c', 'a']],
    ['binary', 'two whole numbers', ['-1', '1']],
    ['classes', 'few whole numbers, often', repeat(['0', '1', '2.0'], 5)],
    ['regression', 'few whole numbers, once each', ['1', '2', '3', '4']],
    [
      'regression',
      'many whole numbers',
      repeat(
        Array.from({ length: 21 }, (_, i) => `${i}`),
        5,
      ),
    ],
    ['regression', 'two broken numbers', ['0.5', '1', '0.5']],
  ])('is %s for %s', async (task, _, cells) => {
    expect(inferColumns(await target(cells)).task).toBe(task);
  });

  test('is what the user says', async () => {
    expect(inferColumns(await target(['1', '2', '1']), { task: 'regression' }).task).toBe('regression');
    expect(inferColumns(await target(['1', '2', '3']), { task: 'classes' }).task).toBe('classes');
    expect(inferColumns(await target(['1', '2', '3+']), { task: 'classes' }).task).toBe('classes');
  });

  test.each([
    [
      'a missing answer',
      ['1', '', '2'],
      't.csv:3:2: reading the target in column "y": expected a value in every',
    ],
    ['a single value', ['1', '1.0'], 't.csv:2: predicting "y": expected at least two different values'],
    [
      'as many texts as rows',
      Array.from({ length: 30 }, (_, i) => `t${i}`),
      'found 30 different values in 30 rows',
    ],
    ['a stray text', ['1.5', '2.5', 'x'], 't.csv:4:2: reading a number in column "y"'],
  ])('is refused for %s', async (_, cells, message) => {
    const error = await failure(async () => inferColumns(await target(cells)));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
  });

  test('is no regression of text', async () => {
    const error = await failure(async () => inferColumns(await target(['a', 'b']), { task: 'regression' }));
    expect(error).toBeInstanceOf(ArgumentError);
  });
});

const iris = '../shared/data/iris.csv';
test.skipIf(!existsSync(iris))('the Iris file is four numbers and three classes', async () => {
  const { columns, target, task } = inferColumns(await readCsv(iris));
  expect(columns.map(({ kind }) => kind)).toEqual(Array(5).fill('numeric'));
  expect({ target, task }).toEqual({ target: 'virginica', task: 'classes' });
});
