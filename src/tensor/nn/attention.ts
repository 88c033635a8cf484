import { arange, lessEqual, matmul, mul, softmax, where } from '../functions.ts';
import type { Tensor } from '../tensor.ts';

/** A score no other comes near: e to its power is 0. */
const EXCLUDED = -1e30;

export interface AttentionOptions {
  /** What scores are multiplied by; 1/√size by default. */
  readonly scale?: number | Tensor;
  /** bool, broadcasting to [batch, …, queries, keys]: which keys each query may see. */
  readonly mask?: Tensor | undefined;
  /** What the weights go through before they meet the values: dropout. */
  readonly drop?: (weights: Tensor) => Tensor;
}

export interface Attended {
  /** [batch, …, queries, values' size] */
  readonly output: Tensor;
  /** How much each query takes of each value, [batch, …, queries, keys], each row with sum 1. */
  readonly scores: Tensor;
}

/**
 * softmax(scale · Q·Kᵀ)·V.
 *
 * @param query [batch, …, queries, size]
 * @param key [batch, …, keys, size]
 * @param value [batch, …, keys, values' size]
 * @see Vaswani et al., "Attention is all you need", 2017, equation 1
 */
export function dotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { scale = 1 / Math.sqrt(query.shape.at(-1) ?? 1), mask, drop }: AttentionOptions = {},
): Attended {
  return attend(matmul(mul(query, scale), key.transpose()), value, { mask, ...(drop && { drop }) });
}

/** softmax(logits)·V, where the mask holds. */
export function attend(
  logits: Tensor,
  value: Tensor,
  { mask, drop = (x) => x }: Pick<AttentionOptions, 'mask' | 'drop'> = {},
): Attended {
  const scores = softmax(mask ? where(mask, logits, EXCLUDED) : logits);
  return { output: matmul(drop(scores), value), scores };
}

/** bool [queries, keys]: no query sees a key that comes after it. */
export function causalMask(queries: number, keys: number): Tensor {
  return lessEqual(arange(keys).reshape([1, keys]), arange(queries).reshape([queries, 1]));
}
