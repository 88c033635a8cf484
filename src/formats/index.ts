/** Files of models: a contents page. */
export {
  type LoadedModel,
  type LoadModelOptions,
  loadModel,
  type SaveModelOptions,
  saveModel,
} from './keras.ts';
