import type { Dtype } from './dtypes.ts';
import type { GradientRule } from './gradientRule.ts';
import type { NDArray, Shape } from './ndarray.ts';

/**
 * The primitive operations. Everything else — softmax, losses, layers, optimizers — is composed of these.
 *
 * Each place that must know every primitive (shapes, gradients, reference values, code) is a table typed
 * `{ [K in Op]: … }`: a primitive added here shows up as a type error wherever a row is missing.
 * What an operation needs besides its inputs are its attributes.
 */
export interface Attributes {
  /** A value bound when the program runs: data, a variable, a function's argument. */
  input: { readonly shape: Shape; readonly dtype: Dtype; readonly name: string; readonly serial: number };
  /** A value known while the graph is built. */
  constant: { readonly value: NDArray };
  /** 0, 1, 2, … along one axis, the same along all others. */
  iota: { readonly shape: Shape; readonly axis: number; readonly dtype: Dtype };
  /** Inputs (key uint32[2], stream uint32[]). Element i is Threefry(key, (stream, i)) as a float32 in [0, 1). */
  uniform: { readonly shape: Shape };

  neg: Empty;
  exp: Empty;
  log: Empty;
  sqrt: Empty;
  sin: Empty;
  floor: Empty;
  tanh: Empty;
  /** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
  erf: Empty;
  /** log(1 + x), accurate near 0. */
  log1p: Empty;
  /** eˣ − 1, accurate near 0. */
  expm1: Empty;
  /** To another dtype: towards zero for integers, x ≠ 0 for bool. */
  cast: { readonly dtype: Dtype };
  /** The identity, through which no gradient flows. */
  detach: Empty;
  /**
   * Inputs (x, …others): x, and what is computed from it is computed no sooner than the others, apart from what is
   * computed from x itself. With `recomputed`, x is the end of a stretch of graph that begins at the others, which the
   * gradient computes again instead of keeping its values.
   */
  checkpoint: { readonly recomputed: boolean };
  /**
   * Inputs (x, …arguments, …others): x, whose cotangent goes to the arguments by the rule, which may read the others,
   * and not to x.
   */
  customGradient: { readonly rule: GradientRule };

  add: Empty;
  mul: Empty;
  /** a / b; integers divide towards zero, and by zero to 0. */
  div: Empty;
  /** The greater of two; NaN if either is. */
  max: Empty;
  less: Empty;
  equal: Empty;
  /** Inputs (condition bool, a, b): a where the condition holds, else b. */
  where: Empty;

  /** Σ over `axes`, which stay as length 1. */
  sum: { readonly axes: readonly number[] };
  /** The greatest over `axes`, which stay as length 1. */
  reduceMax: { readonly axes: readonly number[] };
  /** [… m, k] × [… k, n] → [… m, n]; leading axes broadcast. */
  matmul: Empty;

  reshape: { readonly shape: Shape };
  /** Output axis i is input axis `order[i]`. */
  permute: { readonly order: readonly number[] };
  broadcast: { readonly shape: Shape };
  /** The box of `size` at `start`. */
  slice: { readonly start: readonly number[]; readonly size: Shape };
  /** Zeros (false) around. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Any number of inputs, one after another along `axis`. */
  concat: { readonly axis: number };
  /** The order along `axes` turned around. */
  flip: { readonly axes: readonly number[] };
  /**
   * Every window along some axes: an axis of n becomes the ⌊(n − (size − 1)·dilation − 1) / stride⌋ + 1 places a
   * window may stand at; the places inside of a window are new axes after the last of these. In
   * [batch, height, width, channels], over axes 1 and 2: [batch, rows, columns, …size, channels].
   */
  window: Windowing;
  /** The adjoint of `window`: each element of each window is added at the place it was seen at, in an array of `lengths` along the axes. */
  unwindow: Windowing & { readonly lengths: Shape };

  /** Inputs (table [r, …s], indices int32 […i]) → […i, …s]: row `indices` of the table; indices are clamped to its rows. */
  gather: Empty;
  /** Inputs (indices int32 […i], updates […i, …s]) → [rows, …s]: zeros, to which each update is added at its row. */
  scatterAdd: { readonly rows: number };
}

/** Windows of `size` along `axes` (ascending), `strides` apart, their places `dilations` apart. */
export interface Windowing {
  readonly axes: readonly number[];
  readonly size: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

export type Op = keyof Attributes;
type Empty = Readonly<Record<string, never>>;

/**
 * One value of a graph: an operation applied to other nodes. Immutable and interned: two nodes of the same
 * operation, inputs and attributes are the same object, so equality is identity.
 */
export interface NodeOf<O extends Op> {
  readonly op: O;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes[O];
  readonly shape: Shape;
  readonly dtype: Dtype;
  /** Grows with creation: inputs have smaller ids than what uses them. */
  readonly id: number;
}

export type Node = { [O in Op]: NodeOf<O> }[Op];

/** A table with one function for each primitive. */
export type Table<Rest extends readonly unknown[], Result> = {
  readonly [O in Op]: (node: NodeOf<O>, ...rest: Rest) => Result;
};

/** Applies the row of a node's operation. */
export function applyRow<O extends Op, Rest extends readonly unknown[], Result>(
  table: { readonly [P in O]: (node: NodeOf<P>, ...rest: Rest) => Result },
  node: NodeOf<O>,
  ...rest: Rest
): Result {
  return table[node.op](node, ...rest);
}

type Group = ReadonlySet<Op>;

/** Element by element, each output element from one element of each input (after broadcasting). */
export const ELEMENTWISE: Group = new Set<Op>([
  ...([
    'neg',
    'exp',
    'log',
    'sqrt',
    'sin',
    'floor',
    'tanh',
    'erf',
    'log1p',
    'expm1',
    'cast',
    'detach',
  ] as const),
  ...(['add', 'mul', 'div', 'max', 'less', 'equal', 'where'] as const),
]);
/** Only rearrange: each output element is one input element, or a padding zero. */
export const MOVEMENT: Group = new Set<Op>([
  ...(['reshape', 'permute', 'broadcast', 'slice', 'pad', 'flip', 'window'] as const),
]);
/** Need many instructions an element: never computed twice. */
export const COSTLY: Group = new Set<Op>([
  ...(['exp', 'log', 'sin', 'tanh', 'erf', 'log1p', 'expm1', 'sqrt', 'div', 'uniform'] as const),
]);
export const REDUCTIONS: Group = new Set<Op>(['sum', 'reduceMax']);
