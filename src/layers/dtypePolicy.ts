import { type Dtype, isFloating, isHalf } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** What layers compute in. In the mixed ones weights stay float32, and only what is computed from them is rounded. */
export type DtypePolicy = 'float32' | 'mixed_float16' | 'mixed_bfloat16';

const COMPUTE_DTYPES: { readonly [P in DtypePolicy]: Dtype } = {
  float32: 'float32',
  mixed_float16: 'float16',
  mixed_bfloat16: 'bfloat16',
};

let current: DtypePolicy = 'float32';

/**
 * Says what layers made from now on compute in.
 *
 * `mixed_float16` and `mixed_bfloat16` compute in 16 bits with float32 weights; losses, metrics, softmax outputs and
 * normalisation are float32 still. Models compiled under `mixed_float16` scale their loss.
 *
 * @throws ArgumentError for another name
 * @see Micikevicius et al., "Mixed precision training", 2018; Keras `keras.config.set_dtype_policy`
 */
export function setDtypePolicy(policy: DtypePolicy): void {
  current = checkedPolicy(policy);
}

/** Runs `body` under another policy. */
export function withPolicy<T>(policy: DtypePolicy, body: () => T): T {
  const before = current;
  current = policy;
  try {
    return body();
  } finally {
    current = before;
  }
}

/** What layers are made to compute in. */
export function dtypePolicy(): DtypePolicy {
  return current;
}

/** Whether it is the name of one. */
export const isPolicy = (name: string): name is DtypePolicy => Object.hasOwn(COMPUTE_DTYPES, name);

export function checkedPolicy(policy: DtypePolicy): DtypePolicy {
  if (isPolicy(policy)) return policy;
  throw new ArgumentError({
    asked: 'dtype policy',
    expected: `one of ${Object.keys(COMPUTE_DTYPES).join(', ')}`,
    received: `${policy}`,
  });
}

/** The dtype a policy computes in. */
export function computeDtypeOf(policy: DtypePolicy): Dtype {
  return COMPUTE_DTYPES[policy];
}

/** Floats of 16 bits as float32; all else as it is. */
export function inFull(x: Tensor): Tensor {
  return isHalf(x.dtype) ? x.cast('float32') : x;
}

/** 32-bit floats, and those of 16 bits, as `dtype`; all else as it is. */
export function rounded(x: Tensor, dtype: Dtype): Tensor {
  return isFloating(x.dtype) && x.dtype !== 'float64' ? x.cast(dtype) : x;
}
