/** What needs a file system: a contents page. */
export {
  imageDatasetFromDirectory,
  readCsv,
  readImage,
  readImageSet,
  readNpy,
  readNpz,
  readParquet,
  streamCsv,
  streamJsonLines,
} from './data/files.ts';
