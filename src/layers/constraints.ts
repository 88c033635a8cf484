import type { Tensor } from '../tensor/tensor.ts';

/** What a weight must satisfy after every step of training. */
export interface Constraint {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The nearest weight that satisfies it, of the same shape. */
  call(weight: Tensor): Tensor;
}
