// Data: tables, pictures and made examples, as arrays to learn from. Nothing here needs Node; reading from disk is
// in `files.ts`, which `pellucid/node` exports.

export { normalize, toCategorical } from './categorical.ts';
export {
  type ColumnKind,
  type ColumnSummary,
  type InferOptions,
  inferColumns,
  type Schema,
} from './columns.ts';
export { type CsvOptions, parseCsv, type Table, type TableColumn } from './csv.ts';
export { Dataset, type ShuffleOptions, type Source } from './dataset/dataset.ts';
export { type SplitDatasetOptions, splitDataset } from './dataset/split.ts';
export type { Batched, Part } from './dataset/structure.ts';
export { type MadeDigitsOptions, madeDigits } from './digits.ts';
export * as datasets from './downloads/datasets.ts';
export {
  type Encoding,
  encodeInputs,
  type FitEncodingOptions,
  featureNames,
  fitEncoding,
  type InputEncoding,
} from './encoding.ts';
export type { Examples, LabelledImages, Task } from './examples.ts';
export { GATES, type Gate, gate } from './gates.ts';
export { encodeIdx, type IdxArray, type IdxValues, parseIdx } from './idx.ts';
export { type ImageSetFiles, idxToNDArray, parseImageSet, parseImages, parseLabels } from './images.ts';
export { type ColorMode, type DecodeImageOptions, decodeImage } from './pictures/decode.ts';
export {
  type ImageFolder,
  type ImageFolderOptions,
  imageDatasetFromFiles,
  type LabelMode,
  type PictureFile,
  pictureFilesOf,
} from './pictures/folder.ts';
export { type CifarImages, type CifarOptions, parseCifar } from './readers/cifar.ts';
export { type CsvRow, csvRows } from './readers/csvRows.ts';
export { type Json, jsonLines, parseJsonLines, type TextOptions } from './readers/jsonLines.ts';
export type { Chunks } from './readers/lines.ts';
export { type NpyOptions, parseNpy, parseNpz } from './readers/npy.ts';
export { type ParquetColumn, type ParquetOptions, parseParquet } from './readers/parquet.ts';
export {
  type PadSequencesOptions,
  padSequences,
  type TimeseriesOptions,
  timeseriesDatasetFromArray,
} from './sequences.ts';
export { type Fractions, type Split, type SplitOptions, splitRows } from './split.ts';
export { readEncoding } from './storedEncoding.ts';
export { decodePredictions, encodeTarget, type Predictions, type TargetEncoding } from './target.ts';
export { blobs, circles, moons, sine, spirals, type ToyOptions, xor } from './toys.ts';
