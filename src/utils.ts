/** What Keras keeps in `keras.utils`, by its names in camel case: a contents page. */
export { normalize, toCategorical } from './data/categorical.ts';
export { type SplitDatasetOptions, splitDataset } from './data/dataset/split.ts';
export {
  type PadSequencesOptions,
  padSequences,
  type TimeseriesOptions,
  timeseriesDatasetFromArray,
} from './data/sequences.ts';
export { setSeed as setRandomSeed } from './tensor/random.ts';
export { type PlotModelOptions, plotModel } from './training/model/plot.ts';
