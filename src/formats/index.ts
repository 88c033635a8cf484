/** Files of models: a contents page. */
export {
  type LoadedModel,
  type LoadOptions,
  loadModel,
  type SaveOptions,
  saveModel,
} from './keras.ts';
