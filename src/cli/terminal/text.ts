/**
 * Text as a terminal shows it: names from a data file can be wide, long, or hostile, and a column must still align.
 */

// Control characters move the cursor or change colours; bidirectional overrides reorder what a reader sees.
const CONTROL = /\p{Cc}+|[\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]+/gu;
// East Asian wide and full-width forms, and pictures: two columns each.
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
// What nearly all text is made of, and one column each: a segmenter is not needed, nor its time at every redraw.
const NARROW = /^[ -~\u00a0-\u02ff\u2010-\u2027\u2212\u221e\u2500-\u259f\u2800-\u28ff]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what starts a colour.
const COLOUR = /\x1b\[[0-9;]*m/g;

/** `text` on one line, with nothing in it that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(CONTROL, ' ');
}

/** The columns that `text` takes; colours take none. */
export function textWidth(text: string): number {
  const plain = text.replace(COLOUR, '');
  if (NARROW.test(plain)) return plain.length;
  return characters(plain).reduce((width, character) => width + characterWidth(character), 0);
}

/** `text` cut to at most `columns`, its last column an ellipsis when something was left out. Takes no colours. */
export function clip(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let width = 0;
  for (const character of characters(text)) {
    width += characterWidth(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** `text` filled with spaces up to `columns`: before it when aligned right, after it when aligned left. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return align === 'left' ? text + space : space + text;
}

function characters(text: string): string[] {
  return Array.from(
    new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text),
    (part) => part.segment,
  );
}

function characterWidth(character: string): number {
  return WIDE.test(character) ? 2 : 1;
}
