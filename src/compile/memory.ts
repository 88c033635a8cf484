import { bytesOf } from '../graph/dtypes.ts';
import type { Buffer } from './kernels.ts';

/** A buffer and the kernels, by position, between which its value must be kept. */
export interface Lifetime {
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
}

export interface MemoryPlan {
  /** Byte offset of each buffer in the arena. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  /** Bytes of the arena, before the slack behind it. */
  readonly bytes: number;
}

/** Cache lines: two buffers never share one. */
const ALIGNMENT = 64;
/** The arena begins with zeros, which padding reads. */
export const ZEROS = 64;
/** Vector loads may read up to 16 bytes past an array; behind the last one lies this much. */
export const SLACK = 64;

/** Bytes of one stored element: a bool takes four, so that a vector of them is one load. */
export function elementBytes({ dtype }: Pick<Buffer, 'dtype'>): number {
  return dtype === 'bool' ? 4 : bytesOf(dtype);
}

/** Bytes of a buffer in the arena. */
export function bufferBytes(buffer: Buffer): number {
  return buffer.elements * elementBytes(buffer);
}

/**
 * Places buffers so that two share memory only if their lifetimes do not touch. Greedy, the largest first, each
 * at the lowest free place: within a few percent of the least possible for graphs of training steps.
 *
 * @see Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020, section 5.
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const offsets = new Map<Buffer, number>();
  const placed = new Placed(lifetimes.length);
  let bytes = ZEROS;
  const largestFirst = lifetimes
    .map((lifetime) => ({ lifetime, size: bufferBytes(lifetime.buffer) }))
    .sort((a, b) => b.size - a.size);
  for (const { lifetime, size } of largestFirst) {
    const { from, to, buffer } = lifetime;
    const length = align(size);
    const start = placed.lowest(from, to, length);
    placed.insert(from, to, start, start + length);
    offsets.set(buffer, start);
    bytes = Math.max(bytes, start + length);
  }
  return { offsets, bytes };
}

/** What has been placed, by start, as columns of numbers: a large graph asks for millions of comparisons. */
class Placed {
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#from = new Int32Array(capacity);
    this.#to = new Int32Array(capacity);
    this.#start = new Float64Array(capacity);
    this.#end = new Float64Array(capacity);
  }

  /** The lowest place for `length` bytes that nothing alive between `from` and `to` touches. */
  lowest(from: number, to: number, length: number): number {
    const [froms, tos, starts, ends] = [this.#from, this.#to, this.#start, this.#end];
    let start = ZEROS;
    // Sorted by start: slide past each neighbour in time that is in the way.
    for (let i = 0; i < this.#count; i++) {
      if ((tos[i] ?? 0) < from || to < (froms[i] ?? 0)) continue;
      if (start + length <= (starts[i] ?? 0)) break;
      start = Math.max(start, ends[i] ?? 0);
    }
    return start;
  }

  insert(from: number, to: number, start: number, end: number): void {
    const at = this.#after(start);
    this.#count++;
    this.#put(this.#from, at, from);
    this.#put(this.#to, at, to);
    this.#put(this.#start, at, start);
    this.#put(this.#end, at, end);
  }

  /** Where something that begins at `start` belongs: behind all that begin there or before. */
  #after(start: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#start[middle] ?? 0) > start) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #put(column: Int32Array | Float64Array, at: number, value: number): void {
    column.copyWithin(at + 1, at, this.#count - 1);
    column[at] = value;
  }
}

function align(bytes: number): number {
  return Math.max(Math.ceil(bytes / ALIGNMENT), 1) * ALIGNMENT;
}
