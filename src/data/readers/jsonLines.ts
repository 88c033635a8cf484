import { DataError } from '../../graph/errors.ts';
import { Dataset } from '../dataset/dataset.ts';
import { type Chunks, type Line, linesOf } from './lines.ts';

/** Whatever JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Deeper nesting than this is no record, but an attempt to exhaust the stack of whoever walks it. */
const DEEPEST = 64;

export interface TextOptions {
  /** What to call the text in messages: a file name. */
  readonly source?: string;
}

/**
 * The records of a JSON lines file, one value a line, read as it arrives: the file may be larger than memory. Blank
 * lines are skipped.
 *
 * @param open The pieces of the file, or a function that opens it for each pass.
 * @throws when read: DataError with file, line and column, where a line is not JSON, is nested more than 64 deep, or
 * the file is no UTF-8.
 *
 * @see https://jsonlines.org
 */
export function jsonLines(open: Chunks | (() => Chunks), options: TextOptions = {}): Dataset<Json> {
  const { source = 'JSON lines' } = options;
  return Dataset.from(async function* () {
    const chunks = typeof open === 'function' ? open() : open;
    for await (const line of linesOf(chunks, source)) {
      if (line.text.trim() !== '') yield parseLine(line, source);
    }
  });
}

/** The records of a JSON lines file that is in memory; see `jsonLines`. */
export function parseJsonLines(text: string | Uint8Array, options: TextOptions = {}): Promise<Json[]> {
  return jsonLines([text], options).toArray();
}

function parseLine({ text, number }: Line, source: string): Json {
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    throw new DataError(
      {
        asked: 'reading JSON',
        expected: `at most ${DEEPEST} brackets inside of each other`,
        received: 'more',
      },
      { file: source, line: number, column: deep + 1 },
    );
  }
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const at = /position (\d+)/.exec(`${cause}`)?.[1];
    throw new DataError(
      {
        asked: 'reading JSON',
        expected: 'one whole value on each line, such as {"x": [1, 2], "y": 0}',
        received: text.length > 60 ? `${text.slice(0, 60)}…` : text,
        fix: 'A file of one JSON value over many lines has to be written with one record a line.',
      },
      { file: source, line: number, ...(at !== undefined && { column: Number(at) + 1 }) },
      { cause },
    );
  }
}

/** Where brackets are nested too deep, if anywhere; those inside of strings do not count. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') {
      if (++depth > DEEPEST) return at;
    } else if (character === ']' || character === '}') depth--;
  }
  return undefined;
}
