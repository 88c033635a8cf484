import { DataError } from '../../graph/errors.ts';

/** A text file as it arrives: pieces of bytes (UTF-8) or of text, cut anywhere. */
export type Chunks = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** A line longer than this is a sign of another kind of file; holding it would exhaust memory: 16 MiB. */
const LONGEST_LINE = 2 ** 24;

/**
 * The lines of a text file, read piece by piece; line breaks may be LF or CRLF, and a byte order mark is dropped.
 *
 * @throws DataError when the bytes are no UTF-8, or a line is longer than 16 Mi characters.
 */
export async function* linesOf(chunks: Chunks, source: string): AsyncGenerator<Line> {
  let number = 1;
  let rest = '';
  let first = true;
  for await (const text of decoded(chunks, source, () => number)) {
    const lines = (rest + (first ? text.replace(/^\ufeff/, '') : text)).split('\n');
    first &&= text === '';
    rest = lines.pop() ?? '';
    for (const line of lines) yield { text: withoutReturn(line), number: number++ };
    if (rest.length > LONGEST_LINE) {
      throw new DataError(
        {
          asked: 'reading lines of text',
          expected: `lines of at most ${LONGEST_LINE} characters`,
          received: 'a longer one',
          fix: 'Check that this is a text file with one record a line.',
        },
        { file: source, line: number },
      );
    }
  }
  if (rest !== '') yield { text: withoutReturn(rest), number };
}

const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

async function* decoded(chunks: Chunks, source: string, line: () => number): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      const readable = new TextDecoder().decode(bytes).split('\ufffd', 1)[0] ?? '';
      throw new DataError(
        {
          asked: 'reading text',
          expected: 'UTF-8',
          received: 'bytes that are not',
          fix: 'Save the file as UTF-8, or unpack it first if it is compressed.',
        },
        { file: source, line: line() + readable.split('\n').length - 1 },
        { cause },
      );
    }
  };
  for await (const chunk of chunks) yield typeof chunk === 'string' ? chunk : decode(chunk);
  yield decode();
}
