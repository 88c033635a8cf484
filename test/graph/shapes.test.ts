import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as build from '../../src/graph/build.ts';
import { ArgumentError, DtypeError, PellucidError, ShapeError } from '../../src/graph/errors.ts';
import { input, make, scalar } from '../../src/graph/graph.ts';
import { ndarray } from '../../src/graph/ndarray.ts';
import { broadcastShapes, typeText } from '../../src/graph/shapes.ts';

const float = (...shape: number[]) => input('float32', shape);
const int = (...shape: number[]) => input('int32', shape);
const bool = (...shape: number[]) => input('bool', shape);
const key = () => input('uint32', [2]);

describe('shapes and dtypes of results', () => {
  test.each([
    ['exp', build.exp(float(2, 3)), 'float32[2, 3]'],
    ['neg of integers', build.neg(int(2)), 'int32[2]'],
    ['add', build.add(float(4, 1), float(3)), 'float32[4, 3]'],
    ['less', build.less(int(2), int(2)), 'bool[2]'],
    ['equal of truth values', build.equal(bool(2), bool(2)), 'bool[2]'],
    ['where', build.where(bool(2, 1), float(3), float()), 'float32[2, 3]'],
    ['cast', build.cast(float(2), 'int32'), 'int32[2]'],
    ['sum', build.sum(float(2, 3, 4), [0, 2]), 'float32[1, 3, 1]'],
    ['reduceMax', build.reduceMax(int(2, 3), [1]), 'int32[2, 1]'],
    ['matmul', build.matmul(float(5, 1, 2, 3), float(4, 3, 6)), 'float32[5, 4, 2, 6]'],
    ['reshape', build.reshape(float(2, 3), [3, 1, 2]), 'float32[3, 1, 2]'],
    ['permute', build.permute(float(2, 3, 4), [2, 0, 1]), 'float32[4, 2, 3]'],
    ['broadcast', build.broadcast(float(3, 1), [2, 3, 4]), 'float32[2, 3, 4]'],
    ['slice', build.slice(float(4, 5), [1, 2], [2, 3]), 'float32[2, 3]'],
    ['pad', build.pad(bool(2, 3), [1, 0], [0, 2]), 'bool[3, 5]'],
    ['gather', build.gather(float(9, 4), int(2, 3)), 'float32[2, 3, 4]'],
    ['scatterAdd', build.scatterAdd(int(2, 3), float(2, 3, 4), 9), 'float32[9, 4]'],
    ['iota', build.iota([2, 3], 1, 'uint32'), 'uint32[2, 3]'],
    ['uniform', build.uniform(key(), scalar(0, 'uint32'), [5]), 'float32[5]'],
    ['lengths of zero', build.sum(build.add(float(0, 3), float(3)), [0]), 'float32[1, 3]'],
  ])('%s', (_, node, type) => {
    expect(typeText(node)).toBe(type);
  });
});

