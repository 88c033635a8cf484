/** Files of models: a contents page. */
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
