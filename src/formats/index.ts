/** Files of models: a contents page. */

export { toKerasPython } from './code/python.ts';
export { toTypeScript } from './code/typescript.ts';
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  loadWeights,
  modelFromJSON,
  type SaveOptions,
  saveModel,
  saveWeights,
  toJSON,
} from './keras.ts';
export { type OnnxOptions, saveOnnx } from './onnx/export.ts';
export { loadOnnx, type OnnxProgram, type OnnxValue } from './onnx/import.ts';
export { assignWeights, weightsByPath } from './safetensors/model.ts';
export { readSafetensors, type Safetensors } from './safetensors/read.ts';
export { writeSafetensors } from './safetensors/write.ts';
export { loadTfjs, type ShardReader } from './tfjs/load.ts';
