/** Files of models: a contents page. */
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  type SaveOptions,
  saveModel,
} from './keras.ts';
export { type OnnxOptions, saveOnnx } from './onnx/export.ts';
export { loadOnnx, type OnnxProgram, type OnnxValue } from './onnx/import.ts';
export { assignWeights, weightsByPath } from './safetensors/model.ts';
export { readSafetensors, type Safetensors } from './safetensors/read.ts';
export { writeSafetensors } from './safetensors/write.ts';
