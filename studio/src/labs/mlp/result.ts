import { nodeNames, type Slip } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';

export interface MlpNode {
  readonly number: number;
  readonly layer: number;
  /** Names of its numbers; an input has only an output. */
  readonly output: string;
  readonly net?: string;
  readonly bias?: string;
  readonly error?: string;
  /** Of an output unit. */
  readonly target?: string;
  readonly difference?: string;
}

/** Units and connections, and the names of their numbers. */
export interface Anatomy {
  readonly layers: readonly (readonly MlpNode[])[];
  readonly edges: readonly MlpEdge[];
}

export interface MlpEdge {
  readonly weight: string;
  readonly from: number;
  readonly to: number;
}

export interface MlpResult extends LabResult, Anatomy {
  /** Weights and biases that are listed. */
  readonly parameters: readonly string[];
  /** Of a network too large to list: the unit whose weights are. */
  readonly listed: ListedUnit | undefined;
  /** What each layer after the inputs makes of the example, with the weights at the start. */
  readonly outputs: readonly (readonly number[])[];
  /** What is made small, where it is not the lecture's error. */
  readonly loss: string | undefined;
  /** What the last step computed, and from what. */
  readonly current: string | undefined;
  readonly used: readonly string[];
  readonly phase: 'start' | 'forward' | 'backward' | 'update';
  readonly iteration: number;
  readonly next: string | undefined;
  readonly slips: readonly Slip[];
  /** Names that the current step's slip misreads. */
  readonly slipped: readonly string[];
  readonly lecture: boolean;
  readonly length: number;
  /** The first unit's error in both of two iterations, once both are known. */
  readonly errors: readonly [first: number, second: number] | undefined;
}

/** A unit with its connections. */
export interface ListedUnit {
  readonly node: MlpNode;
  readonly activation: string;
  readonly into: readonly MlpEdge[];
  readonly outOf: readonly MlpEdge[];
}

/** Every unit and every connection, by layer. */
export function anatomyOf(sizes: readonly number[]): Anatomy {
  const names = nodeNames({ sizes });
  const lastLayer = sizes.length - 1;
  const layers = sizes.map((size, l) =>
    Array.from({ length: size }, (_, i): MlpNode => {
      const node = { number: names.node(l, i), layer: l, output: names.output(l, i) };
      if (l === 0) return node;
      const own = { net: names.net(l, i), bias: names.bias(l, i), error: names.error(l, i) };
      if (l < lastLayer) return { ...node, ...own };
      return { ...node, ...own, target: names.target(l, i), difference: names.difference(l, i) };
    }),
  );
  const edges = layers
    .slice(1)
    .flatMap((layer, l) =>
      (layers[l] ?? []).flatMap((from, i) =>
        layer.map((to, j) => ({ weight: names.weight(l, i, j), from: from.number, to: to.number })),
      ),
    );
  return { layers, edges };
}
