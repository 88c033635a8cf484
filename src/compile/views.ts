import type { Shape } from '../graph/ndarray.ts';
import { MOVEMENT, type Node, type Windowing } from '../graph/ops.ts';
import { sameShape } from '../graph/shapes.ts';

/** Where indices along one axis read stored numbers: from `low` up to, not including, `high`; zeros outside. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * An array seen through rearrangements, without moving it: the element at index (i₀ … iₙ) is stored at
 * `offset` + Σ `strides`·i, counted in elements, or is zero where an index is out of its `valid` range.
 */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly valid: readonly Range[];
}

const whole = (length: number): Range => ({ low: 0, high: length });

/** Row-major steps: how far apart neighbours along each axis lie. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

/** A dense array of `shape`, seen as it is stored. */
export function contiguous(shape: Shape): View {
  return { shape, strides: stridesOf(shape), offset: 0, valid: allWhole(shape) };
}

function allWhole(shape: Shape): Range[] {
  const valid: Range[] = [];
  for (let axis = 0; axis < shape.length; axis++) valid.push(whole(shape[axis] ?? 1));
  return valid;
}

/** Whether the range of an axis excludes nothing. */
export function isWhole({ shape, valid }: View, axis: number): boolean {
  const range = valid[axis];
  return !range || (range.low <= 0 && range.high >= (shape[axis] ?? 1));
}

/** Whether the view reads exactly the dense array of as many elements, in order. */
export function isDense(view: View): boolean {
  let expected = 1;
  for (let axis = view.shape.length - 1; axis >= 0; axis--) {
    const length = view.shape[axis] ?? 1;
    if (!isWhole(view, axis) || (length !== 1 && view.strides[axis] !== expected)) return false;
    expected *= length;
  }
  return view.offset === 0;
}

export type MovementNode = Extract<
  Node,
  { op: 'reshape' | 'permute' | 'broadcast' | 'slice' | 'pad' | 'flip' | 'window' }
>;

export function isMovement(node: Node): node is MovementNode {
  return MOVEMENT.has(node.op);
}

/** What lies under all rearrangements. */
export function underMovement(node: Node): Node {
  return isMovement(node) ? underMovement(node.inputs[0] as Node) : node;
}

/** The view of a movement's result through the view of its input; undefined where strides cannot say it. */
export function move(view: View, node: MovementNode): View | undefined {
  switch (node.op) {
    case 'reshape':
      return reshapeView(view, node.attributes.shape);
    case 'broadcast':
      return broadcastView(view, node.attributes.shape);
    case 'permute':
      return permuteView(view, node.attributes.order);
    case 'slice':
      return boxView(view, node.attributes.start, node.attributes.size);
    case 'pad':
      return boxView(
        view,
        node.attributes.before.map((count) => -count),
        node.shape,
      );
    case 'flip':
      return flipView(view, node.attributes.axes);
    case 'window':
      return windowView(view, node.attributes, node.shape);
  }
}

function flipView(view: View, axes: readonly number[]): View {
  const last = (axis: number) => (view.shape[axis] ?? 1) - 1;
  return {
    shape: view.shape,
    strides: view.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    offset: axes.reduce((offset, axis) => offset + last(axis) * (view.strides[axis] ?? 0), view.offset),
    valid: view.valid.map(({ low, high }, axis) =>
      axes.includes(axis) ? { low: last(axis) + 1 - high, high: last(axis) + 1 - low } : { low, high },
    ),
  };
}

/** Not of padding along a windowed axis: whether a place is inside would depend on two axes. */
export function windowView(view: View, windowing: Windowing, shape: Shape): View | undefined {
  const { axes, size, strides, dilations } = windowing;
  if (axes.some((axis) => !isWhole(view, axis))) return undefined;
  const after = (axes.at(-1) ?? -1) + 1;
  const spread = <T>(of: readonly T[], inside: readonly T[]) => [
    ...of.slice(0, after),
    ...inside,
    ...of.slice(after),
  ];
  const step = (axis: number) => view.strides[axis] ?? 0;
  return {
    shape,
    strides: spread(
      view.strides.map((stride, axis) => stride * (strides[axes.indexOf(axis)] ?? 1)),
      axes.map((axis, i) => step(axis) * (dilations[i] ?? 1)),
    ),
    offset: view.offset,
    valid: spread(
      view.valid.map((range, axis) => (axes.includes(axis) ? whole(shape[axis] ?? 1) : range)),
      size.map(whole),
    ),
  };
}

