import { sizeOf } from '../../graph/ndarray.ts';
import type { Node, NodeOf } from '../../graph/ops.ts';
import { sameShape } from '../../graph/shapes.ts';
import { constantOf } from '../../passes/fold.ts';
import type { GraphWriter } from './writer.ts';

/** Several nodes that one operator of ONNX computes, from the values of `sources`. */
export interface Match {
  readonly sources: readonly Node[];
  readonly write: (to: GraphWriter) => string;
}

/** What a node is the last part of, where runtimes have an operator of their own for the whole. */
export function matchOf(node: Node): Match | undefined {
  switch (node.op) {
    case 'where':
      return rectifier(node);
    case 'div':
      return sigmoid(node) ?? softmax(node);
    case 'matmul':
      return convolution(node);
    case 'sum':
      return depthwise(node) ?? pooling(node);
    case 'reduceMax':
      return pooling(node);
    default:
      return undefined;
  }
}

const oneInput = (operator: string, x: Node, attributes = {}): Match => ({
  sources: [x],
  write: (to) => to.apply(operator, [to.nameOf(x)], attributes),
});

/** Numbers below this count as 0 in `relu`. */
const LEAST = 2 ** -126;

/** x < least ? 0 : x */
function rectifier({ inputs }: NodeOf<'where'>): Match | undefined {
  const [condition, zero, x] = inputs as readonly [Node, Node, Node];
  if (condition.op !== 'less' || condition.inputs[0] !== x || constantOf(zero) !== 0) return undefined;
  const bound = constantOf(condition.inputs[1] as Node);
  return bound === LEAST && sameShape(condition.shape, x.shape) ? oneInput('Relu', x) : undefined;
}

/** 1 / (1 + e^(−max(x, floor))) */
function sigmoid({ inputs: [one, sum] }: NodeOf<'div'>): Match | undefined {
  if (sum?.op !== 'add' || constantOf(one as Node) !== 1 || constantOf(sum.inputs[1] as Node) !== 1)
    return undefined;
  const power = sum.inputs[0];
  const negated = power?.op === 'exp' ? power.inputs[0] : undefined;
  const bounded = negated?.op === 'neg' ? negated.inputs[0] : undefined;
  if (bounded?.op !== 'where') return undefined;
  const [condition, floor, x] = bounded.inputs as readonly [Node, Node, Node];
  const isFloor = condition.op === 'less' && condition.inputs[0] === x && condition.inputs[1] === floor;
  return isFloor && (constantOf(floor) ?? 0) < -50 ? oneInput('Sigmoid', x) : undefined;
}

/** e^(x − max) / Σ e^(x − max) along one axis */
function softmax({ inputs: [powers, total] }: NodeOf<'div'>): Match | undefined {
  if (powers?.op !== 'exp' || total?.op !== 'sum' || total.inputs[0] !== powers) return undefined;
  const [axis, ...others] = total.attributes.axes;
  const shifted = powers.inputs[0];
  if (axis === undefined || others.length > 0 || shifted?.op !== 'add') return undefined;
  const [x, negated] = shifted.inputs as readonly [Node, Node];
  const detached = negated.op === 'neg' ? negated.inputs[0] : undefined;
  const greatest = detached?.op === 'detach' ? detached.inputs[0] : undefined;
  const same =
    greatest?.op === 'reduceMax' && greatest.inputs[0] === x && greatest.attributes.axes[0] === axis;
  return same && greatest.attributes.axes.length === 1 ? oneInput('Softmax', x, { axis }) : undefined;
}

/** Windows over all axes between the first and the last: [batch, …counts, …size, channels]. */
interface SpatialWindows {
  readonly node: NodeOf<'window'>;
  /** What they slide over, without the zeros around it. */
  readonly source: Node;
  /** The zeros, as ONNX has them: before each axis, then after each. */
  readonly pads: readonly number[];
  readonly size: readonly number[];
}

function spatialWindows(node: Node | undefined): SpatialWindows | undefined {
  if (node?.op !== 'window') return undefined;
  const { axes, size } = node.attributes;
  const image = node.inputs[0] as Node;
  const all = axes.length === image.shape.length - 2 && axes.every((axis, i) => axis === i + 1);
  if (!all || axes.length > 3) return undefined;
  const none = [...size, ...size].map(() => 0);
  if (image.op !== 'pad') return { node, source: image, pads: none, size };
  const { before, after } = image.attributes;
  const ends = [before[0], before.at(-1), after[0], after.at(-1)];
  if (ends.some((count) => count !== 0)) return { node, source: image, pads: none, size };
  const pads = [...before.slice(1, -1), ...after.slice(1, -1)];
  return { node, source: image.inputs[0] as Node, pads, size };
}

