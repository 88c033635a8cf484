import { DataError } from '../../graph/errors.ts';
import {
  type CsvOptions,
  checkHeader,
  checkWidth,
  emptyTable,
  findDelimiter,
  numberLines,
  quoteError,
  type Row,
} from '../csv.ts';
import { Dataset } from '../dataset/dataset.ts';
import { type Chunks, linesOf } from './lines.ts';

/** About as many characters are split into fields at once. */
const BLOCK = 2 ** 16;

/** A quoted field longer than this was never closed: 16 Mi characters. */
const LONGEST_RECORD = 2 ** 24;

/** A row of a table: the text of each field by the name of its column. */
export type CsvRow = Readonly<Record<string, string>>;

/**
 * The rows of comma-separated values, read as they arrive: the file may be larger than memory. The rules are those
 * of `parseCsv`, but that a CR alone ends no line.
 *
 * @param open The pieces of the file, or a function that opens it for each pass.
 * @throws when read: DataError with file and line, when there is no header, a header name twice, a quote without
 * end, or a row with another number of fields than the header.
 */
export function csvRows(open: Chunks | (() => Chunks), options: CsvOptions = {}): Dataset<CsvRow> {
  const { source = 'table' } = options;
  return Dataset.from(async function* () {
    const { default: papa } = await import('papaparse');
    const chunks = typeof open === 'function' ? open() : open;
    let { delimiter } = options;
    let header: Row | undefined;
    let names: readonly string[] = [];
    for await (const { text, line } of blocksOf(chunks, source)) {
      delimiter ??= findDelimiter(papa, text);
      const { data, errors } = papa.parse<string[]>(text, { delimiter, newline: '\n' });
      const quote = errors.find(({ type }) => type === 'Quotes');
      if (quote !== undefined) throw quoteError(quote, text, source, line);
      for (const row of numberLines(data, line)) {
        if (header === undefined) {
          header = row;
          names = checkHeader(row, source);
          continue;
        }
        checkWidth(row, header, delimiter, source);
        yield Object.fromEntries(names.map((name, column) => [name, row.fields[column] ?? '']));
      }
    }
    if (header === undefined) throw emptyTable(source);
  });
}

/** Whole records, some at a time: a line break inside of quotes ends none, and inside of quotes is where the number of quotes so far is odd. */
async function* blocksOf(chunks: Chunks, source: string): AsyncGenerator<{ text: string; line: number }> {
  let block: string[] = [];
  let [length, quotes, line] = [0, 0, 1];
  for await (const { text, number } of linesOf(chunks, source)) {
    if (block.length === 0) {
      // Before the header there may be blank lines, and a delimiter is looked for in the first block.
      if (text.trim() === '') continue;
      line = number;
    }
    block.push(text);
    length += text.length + 1;
    quotes += text.split('"').length - 1;
    if (length > LONGEST_RECORD) throw endlessQuote(source, line);
    if (length < BLOCK || quotes % 2 === 1) continue;
    yield { text: block.join('\n'), line };
    block = [];
    [length, quotes] = [0, 0];
  }
  if (block.length > 0) yield { text: block.join('\n'), line };
}

function endlessQuote(source: string, line: number): DataError {
  return new DataError(
    {
      asked: 'reading a quoted field',
      expected: 'a closing quote',
      received: `none in ${LONGEST_RECORD} characters after line ${line}`,
      fix: 'Close the quote; write a quote inside of a quoted field twice ("").',
    },
    { file: source, line },
  );
}
