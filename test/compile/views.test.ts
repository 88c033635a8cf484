import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import {
  contiguous,
  isDense,
  type MovementNode,
  move,
  reshapeView,
  type View,
  viewText,
} from '../../src/compile/views.ts';
import * as build from '../../src/graph/build.ts';
import { input } from '../../src/graph/graph.ts';
import { type Shape, sizeOf } from '../../src/graph/ndarray.ts';
import { MOVEMENT, type Node } from '../../src/graph/ops.ts';
import { indicesOf } from '../support/plain.ts';

const LARGEST = 400;

/** A movement, drawn before the shape it will be applied to is known: numbers choose among what is possible. */
interface Move {
  readonly kind: 'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad';
  readonly choices: readonly number[];
}

const moves = fc.array(
  fc.record({
    kind: fc.constantFrom('reshape', 'permute', 'broadcast', 'slice', 'pad'),
    choices: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  }) satisfies fc.Arbitrary<Move>,
  { minLength: 1, maxLength: 7 },
);
const shapes = fc
  .array(fc.constantFrom(1, 2, 3, 4, 6), { minLength: 0, maxLength: 4 })
  .filter((shape) => sizeOf(shape) <= LARGEST);

/** The divisors of a size, from which a shape of that size is made. */
function factored(size: number, choices: readonly number[]): number[] {
  const shape: number[] = [];
  let rest = size;
  for (const choice of choices.slice(0, 5)) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((n) => rest % n === 0);
    const length = divisors[choice % divisors.length] ?? 1;
    shape.push(length);
    rest /= length;
  }
  if (rest > 1) shape.push(rest);
  return shape;
}

function applied(x: Node, { kind, choices }: Move): Node {
  const { shape } = x;
  const choice = (i: number, count: number) => (choices[i] ?? 0) % count;
  switch (kind) {
    case 'reshape':
      return build.reshape(x, factored(sizeOf(shape), choices));
    case 'permute': {
      const order = shape.map((_, axis) => axis).sort((a, b) => choice(a, 1001) - choice(b, 1001));
      return build.permute(x, order);
    }
    case 'broadcast': {
      const stretched = shape.map((length, axis) => (length === 1 ? 1 + choice(axis, 3) : length));
      const full = choice(8, 3) === 0 ? [2, ...stretched] : stretched;
      return sizeOf(full) > LARGEST ? x : build.broadcast(x, full);
    }
    case 'slice': {
      const start = shape.map((length, axis) => choice(axis, length));
      return build.slice(
        x,
        start,
        shape.map((length, axis) => 1 + choice(axis + 6, length - (start[axis] ?? 0))),
      );
    }
    case 'pad': {
      const before = shape.map((_, axis) => choice(axis, 3));
      const padded = build.pad(
        x,
        before,
        shape.map((_, axis) => choice(axis + 6, 3)),
      );
      return sizeOf(padded.shape) > LARGEST ? x : padded;
    }
  }
}

/** The movements between `from` and `node`, first to last: constructors leave out those that do nothing. */
function chainTo(node: Node, from: Node): MovementNode[] {
  if (node === from) return [];
  if (!MOVEMENT.has(node.op)) throw new Error(`${node.op} is no movement`);
  return [...chainTo(node.inputs[0] as Node, from), node as MovementNode];
}

/** What a view reads of the numbers 1, 2, 3, …: zeros where an index is out of its range. */
function readThrough(view: View): number[] {
  return indicesOf(view.shape).map((index) => {
    const inside = index.every((i, axis) => {
      const range = view.valid[axis];
      return !range || (i >= range.low && i < range.high);
    });
    return inside ? 1 + index.reduce((at, i, axis) => at + i * (view.strides[axis] ?? 0), view.offset) : 0;
  });
}

const counting = (shape: Shape) => Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);

