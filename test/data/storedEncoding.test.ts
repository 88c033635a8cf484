import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Encoding } from '../../src/data/encoding.ts';
import { readEncoding } from '../../src/data/storedEncoding.ts';
import { DataError } from '../../src/graph/errors.ts';

const encoding: Encoding = {
  inputs: [
    { kind: 'numeric', column: 'age', mean: 20, deviation: 8, indicator: true },
    { kind: 'category', column: 'colour', categories: ['', 'red'] },
  ],
  target: { kind: 'classes', column: 'species', classes: ['cat', 'dog', 'eel'] },
};

test('an encoding survives being stored', () => {
  expect(readEncoding(JSON.parse(JSON.stringify(encoding)))).toEqual(encoding);
});

test.each([
  ['inputs', { ...encoding, inputs: {} }],
  ['inputs[0].kind', { ...encoding, inputs: [{ kind: 'text', column: 'a' }] }],
  ['inputs[0].deviation', { ...encoding, inputs: [{ kind: 'numeric', column: 'a', mean: 0, deviation: 0 }] }],
  [
    'inputs[0].categories',
    { ...encoding, inputs: [{ kind: 'category', column: 'a', categories: ['x', 'x'] }] },
  ],
  ['target.classes', { ...encoding, target: { kind: 'binary', column: 'a', classes: ['x'] } }],
  ['target.kind', { ...encoding, target: { kind: 'ranks', column: 'a' } }],
  ['target', { inputs: [] }],
])('a damaged one is refused with the path %s', (path, damaged) => {
  expect(() => readEncoding(damaged, 'model.keras')).toThrow(
    `model.keras: reading ${path} of a stored encoding`,
  );
});

test('any JSON is an encoding or a DataError', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        readEncoding(value);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
      }
    }),
  );
});
