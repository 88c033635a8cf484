import { type Dtype, isFloating } from '../graph/dtypes.ts';
import { Tensor, type TensorLike, tensor } from '../tensor/tensor.ts';

/** Each takes in all before it, apart from the two floats of 16 bits, which only float32 takes in. */
const ORDER: readonly Dtype[] = ['bool', 'uint32', 'int32', 'bfloat16', 'float16', 'float32', 'float64'];

/** The dtype in which two meet, as Keras has it: floats before integers before truth values. */
export function promotedDtype(a: Dtype, b: Dtype): Dtype {
  const [low, high] = ORDER.indexOf(a) < ORDER.indexOf(b) ? [a, b] : [b, a];
  return low === 'bfloat16' && high === 'float16' ? 'float32' : high;
}

/** A bare number is weak: it takes the dtype of the tensor beside it, if that can hold it. */
function dtypeBeside(value: TensorLike, other: Dtype): Dtype {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'number') return tensor(value).dtype;
  if (isFloating(other)) return other;
  if (!Number.isInteger(value)) return 'float32';
  return other === 'bool' ? 'int32' : other;
}

/** Two operands in the dtype in which they meet; two bare numbers are float32. */
export function promoted(a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const known = [a, b].find((value) => typeof value !== 'number');
  const beside = known === undefined ? 'float32' : tensor(known).dtype;
  const dtype = promotedDtype(dtypeBeside(a, beside), dtypeBeside(b, beside));
  return [converted(a, dtype), converted(b, dtype)];
}

/** Anything tensor-like in a dtype. */
export function converted(value: TensorLike, dtype: Dtype): Tensor {
  return value instanceof Tensor ? value.cast(dtype) : tensor(value, { dtype });
}

/** Integers and truth values as float32; floats as they are. */
export function floating(x: TensorLike): Tensor {
  const value = tensor(x);
  return isFloating(value.dtype) ? value : value.cast('float32');
}

/** Truth values as 0 and 1, int32; numbers as they are. */
export function numeric(x: TensorLike): Tensor {
  const value = tensor(x);
  return value.dtype === 'bool' ? value.cast('int32') : value;
}

/** Two operands as numbers of one dtype. */
export function numbers(a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const [x, y] = promoted(a, b);
  return [numeric(x), numeric(y)];
}

/** Two operands as floats of one dtype. */
export function floats(a: TensorLike, b: TensorLike): [Tensor, Tensor] {
  const [x, y] = promoted(a, b);
  return [floating(x), floating(y)];
}