describe('a chain of movements', () => {
  test('reads through its view what the reference computes, as far as strides can say it', () => {
    let said = 0;
    let moved = 0;
    fc.assert(
      fc.property(shapes, moves, (shape, chain) => {
        const leaf = input('float32', shape);
        const value = { dtype: 'float32' as const, shape, data: counting(shape) };
        let view: View | undefined = contiguous(shape);
        for (const node of chainTo(chain.reduce(applied, leaf as Node), leaf)) {
          moved++;
          view = move(view, node);
          if (!view) return;
          said++;
          const [expected] = evaluate([node], new Map([[leaf, value]]));
          expect(view.shape).toEqual(node.shape);
          expect(readThrough(view)).toEqual([...(expected?.data ?? [])]);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
    // Giving up always would pass the above.
    expect(said / moved).toBeGreaterThan(0.7);
  });

  test('never reads outside of the array where indices are in range', () => {
    fc.assert(
      fc.property(shapes, moves, (shape, chain) => {
        const leaf = input('float32', shape);
        let view: View | undefined = contiguous(shape);
        for (const node of chainTo(chain.reduce(applied, leaf as Node), leaf)) {
          view = move(view, node);
          if (!view) return;
          for (const number of readThrough(view)) {
            expect(number).toBeGreaterThanOrEqual(0);
            expect(number).toBeLessThanOrEqual(sizeOf(shape));
          }
        }
      }),
      { numRuns: 1000, seed: 2 },
    );
  });

  test('is called dense only if it reads the array from its start in order', () => {
    let dense = 0;
    fc.assert(
      fc.property(shapes, moves, (shape, chain) => {
        const leaf = input('float32', shape);
        let view: View | undefined = contiguous(shape);
        for (const node of chainTo(chain.reduce(applied, leaf as Node), leaf))
          view = view && move(view, node);
        if (!view) return;
        const inOrder = readThrough(view).every((number, i) => number === i + 1);
        if (isDense(view)) {
          dense++;
          expect(inOrder).toBe(true);
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
    expect(dense).toBeGreaterThan(20);
  });

  test('any one movement of a dense array can be said by strides', () => {
    fc.assert(
      fc.property(shapes, moves, (shape, [first]) => {
        const leaf = input('float32', shape);
        const node = applied(leaf, first as Move);
        if (node !== leaf) expect(move(contiguous(shape), node as MovementNode)).toBeDefined();
      }),
      { numRuns: 1000, seed: 4 },
    );
  });
});

describe('reshapeView', () => {
  const transposed = (shape: Shape): View => {
    const node = build.transpose(input('float32', shape));
    return move(contiguous(shape), node as MovementNode) as View;
  };

  test('splits and joins axes that are one run in memory', () => {
    expect(reshapeView(contiguous([6, 4]), [2, 3, 4])?.strides).toEqual([12, 4, 1]);
    expect(reshapeView(contiguous([2, 3, 4]), [6, 4])?.strides).toEqual([4, 1]);
    expect(reshapeView(transposed([4, 6]), [2, 3, 4])?.strides).toEqual([3, 1, 6]);
  });

  test('gives up where a new axis would need two strides', () => {
    expect(reshapeView(transposed([4, 6]), [24])).toBeUndefined();
  });

  test('adds and drops axes of length 1 of a padded view, and no more', () => {
    const padded = move(
      contiguous([2, 3]),
      build.pad(input('float32', [2, 3]), [0, 1], [0, 1]) as MovementNode,
    ) as View;
    expect(reshapeView(padded, [1, 2, 1, 5])?.valid[3]).toEqual({ low: 1, high: 4 });
    expect(reshapeView(padded, [10])).toBeUndefined();
  });
});

test('the text of a view shows shape, strides, offset and padded axes', () => {
  const leaf = input('float32', [4, 6]);
  const nodes = chainTo(build.pad(build.slice(build.transpose(leaf), [1, 0], [3, 4]), [2, 0], [0, 1]), leaf);
  const view = nodes.reduce((from, node) => move(from, node) as View, contiguous([4, 6]));
  expect(viewText(view)).toMatchInlineSnapshot(`"[5×5] strides (1, 6) from -1 axis 0 in 2…5, axis 1 in 0…4"`);
});
