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

/** Bytes of one stored element: a bool takes four, so that lanes of all 32-bit types line up. */
export function elementBytes({ dtype }: Pick<Buffer, 'dtype'>): number {
  return dtype === 'float64' ? 8 : 4;
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
  const placed: (Lifetime & { start: number; end: number })[] = [];
  let bytes = ZEROS;
  const largestFirst = [...lifetimes].sort((a, b) => bufferBytes(b.buffer) - bufferBytes(a.buffer));
  for (const lifetime of largestFirst) {
    const size = align(bufferBytes(lifetime.buffer));
    let start = ZEROS;
    // `placed` is sorted by start: slide past each neighbour in time that is in the way.
    for (const other of placed) {
      if (other.to < lifetime.from || lifetime.to < other.from) continue;
      if (start + size <= other.start) break;
      start = Math.max(start, other.end);
    }
    const end = start + size;
    const at = placed.findIndex((other) => other.start > start);
    placed.splice(at < 0 ? placed.length : at, 0, { ...lifetime, start, end });
    offsets.set(lifetime.buffer, start);
    bytes = Math.max(bytes, end);
  }
  return { offsets, bytes };
}

function align(bytes: number): number {
  return Math.max(Math.ceil(bytes / ALIGNMENT), 1) * ALIGNMENT;
}
