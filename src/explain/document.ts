/** A part of what is explained, before it is text, Markdown or HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string; readonly level?: 1 | 2 | 3 }
  | { readonly kind: 'paragraph'; readonly text: string }
  | Table;

export interface Table {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly title: string;
  /** Numbers stand right, so that their digits align. */
  readonly align?: 'left' | 'right';
  /** Rows are moments, one after the other: in a terminal what differs from the row above is marked. */
  readonly follows?: boolean;
}

/** Plain text with aligned columns. */
export function documentText(blocks: readonly Block[]): string {
  return blocks.map(blockText).join('\n\n');
}

function blockText(block: Block): string {
  if (block.kind === 'paragraph') return block.text;
  if (block.kind === 'heading') return block.text;
  const { columns, rows } = block;
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, at) => {
        const cell = cells[at] ?? '';
        return align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
      })
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((total, width) => total + width + 2, -2));
  const head = hasTitles(columns) ? [line(columns.map(({ title }) => title)), rule] : [];
  return [...head, ...rows.map(line)].join('\n');
}

/** A picture made of cells has none. */
const hasTitles = (columns: readonly TableColumn[]) => columns.some(({ title }) => title !== '');

/** GitHub's Markdown. */
export function documentMarkdown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'paragraph') return markdownEscaped(block.text);
      if (block.kind === 'heading') return `${'#'.repeat(block.level ?? 1)} ${markdownEscaped(block.text)}`;
      const line = (cells: readonly string[]) => `| ${cells.map(markdownEscaped).join(' | ')} |`;
      const rule = block.columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
      const cells = block.rows.map((row) => block.columns.map((_, at) => row[at] ?? ''));
      return [
        line(block.columns.map(({ title }) => title)),
        `| ${rule.join(' | ')} |`,
        ...cells.map(line),
      ].join('\n');
    })
    .join('\n\n');
}

const markdownEscaped = (text: string) => text.replaceAll(/[\\|*_<>`[\]]/g, '\\$&').replaceAll('\n', ' ');

/** A piece of a page. */
export function documentHTML(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === 'paragraph') return `<p>${escaped(block.text)}</p>`;
      if (block.kind === 'heading') {
        const level = block.level ?? 1;
        return `<h${level}>${escaped(block.text)}</h${level}>`;
      }
      const head = block.columns.map(({ title }) => `<th scope="col">${escaped(title)}</th>`).join('');
      const rows = block.rows.map(
        (row) =>
          `<tr>${block.columns
            .map(
              ({ align }, at) =>
                `<td${align === 'right' ? ' class="number"' : ''}>${escaped(row[at] ?? '')}</td>`,
            )
            .join('')}</tr>`,
      );
      const titles = hasTitles(block.columns) ? `<thead><tr>${head}</tr></thead>` : '';
      const kind = titles === '' ? ' class="picture"' : '';
      return `<div class="scroll" role="region" aria-label="table" tabindex="0"><table${kind}>${titles}<tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
    })
    .join('\n');
}

/** Text in which nothing can be taken for markup. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
