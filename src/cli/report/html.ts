import { printable } from '../terminal/text.ts';

/** What may stand in a page; strings and numbers are text, only `Html` is markup. */
export type Content = Html | string | number | false | undefined | readonly Content[];

/** Markup that was made by `html` and so holds no text that could be taken for markup. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Markup by our own hand. Never for anything that was read from a file. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }

  toString(): string {
    return this.#markup;
  }
}

/**
 * A piece of a page. What is put into it is escaped, in text and in quoted attributes alike, so that the names in
 * a data file stay names.
 */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Html {
  const markup = pieces.map((piece, at) => piece + (at < contents.length ? render(contents[at]) : ''));
  return Html.trusted(markup.join(''));
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return content.map(render).join('');
}

function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
