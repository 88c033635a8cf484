import { flip, matmul, pad, permute, reshape, window } from '../graph/build.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import type { Rule } from './rewrite.ts';

/**
 * The adjoint of a convolution as a convolution: where a product spreads numbers over windows that are then added
 * up, each sum is a product itself, of the windows that reach its place with the kernel turned around. So the
 * gradient with respect to an image needs no memory for its patches. For windows one apart; others would multiply
 * mostly zeros.
 */
export const windows: Rule = (node) => {
  if (node.op !== 'unwindow') return undefined;
  const { axes, size, strides } = node.attributes;
  const product = productUnder(node.inputs[0] as Node);
  const spatial = axes.every((axis, i) => axis === i + 1) && node.shape.length === axes.length + 2;
  if (!product || !spatial || strides.some((stride) => stride !== 1)) return undefined;
  const [batch = 1, ...lengths] = node.shape.slice(0, -1);
  const channels = node.shape.at(-1) ?? 1;
  const taps = sizeOf(size);
  const filters = product.inputs[0]?.shape.at(-1) ?? 1;
  if (product.shape.at(-1) !== taps * channels) return undefined;
  const seen = reaching(node, product.inputs[0] as Node, filters);
  const kernel = turned(product.inputs[1] as Node, size, filters, channels);
  const sums = matmul(reshape(seen, [batch * sizeOf(lengths), taps * filters]), kernel);
  return reshape(sums, node.shape);
};

/** The product of two matrices that a node is but for its shape. */
function productUnder(node: Node): NodeOf<'matmul'> | undefined {
  if (node.op === 'reshape') return productUnder(node.inputs[0] as Node);
  return node.op === 'matmul' && node.shape.length === 2 ? node : undefined;
}

/** The windows of `spread` that reach each place: beyond its edges are zeros. */
function reaching({ attributes, shape }: NodeOf<'unwindow'>, spread: Node, filters: number): Node {
  const { axes, size, dilations } = attributes;
  const around = size.map((length, i) => (length - 1) * (dilations[i] ?? 1));
  const counts = axes.map((axis, i) => (shape[axis] ?? 1) - (around[i] ?? 0));
  const margin = [0, ...around, 0];
  const image = pad(reshape(spread, [shape[0] ?? 1, ...counts, filters]), margin, margin);
  return window(image, { axes, size, strides: size.map(() => 1), dilations });
}

/** [filters, …size·channels] → […size·filters, channels], the places in opposite order. */
function turned(kernel: Node, size: Shape, filters: number, channels: number): Node {
  const places = size.map((_, i) => i + 1);
  const whole = flip(reshape(kernel, [filters, ...size, channels]), places);
  const order = [...places, 0, places.length + 1];
  return reshape(permute(whole, order), [sizeOf(size) * filters, channels]);
}