export function permuteView(view: View, order: readonly number[]): View {
  const pick = <T>(values: readonly T[]) => order.map((axis) => values[axis] as T);
  return {
    shape: pick(view.shape),
    strides: pick(view.strides),
    offset: view.offset,
    valid: pick(view.valid),
  };
}

/** Stretches axes of length 1 and adds axes in front, by strides of zero. */
export function broadcastView(view: View, shape: Shape): View | undefined {
  if (sameShape(view.shape, shape)) return view;
  const extra = shape.length - view.shape.length;
  const strides: number[] = [];
  const valid: Range[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis] ?? 1;
    const from = axis - extra;
    const stretched = from < 0 || (view.shape[from] === 1 && length !== 1);
    if (stretched && from >= 0 && !isWhole(view, from)) return undefined;
    strides.push(stretched ? 0 : (view.strides[from] ?? 0));
    valid.push(stretched ? whole(length) : (view.valid[from] ?? whole(length)));
  }
  return { shape, strides, offset: view.offset, valid };
}

/** Moves the origin to `start`, negative for padding, and takes `shape` from there. */
export function boxView(view: View, start: readonly number[], shape: Shape): View {
  let { offset } = view;
  const valid: Range[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    const by = start[axis] ?? 0;
    const { low, high } = view.valid[axis] as Range;
    offset += by * (view.strides[axis] ?? 0);
    valid.push({ low: Math.max(low - by, 0), high: Math.min(high - by, shape[axis] ?? 0) });
  }
  return { shape, strides: view.strides, offset, valid };
}

/** Axes of `view` that lie one after another as a single axis, as a dense run. */
interface Run {
  length: number;
  stride: number;
}

/**
 * The same elements in row-major order under another shape. Possible where each new axis lies within axes that
 * are one run in memory; an axis with padding must stay as it is.
 */
export function reshapeView(view: View, shape: Shape): View | undefined {
  if (sameShape(view.shape, shape)) return view;
  if (isPadded(view)) return reshapePadded(view, shape);
  const runs: Run[] = [];
  for (let axis = 0; axis < view.shape.length; axis++) {
    const length = view.shape[axis] ?? 1;
    if (length === 1) continue;
    const stride = view.strides[axis] ?? 0;
    const last = runs.at(-1);
    if (last && last.stride === stride * length) {
      last.length *= length;
      last.stride = stride;
    } else runs.push({ length, stride });
  }
  const strides = new Array<number>(shape.length).fill(0);
  let axis = shape.length - 1;
  for (const { length, stride } of runs.reverse()) {
    let covered = 1;
    while (covered < length) {
      if (axis < 0) return undefined;
      const size = shape[axis] ?? 1;
      strides[axis] = stride * covered;
      covered *= size;
      axis--;
    }
    if (covered !== length) return undefined;
  }
  return { shape, strides, offset: view.offset, valid: allWhole(shape) };
}

/** Whether some index reads a zero instead of a stored number. */
export function isPadded(view: View): boolean {
  for (let axis = 0; axis < view.shape.length; axis++) if (!isWhole(view, axis)) return true;
  return false;
}

/** Only adds or drops axes of length 1. */
function reshapePadded(view: View, shape: Shape): View | undefined {
  const kept = view.shape.flatMap((length, axis) => (length === 1 && isWhole(view, axis) ? [] : [axis]));
  const strides: number[] = [];
  const valid: Range[] = [];
  let next = 0;
  for (const length of shape) {
    const axis = kept[next];
    if (axis !== undefined && view.shape[axis] === length) {
      strides.push(view.strides[axis] ?? 0);
      valid.push(view.valid[axis] ?? whole(length));
      next++;
    } else if (length === 1) {
      strides.push(0);
      valid.push(whole(1));
    } else return undefined;
  }
  return next === kept.length ? { shape, strides, offset: view.offset, valid } : undefined;
}

/** `view[0:2, …]` as text: shape, strides, offset and the ranges that exclude something. */
export function viewText(view: View): string {
  const padded = view.shape.flatMap((_, axis) => {
    const { low, high } = view.valid[axis] ?? whole(1);
    return isWhole(view, axis) ? [] : [` axis ${axis} in ${low}…${high}`];
  });
  return `[${view.shape.join('×')}] strides (${view.strides.join(', ')})${view.offset ? ` from ${view.offset}` : ''}${padded}`;
}
