/** Tensors, their gradients and compiled functions, without layers or training: a contents page. */
import './training/defaultBackend.ts';

export { referenceBackend } from './backends/reference/backend.ts';
export { type WasmOptions, wasmBackend } from './backends/wasm/backend.ts';
export { type WasmSupport, wasmSupport } from './backends/wasm/support.ts';
export type { Backend, CompileReport, Executable } from './compile/backend.ts';
export type { Dtype } from './graph/dtypes.ts';
export * from './graph/errors.ts';
export { type NDArray, ndarray, type Shape } from './graph/ndarray.ts';
export { checkpoint } from './tensor/checkpoint.ts';
export { compile } from './tensor/compile.ts';
export { customGradient, type GradientOf } from './tensor/customGradient.ts';
export * from './tensor/functions/arithmetic.ts';
export * from './tensor/functions/arrange.ts';
export * from './tensor/functions/einsum.ts';
export * from './tensor/functions/indexing.ts';
export * from './tensor/functions/matrices.ts';
export * from './tensor/functions/order.ts';
export * from './tensor/functions/scan.ts';
export * from './tensor/functions/summaries.ts';
export * from './tensor/functions.ts';
export { grad, valueAndGrad } from './tensor/gradient.ts';
export { randomNormal, randomTruncatedNormal, randomUniform, setSeed } from './tensor/random.ts';
export { setBackend } from './tensor/runtime.ts';
export { compute, type Nested, Tensor, type TensorLike, tensor } from './tensor/tensor.ts';
export { Variable, variable } from './tensor/variable.ts';
