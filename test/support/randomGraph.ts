import * as build from '../../src/graph/build.ts';
import { type Dtype, encode } from '../../src/graph/dtypes.ts';
import { input } from '../../src/graph/graph.ts';
import { type NDArray, type Shape, sizeOf } from '../../src/graph/ndarray.ts';
import type { Node, Windowing } from '../../src/graph/ops.ts';
import { broadcastShapes } from '../../src/graph/shapes.ts';
import { RandomStream } from '../../src/graph/threefry.ts';

export interface RandomGraph {
  readonly outputs: Node[];
  readonly bindings: Map<Node, NDArray>;
}

const OPERATIONS = 12;
/** What most graphs are of. */
const SINGLE: readonly Floating[] = ['float32'];
/** All floats that vectors hold. */
export const NARROW: readonly Floating[] = ['float16', 'bfloat16', 'float32'];

type Floating = 'float16' | 'bfloat16' | 'float32';

/**
 * A seeded graph of operations whose values stay moderate, so that rounding differences stay small.
 *
 * @param dtypes the types of numbers, of one as float32 alone, or of several that are cast to each other
 */
export function randomGraph(seed: number, dtypes = SINGLE): RandomGraph {
  const random = new RandomStream(seed);
  const bindings = new Map<Node, NDArray>();
  const nodes: Node[] = [];
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T;
  const leaf = (shape: Shape, dtype: Dtype): Node => {
    const numbers = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-2, 2));
    const node = input(dtype, shape);
    bindings.set(node, { dtype, shape, data: encode(numbers, dtype) });
    return node;
  };
  const anyType = () => (dtypes.length > 1 ? pick(dtypes) : (dtypes[0] as Floating));
  const lengths = [1, 2, 3, 4, 5, 7, 8, 10, 17];
  for (let i = 0; i < 3; i++)
    nodes.push(
      leaf(
        Array.from({ length: 1 + random.integer(3) }, () => pick(lengths)),
        anyType(),
      ),
    );
  for (let i = 0; i < OPERATIONS; i++) {
    const made = step(random, pick, nodes, leaf);
    nodes.push(dtypes.length > 1 && random.uniform() < 0.3 ? build.cast(made, pick(dtypes)) : made);
  }
  const outputs = [nodes.at(-1) as Node, ...nodes.slice(3, -1).filter(() => random.uniform() < 0.25)];
  return { outputs, bindings };
}