describe('errors say what was asked, expected and received, and what to do', () => {
  const message = (body: () => unknown): string => {
    try {
      body();
    } catch (error) {
      if (error instanceof PellucidError) return `${error.name}: ${error.message}`;
      throw error;
    }
    return 'no error';
  };

  test('of shapes', () => {
    expect(message(() => build.add(float(2, 3), float(4)))).toMatchInlineSnapshot(
      `"ShapeError: add of [2, 3] and [4]: expected equal lengths at axis 1, or one of them 1, found 3 and 4."`,
    );
    expect(message(() => build.matmul(float(2, 3), float(4, 5)))).toMatchInlineSnapshot(
      `"ShapeError: matmul of [2, 3] and [4, 5]: expected the last axis of the first (3) to be as long as the last but one of the second, found 4. Transpose one of them, or change the number of units."`,
    );
    expect(message(() => build.matmul(float(3), float(3, 5)))).toMatchInlineSnapshot(
      `"ShapeError: matmul of [3] and [3, 5]: expected two arrays of at least two axes."`,
    );
    expect(message(() => build.reshape(float(2, 3), [4, 2]))).toMatchInlineSnapshot(
      `"ShapeError: reshape of [2, 3] to [4, 2]: expected 6 elements, found 8."`,
    );
    expect(message(() => build.permute(float(2, 3), [0, 0]))).toMatchInlineSnapshot(
      `"ShapeError: permute of [2, 3]: expected each axis 0 … 1 once, found [0, 0]."`,
    );
    expect(message(() => build.broadcast(float(2, 3), [3, 3]))).toMatchInlineSnapshot(
      `"ShapeError: broadcast of [2, 3] and [3, 3]: expected equal lengths at axis 0, or one of them 1, found 2 and 3."`,
    );
    expect(message(() => build.slice(float(4), [2], [3]))).toMatchInlineSnapshot(
      `"ShapeError: slice of [4]: expected a box inside of it, found size [3] at [2]."`,
    );
    expect(message(() => build.pad(float(4), [-1], [0]))).toMatchInlineSnapshot(
      `"ShapeError: pad of [4]: expected two counts ≥ 0 for each axis, found [-1] and [0]."`,
    );
    expect(message(() => build.scatterAdd(int(4), float(3, 2), 5))).toMatchInlineSnapshot(
      `"ShapeError: scatterAdd: expected updates of [4, …], found [3, 2]."`,
    );
    expect(message(() => build.gather(float(), int(2)))).toMatchInlineSnapshot(
      `"ShapeError: gather: expected a table of at least one axis, found a scalar."`,
    );
    expect(
      message(() => build.uniform(input('uint32', [3]), scalar(0, 'uint32'), [2])),
    ).toMatchInlineSnapshot(`"ShapeError: key of uniform: expected uint32[2], found uint32[3]."`);
    expect(message(() => ndarray(Float32Array.of(1, 2, 3), [2, 2]))).toMatchInlineSnapshot(
      `"ShapeError: array of shape [2, 2]: expected 4 numbers, found 3."`,
    );
  });

  test('of dtypes', () => {
    expect(message(() => build.add(float(2), int(2)))).toMatchInlineSnapshot(
      `"DtypeError: add: expected two of the same dtype, found float32 and int32. Cast one of them."`,
    );
    expect(message(() => build.exp(int(2)))).toMatchInlineSnapshot(
      `"DtypeError: exp: expected float32 or float64, found int32. Cast one of them."`,
    );
    expect(message(() => build.add(bool(2), bool(2)))).toMatchInlineSnapshot(
      `"DtypeError: add: expected numbers, found bool. Cast one of them."`,
    );
    expect(message(() => build.where(float(2), 1, 2))).toMatchInlineSnapshot(
      `"DtypeError: where: expected a condition of bool, found float32. Cast one of them."`,
    );
    expect(message(() => build.matmul(int(2, 2), int(2, 2)))).toMatchInlineSnapshot(
      `"DtypeError: matmul: expected two of the same floating dtype, found int32 and int32. Cast one of them."`,
    );
    expect(message(() => build.gather(float(2), float(2)))).toMatchInlineSnapshot(
      `"DtypeError: gather: expected int32 indices, found float32. Cast one of them."`,
    );
  });

  test('of arguments', () => {
    expect(message(() => build.sum(float(2, 3), [2]))).toMatchInlineSnapshot(
      `"ArgumentError: sum over axes [2]: expected different axes of [2, 3]."`,
    );
    expect(message(() => build.sum(float(2, 3), [1, 1]))).toMatchInlineSnapshot(
      `"ArgumentError: sum over axes [1, 1]: expected different axes of [2, 3]."`,
    );
    expect(message(() => build.iota([3], 1, 'int32'))).toMatchInlineSnapshot(
      `"ArgumentError: iota over axes [1]: expected different axes of [3]."`,
    );
    expect(message(() => make('where', [bool(2)], {}))).toMatchInlineSnapshot(
      `"ArgumentError: where: expected 3 inputs, found 1."`,
    );
  });

  test('the parts are fields, and each kind a class of its own', () => {
    const caught = (body: () => unknown) => {
      try {
        body();
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const shape = caught(() => build.matmul(float(2, 3), float(4, 5)));
    expect(shape).toBeInstanceOf(ShapeError);
    expect(shape).toMatchObject({ asked: 'matmul of [2, 3] and [4, 5]', received: '4' });
    expect(caught(() => build.exp(int(2)))).toBeInstanceOf(DtypeError);
    expect(caught(() => build.sum(float(2), [1]))).toBeInstanceOf(ArgumentError);
  });
});

describe('broadcastShapes', () => {
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const both = (a: readonly number[], b: readonly number[]) => {
    try {
      return broadcastShapes('test', a, b);
    } catch (error) {
      if (error instanceof ShapeError) return undefined;
      throw error;
    }
  };

  test('takes two lengths that are equal or of which one is 1, counted from the last axis, and no others', () => {
    let fitted = 0;
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        const rank = Math.max(a.length, b.length);
        const pairs = Array.from(
          { length: rank },
          (_, i) => [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1] as const,
        );
        const fits = pairs.every(([left, right]) => left === right || left === 1 || right === 1);
        const result = both(a, b);
        expect(result !== undefined).toBe(fits);
        if (!result) return;
        fitted++;
        expect(result).toEqual(pairs.map(([left, right]) => (left === 1 ? right : left)));
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(fitted).toBeGreaterThan(200);
  });

  test('does not care about order or grouping, and a scalar changes nothing', () => {
    fc.assert(
      fc.property(shapes, shapes, shapes, (a, b, c) => {
        expect(both(a, b)).toEqual(both(b, a));
        expect(both(a, [])).toEqual(a);
        expect(both(a, a)).toEqual(a);
        const [ab, bc] = [both(a, b), both(b, c)];
        const [left, right] = [ab && both(ab, c), bc && both(a, bc)];
        if (left && right) expect(left).toEqual(right);
      }),
      { numRuns: 1000, seed: 2 },
    );
  });
});
