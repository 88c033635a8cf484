/** What needs a file system: a contents page. */
export { readCsv, readImageSet } from './data/files.ts';
