import { ndarray } from '../../graph/ndarray.ts';
import { broadcastTo, matmul } from '../functions.ts';
import { type Tensor, tensor } from '../tensor.ts';

/** Every place along some axes `factors[i]` times in a row. */
export function repeatEach(x: Tensor, axes: readonly number[], factors: readonly number[]): Tensor {
  const factorOf = (axis: number) => factors[axes.indexOf(axis)] ?? 1;
  const apart = x.shape.flatMap((length, axis) => (axes.includes(axis) ? [length, 1] : [length]));
  const stretched = x.shape.flatMap((length, axis) =>
    axes.includes(axis) ? [length, factorOf(axis)] : [length],
  );
  return broadcastTo(x.reshape(apart), stretched).reshape(
    x.shape.map((length, axis) => length * factorOf(axis)),
  );
}

/**
 * Linear interpolation along an axis to another length: places are the middles of equal parts, and beyond the
 * first and last middle the value stays. A product with a matrix that has two weights in each column.
 */
export function interpolate(x: Tensor, axis: number, length: number): Tensor {
  const from = x.shape[axis] ?? 1;
  if (from === length) return x;
  // [… , axis, rest] → [… , rest, axis] × [axis, length]
  const last = [...x.shape.keys()].filter((other) => other !== axis);
  const moved = x.transpose([...last, axis]);
  const weights = tensor(ndarray(interpolation(from, length), [from, length]));
  const back = x.shape.map((_, at) => (at < axis ? at : at === axis ? last.length : at - 1));
  return matmul(moved, weights).transpose(back);
}

function interpolation(from: number, length: number): Float32Array {
  const weights = new Float32Array(from * length);
  for (let to = 0; to < length; to++) {
    const middle = Math.min(Math.max(((to + 0.5) * from) / length - 0.5, 0), from - 1);
    const left = Math.min(Math.floor(middle), from - 1);
    const right = Math.min(left + 1, from - 1);
    const share = middle - left;
    weights[left * length + to] = (weights[left * length + to] ?? 0) + 1 - share;
    weights[right * length + to] = (weights[right * length + to] ?? 0) + share;
  }
  return weights;
}
