import { type Shape, sizeOf } from '../../graph/ndarray.ts';
import type { Windowing } from '../../graph/ops.ts';

/** The index of the element at a flat position, row by row. */
export function indexAt(shape: Shape, flat: number): number[] {
  const index = shape.map(() => 0);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    index[axis] = rest % length;
    rest = Math.floor(rest / length);
  }
  return index;
}

/** The flat position of an index in an array of `shape`, aligned at the last axis; axes of length 1 stretch. */
export function flatAt(shape: Shape, index: readonly number[]): number {
  const aligned = index.slice(index.length - shape.length);
  return shape.reduce((flat, length, axis) => flat * length + (length === 1 ? 0 : (aligned[axis] ?? 0)), 0);
}

/** The flat positions of all elements that a reduction over `axes` puts into the element at `flat`. */
export function reducedFrom(shape: Shape, axes: readonly number[], flat: number): number[] {
  const kept = indexAt(
    shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
    flat,
  );
  const lengths = axes.map((axis) => shape[axis] ?? 1);
  return Array.from({ length: sizeOf(lengths) }, (_, i) => {
    const inside = indexAt(lengths, i);
    return flatAt(
      shape,
      kept.map((place, axis) => (axes.includes(axis) ? (inside[axes.indexOf(axis)] ?? 0) : place)),
    );
  });
}

/** Where the element at `index` of the windows over an array of `shape` lies in that array, as a flat position. */
export function windowedFrom(
  shape: Shape,
  { axes, strides, dilations }: Windowing,
  index: readonly number[],
): number {
  const after = (axes.at(-1) ?? -1) + 1;
  const inside = index.slice(after, after + axes.length);
  const outside = [...index.slice(0, after), ...index.slice(after + axes.length)];
  const place = outside.map((at, axis) => {
    const i = axes.indexOf(axis);
    return i < 0 ? at : at * (strides[i] ?? 1) + (inside[i] ?? 0) * (dilations[i] ?? 1);
  });
  return flatAt(shape, place);
}
