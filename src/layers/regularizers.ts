import type { Tensor } from '../tensor/tensor.ts';

/** A penalty on large weights, or large outputs, that is added to the loss. */
export interface Regularizer {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The penalty, one number. */
  call(weight: Tensor): Tensor;
}
