import { detach } from '../graph/build.ts';
import { inOrder } from '../graph/graph.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import { type SeenThrough, seeThroughCheckpoints } from './checkpoints.ts';
import { type Draft, Drafts } from './drafts.ts';
import type { Reading } from './expressions.ts';
import { chooseStored, isLeaf, isWritable, needingBuffers } from './fusion.ts';
import { addsInPlace, type Buffer, type Kernel } from './kernels.ts';
import { placeParts } from './places.ts';
import { Storage } from './storage.ts';

/** What a compiled step does: values to return, and inputs that hold another value afterwards. */
export interface Step {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

export interface Update {
  readonly target: NodeOf<'input'>;
  readonly value: Node;
}

/** Kernels in the order they run, then copies for the updates that could not be made in place. */
export interface Lowered {
  readonly kernels: readonly Kernel[];
  readonly copies: readonly { readonly from: Buffer; readonly to: Buffer }[];
  /** The buffers of leaves: inputs, and constants that are not single numbers. */
  readonly leaves: ReadonlyMap<Node, Buffer>;
  readonly outputs: readonly Buffer[];
}

export interface LowerOptions {
  /** Compute every node in a kernel of its own: slow, and the same numbers. For tests. */
  readonly unfused?: boolean;
}

/** Turns a graph into kernels. */
export function lower(step: Step, options: LowerOptions = {}): Lowered {
  const { unfused = false } = options;
  const { outputs, updates, notBefore } = seenThrough(step);
  const results = [...outputs, ...updates.map(({ value }) => value)];
  const order = inOrder([...results, ...updates.map(({ target }) => target)]);
  const stored = chooseStored(order, results, unfused);
  const dense = needingBuffers(order, results);
  const places = placeParts(
    order,
    (node) => dense.has(node),
    (node) => !unfused && isWritable(node),
  );
  for (const node of places.placed.keys()) stored.add(node);
  const storage = new Storage(places);
  const drafts = new Drafts(storage, { stored, notBefore, unfused });
  for (const node of order) if (stored.has(node)) drafts.place(node);
  return finished({ outputs, updates }, drafts.all, storage);
}

/** The step without its checkpoints. A result that is an input as it stands is apart from it, which may be overwritten. */
function seenThrough({ outputs, updates }: Step): Step & Pick<SeenThrough, 'notBefore'> {
  const seen = seeThroughCheckpoints([...outputs, ...updates.map(({ value }) => value)]);
  const results = seen.results.map((node) => (isLeaf(node) ? detach(node) : node));
  return {
    outputs: results.slice(0, outputs.length),
    updates: updates.map(({ target }, i) => ({ target, value: results[outputs.length + i] as Node })),
    notBefore: seen.notBefore,
  };
}

/** The kernels, with all that they must write; updates are made in place where nothing reads the old value any more. */
function finished({ outputs, updates }: Step, drafts: readonly Draft[], storage: Storage): Lowered {
  const lastReads = lastReadsOf(drafts);
  const inPlace = new Map<Node, Buffer[]>();
  const copied = updates.filter(({ target, value }) => {
    if (!mayOverwrite(value, lastReads.get(target), drafts, storage)) return true;
    inPlace.set(value, [...(inPlace.get(value) ?? []), storage.buffer(target)]);
    return false;
  });
  const needed = readElsewhere(drafts, storage);
  for (const node of outputs) needed.add(node);
  for (const { value } of copied) needed.add(value);

  const kernels: Kernel[] = [];
  for (const { space, root, values, copy } of drafts) {
    const stores = copy ? [copy] : [];
    values.forEach((value, node) => {
      inPlace.get(node)?.forEach((buffer) => {
        stores.push({ buffer, value });
      });
      const isNeeded = needed.has(node) || addsInPlace(root);
      const places = storage.given(node);
      if (!places && isNeeded) stores.push({ buffer: storage.buffer(node), value });
      places?.forEach((place) => {
        if (isNeeded || !place.whole) stores.push(storage.store(place, space, value));
      });
    });
    if (stores.length > 0) kernels.push(root ? { space, root, stores } : { space, stores });
  }
  return {
    kernels,
    copies: copied.map(({ target, value }) => ({
      from: storage.buffer(value),
      to: storage.buffer(target),
    })),
    leaves: storage.leaves(),
    outputs: outputs.map((node) => storage.buffer(node)),
  };
}

/** What kernels read that they do not compute themselves. */
function readElsewhere(drafts: readonly Draft[], { home }: Storage): Set<Node> {
  const found = new Set<Node>();
  drafts.forEach(({ reads }, at) => {
    for (let i = 0; i < reads.length; i++) {
      const { node } = reads[i] as Reading;
      if (home.get(node) !== at) found.add(node);
    }
  });
  return found;
}

/** The last kernel that reads something, and whether it reads it only at the point it computes. */
interface LastRead {
  readonly at: number;
  readonly dense: boolean;
}

function lastReadsOf(drafts: readonly Draft[]): Map<Node, LastRead> {
  const last = new Map<Node, LastRead>();
  drafts.forEach(({ reads }, at) => {
    for (let i = 0; i < reads.length; i++) {
      const { node, dense } = reads[i] as Reading;
      const known = last.get(node);
      last.set(node, { at, dense: dense && (known?.at !== at || known.dense) });
    }
  });
  return last;
}

/** Whether nothing reads the old value of an update's target once its new value is being written. */
function mayOverwrite(
  value: Node,
  last: LastRead | undefined,
  drafts: readonly Draft[],
  storage: Storage,
): boolean {
  const home = storage.home.get(value);
  if (home === undefined || !drafts[home]?.values.has(value)) return false;
  return !last || last.at < home || (last.at === home && last.dense);
}