function step(
  random: RandomStream,
  pick: <T>(items: readonly T[]) => T,
  nodes: readonly Node[],
  leafOf: (shape: Shape, dtype: Dtype) => Node,
): Node {
  const x = pick(nodes.slice(-6));
  const rank = x.shape.length;
  const axes = x.shape.flatMap((_, axis) => (random.uniform() < 0.5 ? [axis] : []));
  const bounded = build.tanh(x);
  const partner = build.cast(pick(nodes.slice(-6)), x.dtype);
  const leaf = (shape: Shape) => leafOf(shape, x.dtype);
  switch (
    pick([
      'unary',
      'binary',
      'binary',
      'where',
      'sum',
      'max',
      'matmul',
      'reshape',
      'permute',
      'slice',
      'pad',
      'concat',
      'concat',
      'steps',
      'broadcast',
      'gather',
      'scatter',
      'flip',
      'window',
      'unwindow',
    ])
  ) {
    case 'unary':
      return pick([
        () => build.neg(x),
        () => bounded,
        () => build.exp(bounded),
        () => build.log(build.add(build.mul(x, x), 0.5)),
        () => build.sqrt(build.add(build.mul(x, x), 0.1)),
        () => build.sin(x),
        () => build.erf(x),
        () => build.log1p(build.mul(x, x)),
        () => build.expm1(bounded),

        () => build.cast(build.cast(x, 'int32'), x.dtype),
      ])();
    case 'binary': {
      const other = isBroadcastable(x.shape, partner.shape)
        ? partner
        : leaf(x.shape.map((n) => (random.uniform() < 0.3 ? 1 : n)));
      return pick([
        () => build.add(x, other),
        () => build.mul(bounded, other),
        () => build.max(x, other),
        () => build.div(bounded, build.add(build.mul(other, other), 0.5)),
        () => build.add(build.mul(x, 0.5), other),
      ])();
    }
    case 'where':
      return build.where(build.less(x, 0.25), build.mul(x, 0.5), build.exp(build.neg(build.max(x, 0))));
    case 'sum':
      return build.mul(build.sum(x, axes), 1 / Math.max(1, axes.length));
    case 'max':
      return build.reduceMax(x, axes);
    case 'matmul': {
      const left = rank >= 2 ? bounded : build.reshape(bounded, [1, sizeOf(x.shape)]);
      const depth = left.shape.at(-1) ?? 1;
      const right = leaf(random.uniform() < 0.5 ? [depth, pick([1, 2, 5, 8, 12])] : [pick([1, 3, 9]), depth]);
      const scaled = build.mul(right, 1 / Math.sqrt(depth));
      return build.matmul(
        left,
        right.shape[0] === depth &&
          right.shape.length === 2 &&
          random.uniform() < 2 &&
          right.shape[0] === left.shape.at(-1)
          ? scaled
          : build.transpose(scaled),
      );
    }
    case 'reshape':
      return build.reshape(
        x,
        random.uniform() < 0.5 ? [sizeOf(x.shape)] : [...x.shape.slice(1), x.shape[0] ?? 1],
      );
    case 'permute': {
      const order = [...random.permutation(rank)];
      return build.permute(x, order);
    }
    case 'slice': {
      const start = x.shape.map((n) => random.integer(Math.ceil(n / 2)));
      return build.slice(
        x,
        start,
        x.shape.map((n, axis) => Math.max(1, n - (start[axis] ?? 0) - random.integer(2))),
      );
    }
    case 'pad':
      if (sizeOf(x.shape) > 3000) return x;
      return build.pad(
        x,
        x.shape.map(() => random.integer(3)),
        x.shape.map(() => random.integer(3)),
      );
    case 'concat': {
      if (sizeOf(x.shape) > 1500) return x;
      const axis = random.integer(rank);
      const order = x.shape.map((_, at) => at);
      // Turned twice, the middle one: a part that lies elsewhere than it is computed.
      const turned = build.permute(build.sin(build.permute(x, order.toReversed())), order.toReversed());
      const parts = [x, bounded, build.mul(x, 0.5), turned, build.broadcast(build.mul(x, 0), x.shape)];
      return build.concat(
        [...random.permutation(parts.length)].slice(0, 2 + random.integer(3)).map((at) => parts[at] as Node),
        axis,
      );
    }
    case 'steps': {
      // What backpropagation through time looks like: slices, each added to what came before, joined again.
      const rows = x.shape[0] ?? 1;
      if (rows > 8) return x;
      let state = build.mul(build.slice(x, rowStart(x), [1, ...x.shape.slice(1)]), 0.5);
      const states = Array.from({ length: rows }, (_, row) => {
        const slice = build.slice(x, rowStart(x, row), [1, ...x.shape.slice(1)]);
        state = build.tanh(build.add(state, slice));
        return state;
      });
      return build.concat(random.uniform() < 0.5 ? states : states.toReversed(), 0);
    }
    case 'broadcast':
      return sizeOf(x.shape) > 3000 ? x : build.broadcast(x, [2, ...x.shape]);
    case 'gather': {
      const rows = x.shape[0] ?? 1;
      return build.gather(x, indices(random, rows));
    }
    case 'flip':
      return build.flip(x, axes);
    case 'window':
      return sizeOf(x.shape) > 1500 ? x : build.window(x, windows(random, x.shape));
    case 'unwindow': {
      const windowing = windows(random, x.shape);
      const seen = build.window(x, windowing);
      const lengths = windowing.axes.map((axis) => x.shape[axis] ?? 1);
      return build.unwindow(build.mul(build.tanh(seen), leaf(seen.shape.map(() => 1))), windowing, lengths);
    }
    default: {
      const rows = x.shape[0] ?? 1;
      return build.scatterAdd(build.reshape(indices(random, 4, rows), [rows]), x, 4);
    }
  }
}

const rowStart = (x: Node, row = 0): number[] => x.shape.map((_, axis) => (axis === 0 ? row : 0));

/** Row numbers made from the graph's own counting, so that they need no binding. */
function indices(random: RandomStream, rows: number, count = 1 + random.integer(4)): Node {
  const scaled = build.mul(build.iota([count], 0, 'int32'), 1 + random.integer(3));
  return build.add(scaled, random.integer(rows) - 1);
}

function isBroadcastable(a: Shape, b: Shape): boolean {
  try {
    return sizeOf(broadcastShapes('test', a, b)) <= 4000;
  } catch {
    return false;
  }
}

/** Windows along one or two axes that fit the shape. */
function windows(random: RandomStream, shape: Shape): Windowing {
  const first = random.integer(shape.length);
  const axes = first + 1 < shape.length && random.uniform() < 0.6 ? [first, first + 1] : [first];
  const size = axes.map((axis) => 1 + random.integer(Math.min(3, shape[axis] ?? 1)));
  return {
    axes,
    size,
    strides: axes.map(() => 1 + random.integer(3)),
    dilations: axes.map((axis, i) =>
      (shape[axis] ?? 1) > 2 * ((size[i] ?? 1) - 1) ? 1 + random.integer(2) : 1,
    ),
  };
}
