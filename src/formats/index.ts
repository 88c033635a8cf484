/** File formats: a contents page. */
export { type LoadOptions, loadModel, type SaveOptions, saveModel } from './keras.ts';
