/**
 * A sheet of dots, two across and four down in each character, drawn with the braille block U+2800.
 * Each character remembers which pen touched it last, for its colour.
 */
export class Braille {
  readonly columns: number;
  readonly rows: number;
  readonly #dots: Uint8Array;
  readonly #pens: Uint8Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#pens = new Uint8Array(columns * rows);
  }

  /** The dots across. */
  get width(): number {
    return this.columns * 2;
  }

  /** The dots down. */
  get height(): number {
    return this.rows * 4;
  }

  /** Sets the dot at (`x`, `y`), counted from the top left; dots off the sheet are ignored. */
  set(x: number, y: number, pen: number): void {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return;
    const cell = (y >> 2) * this.columns + (x >> 1);
    this.#dots[cell] = (this.#dots[cell] ?? 0) | dotBit(x & 1, y & 3);
    this.#pens[cell] = pen;
  }

  /** One row of characters; each run that one pen drew is painted in one go. */
  row(row: number, paint: (text: string, pen: number) => string): string {
    const runs: { text: string; pen: number }[] = [];
    for (let cell = row * this.columns; cell < (row + 1) * this.columns; cell++) {
      const dots = this.#dots[cell] ?? 0;
      const character = dots === 0 ? ' ' : String.fromCodePoint(0x2800 + dots);
      const pen = this.#pens[cell] ?? 0;
      const last = runs.at(-1);
      if (last !== undefined && (dots === 0 || last.pen === pen)) last.text += character;
      else runs.push({ text: character, pen });
    }
    return runs
      .map(({ text, pen }) => (text.trim() === '' ? text : paint(text.trimEnd(), pen) + after(text)))
      .join('');
  }
}

function after(text: string): string {
  return text.slice(text.trimEnd().length);
}

// The standard numbers braille dots 1–3 and 4–6 down the two columns; the fourth row, 7 and 8, came later.
function dotBit(across: number, down: number): number {
  return down === 3 ? 0x40 << across : 1 << (down + 3 * across);
}
