import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../src/data/csv.ts';
import { encodeInputs, featureNames, fitEncoding } from '../../src/data/encoding.ts';
import { decodePredictions, encodeTarget } from '../../src/data/target.ts';
import { DataError } from '../../src/graph/errors.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { failure } from './failure.ts';

const table = await parseCsv(
  [
    'age,colour,name,species',
    '10,red,a,cat',
    '20,,b,dog',
    '30,blue,c,cat',
    'NA,red,d,eel',
    '50,pink,e,dog',
  ].join('\n'),
  { source: 't.csv' },
);
const training = [0, 1, 2, 3];
const encoding = fitEncoding(table, { rows: training });

describe('fitEncoding', () => {
  test('learns from the training rows only', () => {
    expect(encoding.inputs).toEqual([
      { kind: 'numeric', column: 'age', mean: 20, deviation: Math.sqrt(200 / 3), indicator: true },
      { kind: 'category', column: 'colour', categories: ['', 'blue', 'red'] },
    ]);
  });

  test('knows the classes of all rows, numbers in their own order', async () => {
    const numbered = await parseCsv(
      `x,y\n${[10, 9, 2, 10, 9, 2, 10, 9, 2, 10, 9, 2].map((y, i) => `${i * i},${y}`).join('\n')}`,
    );
    expect(fitEncoding(numbered, { rows: [0] }).target).toMatchObject({ classes: ['2', '9', '10'] });
  });

  test('is plain data that survives JSON', () => {
    const copy = JSON.parse(JSON.stringify(encoding));
    expect(copy).toEqual(encoding);
    expect(encodeInputs(copy, table)).toEqual(encodeInputs(encoding, table));
  });

  test('leaves numbers that are all the same at 0', async () => {
    const flat = await parseCsv('x,z,y\n0.1,1,a\n0.1,2,b\n0.1,3,a\n5,4,b');
    const fitted = fitEncoding(flat, { rows: [0, 1, 2] });
    expect(encodeInputs(fitted, flat, [0]).data[0]).toBeCloseTo(0);
    expect(fitted.inputs[0]).toMatchObject({ deviation: 1 });
  });

  test('refuses no training rows', () => {
    expect(() => fitEncoding(table, { rows: [] })).toThrow('expected at least one training row');
  });
});

describe('encodeInputs', () => {
  const x = encodeInputs(encoding, table);
  const row = (i: number) => Array.from(x.data.subarray(i * 5, i * 5 + 5));

  test('names a feature for every column of the result', () => {
    expect(featureNames(encoding)).toEqual([
      'age',
      'age missing',
      'colour = (missing)',
      'colour = blue',
      'colour = red',
    ]);
    expect(x.shape).toEqual([5, 5]);
  });

  test('standardises numbers to mean 0 and variance 1 over the training rows', () => {
    const ages = [0, 1, 2].map((i) => row(i)[0] ?? Number.NaN);
    expect(ages.reduce((sum, z) => sum + z)).toBeCloseTo(0);
    expect(ages.reduce((sum, z) => sum + z * z, 0) / 3).toBeCloseTo(1);
  });

  test('gives a missing number the mean and marks it', () => {
    expect(row(3).slice(0, 2)).toEqual([0, 1]);
    expect(row(0)[1]).toBe(0);
  });

  test('marks the category, missing being one of them, and none for one that is not known', () => {
    expect([0, 1, 2, 4].map((i) => row(i).slice(2))).toEqual([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  test('keeps the order of the rows asked for', () => {
    expect(Array.from(encodeInputs(encoding, table, [2, 0]).data)).toEqual([...row(2), ...row(0)]);
  });

  test('finds its columns by name in a table for prediction', async () => {
    const other = await parseCsv('colour,age\nred,10');
    expect(Array.from(encodeInputs(encoding, other).data)).toEqual(row(0));
  });

  test('says which column a table for prediction lacks', async () => {
    const other = await parseCsv('Age,colour\n10,red', { source: 'new.csv' });
    const error = await failure(() => encodeInputs(encoding, other));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(
      'new.csv: reading the columns the model was trained on: expected one named "age"',
    );
  });

  test('names the place of a stray text in a table for prediction', async () => {
    const other = await parseCsv('age,colour\n10,red\nold,red', { source: 'new.csv' });
    expect((await failure(() => encodeInputs(encoding, other))).message).toContain('new.csv:3:1');
  });
});

describe('targets', () => {
  const fitted = async (cells: readonly string[]) => {
    const table = await parseCsv(`x,y\n${cells.map((cell, i) => `${i * i},${cell}`).join('\n')}`, {
      source: 't.csv',
    });
    return { table, encoding: fitEncoding(table) };
  };

  test('three classes become their indices', () => {
    expect(encodeTarget(encoding, table)).toEqual(ndarray(Int32Array.of(0, 1, 0, 2, 1)));
  });

  test('two classes become 0 and 1 in one column', async () => {
    const { table, encoding } = await fitted(['yes', 'no', 'yes']);
    expect(encodeTarget(encoding, table)).toEqual(ndarray(Float32Array.of(1, 0, 1), [3, 1]));
  });

  test('a class of whole numbers may be written in several ways', async () => {
    const { table, encoding } = await fitted(['0', '1.0', '1', '-0']);
    expect(Array.from(encodeTarget(encoding, table).data)).toEqual([0, 1, 1, 0]);
  });

  test('numbers are standardised, and decoded to where they were', async () => {
    const { table, encoding } = await fitted(['1.5', '2.5', '6.5']);
    const y = encodeTarget(encoding, table);
    expect(y.shape).toEqual([3, 1]);
    const decoded = decodePredictions(encoding, y);
    if (decoded.kind !== 'regression') throw new Error('it should be a regression');
    expect(decoded.values.map((value) => value.toFixed(5))).toEqual(['1.50000', '2.50000', '6.50000']);
  });

  test('an unknown class is named with its place', async () => {
    const other = await parseCsv('species\ncat\ncatt', { source: 'new.csv' });
    const error = await failure(() => encodeTarget(encoding, other));
    expect(error.message).toContain('new.csv:3:1: reading a class in column "species"');
    expect(error.message).toContain('Did you mean "cat"?');
  });

  test('the most probable class is decoded', () => {
    const predictions = ndarray(Float32Array.of(0.125, 0.25, 0.625, 0.5, 0.25, 0.25), [2, 3]);
    expect(decodePredictions(encoding, predictions)).toEqual({
      kind: 'classes',
      names: ['eel', 'cat'],
      probabilities: [0.625, 0.5],
    });
  });

  test('a probability of the second class is decoded', async () => {
    const { encoding } = await fitted(['yes', 'no', 'yes']);
    expect(decodePredictions(encoding, ndarray(Float32Array.of(0.25, 0.75), [2, 1]))).toEqual({
      kind: 'classes',
      names: ['no', 'yes'],
      probabilities: [0.75, 0.75],
    });
  });

  test('predictions of another width are refused', () => {
    expect(() => decodePredictions(encoding, ndarray(new Float32Array(4), [2, 2]))).toThrow(
      'expected the shape [rows, 3]',
    );
  });
});
