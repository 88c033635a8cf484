import { add, broadcast, concat, matmul, permute, reshape, slice, sum } from '../graph/build.ts';
import { scalar } from '../graph/graph.ts';
import type { Shape } from '../graph/ndarray.ts';
import type { Node, NodeOf } from '../graph/ops.ts';

/** From so many uses of a weight on, its gradient is one product of all of them instead of a sum of products. */
const MANY = 4;

/**
 * The sum of what flows back into one value from all its uses.
 *
 * Unrolled loops use one weight, and slices of one array, in every step. Added up one by one, each step would walk
 * the whole of both. Instead, shares of different slices are one array made of parts, Σ AₜBₜ is [A₁ A₂ …]·[B₁; B₂; …],
 * and Σ sum(xₜ) is the sum of all xₜ at once.
 *
 * @param shares in the order they came, the last use first
 */
export function accumulate(shares: readonly Node[]): Node {
  const [only] = shares;
  if (only && shares.length === 1) return only;
  const uses = shares.toReversed();
  return joinSlices(joinSums(joinProducts(uses))).reduceRight((total, share) => add(total, share));
}

/** Replaces those that `matches`, if there are enough of them, by one. */
function gather<T extends Node>(
  shares: readonly Node[],
  least: number,
  matches: (share: Node) => share is T,
  alike: (share: T) => string,
  join: (group: readonly T[]) => Node | undefined,
): readonly Node[] {
  const matching = shares.filter(matches);
  if (matching.length < least) return shares;
  const groups = new Map<string, T[]>();
  for (const share of matching) {
    const key = alike(share);
    const group = groups.get(key);
    if (group) group.push(share);
    else groups.set(key, [share]);
  }
  let left = [...shares];
  for (const group of groups.values()) {
    const joined = group.length < least ? undefined : join(group);
    if (!joined) continue;
    const gone = new Set<Node>(group);
    left = [...left.filter((share) => !gone.has(share)), joined];
  }
  return left;
}

const isProduct = (share: Node): share is NodeOf<'matmul'> =>
  share.op === 'matmul' && share.inputs.every(({ shape }) => shape.length === 2);

function joinProducts(shares: readonly Node[]): readonly Node[] {
  return gather(
    shares,
    MANY,
    isProduct,
    ({ shape }) => `${shape}`,
    (group) => {
      const side = (at: 0 | 1) => group.map(({ inputs }) => inputs[at] as Node);
      return matmul(join(side(0), 1), join(side(1), 0));
    },
  );
}

/** A sum over the first axis and perhaps others, with lengths of 1 dropped. */
const isSum = (share: Node): share is Node => {
  const total = underReshape(share);
  return total.op === 'sum' && total.attributes.axes.includes(0);
};

function joinSums(shares: readonly Node[]): readonly Node[] {
  const summed = (share: Node) => underReshape(share) as NodeOf<'sum'>;
  const alike = (share: Node) => {
    const { inputs, attributes } = summed(share);
    return `${inputs[0]?.shape.slice(1)}/${attributes.axes}/${share.shape}`;
  };
  return gather(shares, MANY, isSum, alike, (group) => {
    const [first] = group as readonly [Node];
    const parts = group.map((share) => summed(share).inputs[0] as Node);
    return reshape(sum(join(parts, 0), summed(first).attributes.axes), first.shape);
  });
}

function underReshape(share: Node): Node {
  return share.op === 'reshape' ? (share.inputs[0] as Node) : share;
}

/**
 * Parts one after another, seen through what all of them have in common: columns are rows turned round, and
 * neighbouring slices of one array are a slice of it.
 */
function join(parts: readonly Node[], axis: number): Node {
  const [first] = parts as readonly [Node];
  if (first.op === 'permute') {
    const { order } = first.attributes;
    const turned = parts.every((part) => part.op === 'permute' && `${part.attributes.order}` === `${order}`);
    if (turned)
      return permute(
        join(
          parts.map(({ inputs }) => inputs[0] as Node),
          order[axis] ?? axis,
        ),
        order,
      );
  }
  return joinedSlice(parts, axis) ?? concat(parts, axis);
}

function joinedSlice(parts: readonly Node[], axis: number): Node | undefined {
  const [first] = parts as readonly [Node];
  if (first.op !== 'slice') return undefined;
  let next = first.attributes.start[axis] ?? 0;
  for (const part of parts) {
    const follows =
      part.op === 'slice' &&
      part.inputs[0] === first.inputs[0] &&
      part.attributes.start.every((at, i) => at === (i === axis ? next : first.attributes.start[i]));
    if (!follows) return undefined;
    next += part.shape[axis] ?? 0;
  }
  const length = next - (first.attributes.start[axis] ?? 0);
  return slice(first.inputs[0] as Node, first.attributes.start, first.shape.with(axis, length));
}

const isPadded = (share: Node): share is NodeOf<'pad'> => share.op === 'pad';

/** The axis along which alone something is padded; −1 where there is none. */
function paddedAxis({ attributes: { before, after } }: NodeOf<'pad'>): number {
  const isPaddedAt = (axis: number) => (before[axis] ?? 0) > 0 || (after[axis] ?? 0) > 0;
  let found = -1;
  for (let axis = 0; axis < before.length; axis++) {
    if (!isPaddedAt(axis)) continue;
    if (found >= 0) return -1;
    found = axis;
  }
  return found;
}

function joinSlices(shares: readonly Node[]): readonly Node[] {
  return gather(
    shares,
    2,
    isPadded,
    (share) => `${paddedAxis(share)}`,
    (group) => {
      const axis = paddedAxis(group[0] as NodeOf<'pad'>);
      return axis < 0 ? undefined : tiled(group, axis);
    },
  );
}

/** Padded parts that do not overlap, as one array with zeros only where none of them lies. */
function tiled(group: readonly NodeOf<'pad'>[], axis: number): Node | undefined {
  const [{ shape, dtype }] = group as readonly [Node];
  const start = ({ attributes }: NodeOf<'pad'>) => attributes.before[axis] ?? 0;
  const parts: Node[] = [];
  let end = 0;
  const zeros = (length: number): Node[] => {
    const gap: Shape = shape.with(axis, length);
    return length > 0 ? [broadcast(scalar(0, dtype), gap)] : [];
  };
  for (const share of [...group].sort((a, b) => start(a) - start(b))) {
    const part = share.inputs[0] as Node;
    if (start(share) < end) return undefined;
    parts.push(...zeros(start(share) - end), part);
    end = start(share) + (part.shape[axis] ?? 0);
  }
  parts.push(...zeros((shape[axis] ?? 0) - end));
  return concat(parts, axis);
}