/** Applies an operator that has channels first to values that have them last, and turns its result back. */
function channelsFirst(
  windows: SpatialWindows,
  to: GraphWriter,
  operator: string,
  more: readonly string[],
  attributes: Readonly<Record<string, number>>,
): string {
  const { node, source, pads, size } = windows;
  const rank = source.shape.length;
  const spatial = size.map((_, i) => i + 1);
  const image = to.transpose(to.nameOf(source), [0, rank - 1, ...spatial]);
  const { strides, dilations } = node.attributes;
  const sliding = { kernel_shape: size, strides, pads, ...(operator !== 'AveragePool' && { dilations }) };
  const result = to.apply(operator, [image, ...more], { ...sliding, ...attributes });
  return to.transpose(result, [0, ...spatial.map((axis) => axis + 1), 1]);
}

/** [batch·places, taps·channels] × [taps·channels, filters] */
function convolution(node: NodeOf<'matmul'>): Match | undefined {
  const [rows, kernel] = node.inputs as readonly [Node, Node];
  const windows = rows.op === 'reshape' ? spatialWindows(rows.inputs[0]) : undefined;
  if (!windows || node.shape.length !== 2 || node.dtype !== 'float32') return undefined;
  const { size, source } = windows;
  const [channels = 1, filters = 1] = [source.shape.at(-1), kernel.shape[1]];
  if (kernel.shape[0] !== sizeOf(size) * channels) return undefined;
  return {
    sources: [source, kernel],
    write(to) {
      const whole = to.reshape(to.nameOf(kernel), fixedLengths([...size, channels, filters]));
      const order = [size.length + 1, size.length, ...size.map((_, i) => i)];
      const weights = to.transpose(whole, order);
      const image = channelsFirst(windows, to, 'Conv', [weights], {});
      return to.reshape(image, to.dimensions(node));
    },
  };
}

const fixedLengths = (lengths: readonly number[]) => lengths.map((fixed) => ({ perBatch: 0, fixed }));

/** Whether a reduction is over everything inside of a window, and nothing else. */
function isInside(axes: readonly number[], { size }: SpatialWindows): boolean {
  return axes.length === size.length && size.every((_, i) => axes.includes(size.length + 1 + i));
}

/** Σ over the window of window · kernel, each channel with a kernel of its own */
function depthwise(node: NodeOf<'sum'>): Match | undefined {
  const product = node.inputs[0] as Node;
  if (product.op !== 'mul' || node.dtype !== 'float32') return undefined;
  const [seen, kernel] = product.inputs as readonly [Node, Node];
  const windows = spatialWindows(seen);
  if (!windows || !isInside(node.attributes.axes, windows)) return undefined;
  const { size, source } = windows;
  const channels = source.shape.at(-1) ?? 1;
  if (!sameShape(kernel.shape, [...size, channels])) return undefined;
  return {
    sources: [source, kernel],
    write(to) {
      const first = to.transpose(to.nameOf(kernel), [size.length, ...size.map((_, i) => i)]);
      const weights = to.reshape(first, fixedLengths([channels, 1, ...size]));
      const image = channelsFirst(windows, to, 'Conv', [weights], { group: channels });
      return to.reshape(image, to.dimensions(node));
    },
  };
}

/** The greatest, or the sum, of each window */
function pooling(node: NodeOf<'sum' | 'reduceMax'>): Match | undefined {
  const windows = spatialWindows(node.inputs[0]);
  if (!windows || !isInside(node.attributes.axes, windows) || node.dtype !== 'float32') return undefined;
  const isSum = node.op === 'sum';
  if (isSum && windows.node.attributes.dilations.some((dilation) => dilation !== 1)) return undefined;
  // Zeros around count as numbers here, and as nothing in operators of the greatest.
  const isPadded = windows.pads.some((count) => count > 0);
  const whole = windows.node.inputs[0] as Node;
  const seen = isPadded && !isSum ? { ...windows, source: whole, pads: windows.pads.map(() => 0) } : windows;
  return {
    sources: [seen.source],
    write(to) {
      const pooled = isSum ? windowSums(seen, to) : channelsFirst(seen, to, 'MaxPool', [], {});
      return to.reshape(pooled, to.dimensions(node));
    },
  };
}

function windowSums(windows: SpatialWindows, to: GraphWriter): string {
  const means = channelsFirst(windows, to, 'AveragePool', [], { count_include_pad: 1 });
  return to.apply('Mul', [means, to.scalar(sizeOf(windows.size), 'float32')]);
}
