import type Papa from 'papaparse';
import { DataError } from '../graph/errors.ts';

/** A table of text, as it was read; `inferColumns` says what the text means. */
export interface Table {
  /** Where it came from, for messages: a file name. */
  readonly source: string;
  readonly columns: readonly TableColumn[];
  /** The number of rows, the header not counted. */
  readonly rows: number;
  /** The line of the source, counted from 1, on which row `row` (from 0) begins. */
  lineOf(row: number): number;
}

export interface TableColumn {
  readonly name: string;
  /** One cell a row, as written. */
  readonly values: readonly string[];
}

export interface CsvOptions {
  /** What to call the text in messages. */
  readonly source?: string;
  /** The character between fields; found in the header when left out. */
  readonly delimiter?: string;
}

/** In the order in which they win a tie. */
const DELIMITERS = [',', ';', '\t', '|'];
const DELIMITER_NAMES: Record<string, string> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/**
 * Reads comma-separated values (RFC 4180) into a table.
 *
 * The first line that is not blank is the header; it needs a name for every column (an empty one becomes
 * `column 3`). The delimiter is the one of `, ; tab |` that splits the header into the most fields. Fields may be
 * quoted, and then hold delimiters, doubled quotes and line breaks. Blank lines are skipped. Line breaks may be
 * LF, CRLF or CR, and become LF.
 *
 * @param csv The text, or its bytes in UTF-8, with or without a byte order mark.
 * @throws DataError with file and line, when there is no header, no row, a header name twice, a quote without
 * end, or a row with another number of fields than the header.
 */
export async function parseCsv(csv: string | Uint8Array, options: CsvOptions = {}): Promise<Table> {
  const { source = 'table' } = options;
  // Loaded on use: most users of this floor never read a CSV file.
  const { default: papa } = await import('papaparse');
  const text = (typeof csv === 'string' ? csv.replace(/^\ufeff/, '') : decodeText(csv, source)).replace(
    /\r\n?/g,
    '\n',
  );
  const delimiter = options.delimiter ?? findDelimiter(papa, text);
  const { data, errors } = papa.parse<string[]>(text, { delimiter, newline: '\n' });
  const quote = errors.find(({ type }) => type === 'Quotes');
  if (quote !== undefined) throw quoteError(quote, text, source);

  const [header, ...rows] = numberLines(data);
  if (header === undefined) throw emptyTable(source);
  const names = checkHeader(header, source);
  if (rows.length === 0) {
    throw new DataError(
      {
        asked: 'reading a table',
        expected: 'rows below the header',
        received: `a header of ${count(names.length, 'column')} and nothing else`,
        fix: 'Add at least one row of data.',
      },
      { file: source, line: header.line },
    );
  }
  for (const row of rows) checkWidth(row, header, delimiter, source);
  return {
    source,
    columns: names.map((name, column) => ({ name, values: rows.map(({ fields }) => fields[column] ?? '') })),
    rows: rows.length,
    lineOf: (row) => rows[row]?.line ?? header.line,
  };
}

export interface Row {
  readonly fields: readonly string[];
  readonly line: number;
}

/** Gives every row the line it begins on, and drops blank lines. A quoted line break is a line too. */
export function numberLines(records: readonly string[][], firstLine = 1): Row[] {
  const rows: Row[] = [];
  let line = firstLine;
  for (const fields of records) {
    if (fields.length > 1 || (fields[0] ?? '').trim() !== '') rows.push({ fields, line });
    for (const field of fields) line += countBreaks(field);
    line++;
  }
  return rows;
}

function countBreaks(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) breaks++;
  return breaks;
}

/** Only the header is looked at: rows hold free text, and a ragged row must not hide its own mistake. */
export function findDelimiter(papa: typeof Papa, text: string): string {
  const header = text.trimStart();
  const widths = DELIMITERS.map(
    (delimiter) =>
      papa.parse<string[]>(header, { delimiter, newline: '\n', preview: 1 }).data[0]?.length ?? 0,
  );
  return DELIMITERS[widths.indexOf(Math.max(...widths))] ?? ',';
}

export function checkHeader({ fields, line }: Row, source: string): string[] {
  const names = fields.map((field, column) => field.trim() || `column ${column + 1}`);
  const firstAt = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const column = index + 1;
    const first = firstAt.get(name);
    if (first !== undefined) {
      throw new DataError(
        {
          asked: 'reading the header',
          expected: 'a different name for every column',
          received: `"${name}" for columns ${first} and ${column}`,
          fix: 'Rename one of them.',
        },
        { file: source, line, column },
      );
    }
    firstAt.set(name, column);
  }
  return names;
}

export function checkWidth(row: Row, header: Row, delimiter: string, source: string): void {
  const [found, expected] = [row.fields.length, header.fields.length];
  if (found === expected) return;
  throw new DataError(
    {
      asked: 'reading a row',
      expected: `${count(expected, 'field')}, as in the header`,
      received: `${found}, split at ${DELIMITER_NAMES[delimiter] ?? `"${delimiter}"`}`,
      fix:
        found < expected
          ? 'Leave the place of a missing value empty, but keep its delimiter.'
          : 'Put quotes around text that contains the delimiter.',
    },
    { file: source, line: row.line },
  );
}

export function quoteError(error: Papa.ParseError, text: string, source: string, firstLine = 1): DataError {
  const line = firstLine + countBreaks(text.slice(0, error.index ?? 0));
  const unterminated = error.code === 'MissingQuotes';
  return new DataError(
    {
      asked: 'reading a quoted field',
      expected: unterminated ? 'a closing quote' : 'a delimiter after the closing quote',
      received: unterminated ? 'the end of the file' : 'more text',
      fix: 'Close the quote; write a quote inside of a quoted field twice ("").',
    },
    { file: source, line },
  );
}

export function emptyTable(source: string): DataError {
  return new DataError(
    {
      asked: 'reading a table',
      expected: 'a header and rows below it',
      received: 'an empty file',
      fix: 'Write the names of the columns into the first line.',
    },
    { file: source },
  );
}

function decodeText(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(
      {
        asked: 'reading text',
        expected: 'UTF-8',
        received: 'bytes that are not',
        fix: 'Save the file as "CSV UTF-8", or unpack it first if it is compressed.',
      },
      { file: source },
      { cause },
    );
  }
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
