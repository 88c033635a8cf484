/** What the page and its worker say to each other. */
export type ToWorker =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly lab: string;
      readonly name: string;
      readonly argument: unknown;
      /** The only number whose formula is needed of a result; '' for the one that the result puts in focus. */
      readonly open?: string;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  /** Asks for a sign of life. */
  | { readonly kind: 'ping' };

export type FromWorker =
  | { readonly kind: 'value'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  | { readonly kind: 'pong' };

/** What a computation is given besides its argument. */
export interface Work {
  /** Set when nobody waits for the result any more; a long computation looks at it after each `breathe`. */
  readonly signal: AbortSignal;
  /** Sends a part of the result ahead. */
  readonly progress: (value: unknown) => void;
  /** Lets messages in: a long computation calls it every few milliseconds. */
  readonly breathe: () => Promise<void>;
}

/** What a lab can compute, by name. `compute` makes the lab's result from its properties. */
export type Computations<C extends object = object> = {
  readonly [K in keyof C]: C[K] extends (argument: infer A, work: Work) => infer R
    ? (argument: A, work: Work) => R | Promise<R>
    : never;
};
