import type { Work } from '../worker/protocol.ts';

/** A lab's computations as the worker calls them: what an argument is, the lab's own module says. */
type Module = Readonly<Record<string, (argument: never, work: Work) => unknown>>;
type Loaded = Readonly<Record<string, (argument: unknown, work: Work) => unknown>>;

const loaded = (module: Promise<Module>) => module as Promise<Loaded>;

/** What the worker can compute, by lab: the exported functions of each lab's `compute.ts`. */
export const COMPUTATIONS: Readonly<Record<string, () => Promise<Loaded>>> = {
  floats: () => loaded(import('./floats/compute.ts')),
  gates: () => loaded(import('./gates/compute.ts')),
  graph: () => loaded(import('./graph/compute.ts')),
  hill: () => loaded(import('./hill/compute.ts')),
  'gradient-flow': () => loaded(import('./gradient-flow/compute.ts')),
  mlp: () => loaded(import('./mlp/compute.ts')),
  activations: () => loaded(import('./activations/compute.ts')),
  neuron: () => loaded(import('./neuron/compute.ts')),
  playground: () => loaded(import('./playground/compute.ts')),
  topologies: () => loaded(import('./topologies/compute.ts')),
};
