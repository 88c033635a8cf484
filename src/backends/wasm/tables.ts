/** One axis of a side of a matrix: how many steps it has and how many bytes one takes. */
export interface Strided {
  readonly length: number;
  readonly step: number;
}

/**
 * Where the elements along several axes lie, as bytes from the first: what cannot be said by one stride is looked
 * up. Tables depend on shapes alone; they are written once, when a program is made.
 */
export class Tables {
  readonly #start: number;
  readonly #addresses = new Map<string, number>();
  readonly #contents: { readonly address: number; readonly offsets: Int32Array }[] = [];
  #end: number;

  constructor(start: number) {
    this.#start = start;
    this.#end = start;
  }

  get bytes(): number {
    return this.#end - this.#start;
  }

  /** The address of the table of the offsets along axes, outermost first. */
  of(axes: readonly Strided[]): number {
    const key = axes.map(({ length, step }) => `${length}:${step}`).join();
    const known = this.#addresses.get(key);
    if (known !== undefined) return known;
    const offsets = offsetsAlong(axes);
    const address = this.#end;
    this.#addresses.set(key, address);
    this.#contents.push({ address, offsets });
    this.#end += Math.ceil(offsets.byteLength / 64) * 64;
    return address;
  }

  /** Puts all tables into memory. */
  writeTo(memory: ArrayBufferLike): void {
    for (const { address, offsets } of this.#contents) {
      new Int32Array(memory, address, offsets.length).set(offsets);
    }
  }
}

function offsetsAlong(axes: readonly Strided[]): Int32Array {
  let offsets = Int32Array.of(0);
  for (const { length, step } of axes) {
    const inner = offsets;
    offsets = new Int32Array(inner.length * length);
    for (const [i, offset] of inner.entries()) {
      for (let j = 0; j < length; j++) offsets[i * length + j] = offset + j * step;
    }
  }
  return offsets;
}

/** Axes of length 1 left out, and neighbours that are walked as one made one. */
export function mergeStrided(axes: readonly Strided[]): Strided[] {
  const merged: Strided[] = [];
  for (const axis of axes) {
    if (axis.length === 1) continue;
    const last = merged.at(-1);
    if (last && last.step === axis.step * axis.length) {
      merged[merged.length - 1] = { length: last.length * axis.length, step: axis.step };
    } else merged.push(axis);
  }
  return merged;
}
