/** Pellucid: a contents page. */
import { wasmBackend } from './backends/wasm/backend.ts';
import { setBackend } from './tensor/runtime.ts';

setBackend(wasmBackend());

export { referenceBackend } from './backends/reference/backend.ts';
export { wasmBackend } from './backends/wasm/backend.ts';
export type { Backend, CompileReport, Executable } from './compile/backend.ts';
export { Dataset } from './data/dataset/dataset.ts';
export * as datasets from './data/downloads/datasets.ts';
export type { Dtype } from './graph/dtypes.ts';
export * from './graph/errors.ts';
export { type NDArray, ndarray, type Shape } from './graph/ndarray.ts';
export * as activations from './layers/activationFunctions.ts';
export * as layers from './layers/factories.ts';
export * from './layers/index.ts';
export * as initializers from './layers/initializers.ts';
export { compile } from './tensor/compile.ts';
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
export * as callbacks from './training/callbacks/index.ts';
export * from './training/index.ts';
export * as losses from './training/losses.ts';
export * as optimizers from './training/optimizers.ts';
export * as schedules from './training/schedules.ts';
