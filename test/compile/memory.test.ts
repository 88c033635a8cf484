import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Buffer } from '../../src/compile/kernels.ts';
import { bufferBytes, type Lifetime, planMemory, ZEROS } from '../../src/compile/memory.ts';
import { buffersOf, makeProgram } from '../../src/compile/program.ts';
import { input } from '../../src/graph/graph.ts';
import { randomGraph } from '../support/randomGraph.ts';

const lifetimes = fc.array(
  fc
    .record({
      elements: fc.oneof(fc.nat(40), fc.nat(5000)),
      dtype: fc.constantFrom('float32', 'float64', 'int32', 'bool'),
      from: fc.nat(30),
      length: fc.nat(10),
    })
    .map(({ elements, dtype, from, length }): Lifetime => {
      const node = input(dtype, [elements]);
      return { buffer: { node, dtype, elements }, from, to: from + length };
    }),
  { maxLength: 40 },
);

const meet = (a: Lifetime, b: Lifetime) => a.from <= b.to && b.from <= a.to;

describe('planMemory', () => {
  test('never lets two buffers share a byte while both are alive', () => {
    fc.assert(
      fc.property(lifetimes, (all) => {
        const { offsets, bytes } = planMemory(all);
        const place = ({ buffer }: Lifetime) => {
          const start = offsets.get(buffer) ?? Number.NaN;
          return { start, end: start + bufferBytes(buffer) };
        };
        for (const [i, one] of all.entries()) {
          const { start, end } = place(one);
          expect(start % 64).toBe(0);
          // The zeros at the start of the arena belong to nobody.
          expect(start).toBeGreaterThanOrEqual(ZEROS);
          expect(end).toBeLessThanOrEqual(bytes);
          for (const other of all.slice(0, i)) {
            const there = place(other);
            if (meet(one, other)) expect(start >= there.end || there.start >= end).toBe(true);
          }
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test('uses memory again once its buffer is dead', () => {
    const buffers = [0, 1, 2, 3].map(
      (): Buffer => ({ node: input('float32', [100]), dtype: 'float32', elements: 100 }),
    );
    const chain = buffers.map((buffer, i) => ({ buffer, from: i, to: i + 1 }));
    expect(planMemory(chain).bytes).toBe(ZEROS + 2 * 448);
  });

  test('needs no more than all buffers one after another, and no less than are alive at once', () => {
    fc.assert(
      fc.property(lifetimes, (all) => {
        const size = ({ buffer }: Lifetime) => Math.max(1, Math.ceil(bufferBytes(buffer) / 64)) * 64;
        const sum = (some: readonly Lifetime[]) => some.reduce((total, one) => total + size(one), 0);
        const alive = Array.from({ length: 41 }, (_, at) =>
          sum(all.filter(({ from, to }) => from <= at && at <= to)),
        );
        const { bytes } = planMemory(all);
        expect(bytes).toBeLessThanOrEqual(ZEROS + sum(all));
        expect(bytes).toBeGreaterThanOrEqual(ZEROS + Math.max(...alive));
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

test('in programs of random graphs, a kernel writes over nothing that is still to be read', () => {
  for (let seed = 0; seed < 150; seed++) {
    const program = makeProgram({ outputs: randomGraph(seed).outputs, updates: [] });
    /** What each byte range held last. */
    const holders = new Map<Buffer, { start: number; end: number }>();
    const place = (buffer: Buffer) => {
      const start = program.memory.offsets.get(buffer) ?? Number.NaN;
      return { start, end: start + bufferBytes(buffer) };
    };
    const whole = (buffer: Buffer) => buffer.within?.buffer ?? buffer;
    for (const leaf of program.leaves.values()) holders.set(leaf, place(leaf));
    for (const kernel of program.kernels) {
      const written = new Set(kernel.stores.map(({ buffer }) => whole(buffer)));
      const touched = buffersOf(kernel).map(whole);
      for (const buffer of touched) {
        if (!written.has(buffer)) expect(holders.has(buffer), `graph ${seed}`).toBe(true);
      }
      for (const buffer of written) {
        const here = place(buffer);
        for (const [other, there] of holders) {
          if (here.start < there.end && there.start < here.end) holders.delete(other);
        }
        holders.set(buffer, here);
      }
      // Nor does it write over what it reads itself.
      for (const buffer of touched) expect(holders.has(buffer), `graph ${seed}`).toBe(true);
    }
    for (const output of program.outputs) expect(holders.has(output), `graph ${seed}`).toBe(true);
  }
});
