import { createColors } from 'picocolors';
import { isFiniteNumber, type MaybeNumber, measured } from '../report/numbers.ts';
import { type Axis, curveAxis } from '../report/scales.ts';
import { Braille } from './braille.ts';
import { clip, pad, printable, textWidth } from './text.ts';

/** What is drawn: a value for each epoch, in order. Missing and infinite values leave gaps. */
export interface Curves {
  readonly train: readonly MaybeNumber[];
  readonly dev?: readonly MaybeNumber[] | undefined;
}

export interface CurveOptions {
  /** The columns of the whole drawing. */
  readonly width: number;
  /** The rows of the whole drawing, its title and axis included. */
  readonly height: number;
  readonly colour: boolean;
  readonly title: string;
  /** The best epoch, marked on the axis; the first is 1. */
  readonly best?: number | undefined;
}

interface Line {
  readonly name: string;
  readonly values: readonly MaybeNumber[];
  readonly pen: number;
  /** Which dots along the line are left out: with no colours, that is what tells the lines apart. */
  readonly drawn: (x: number) => boolean;
}

type Paint = (text: string, pen: number) => string;

const ROWS_AROUND = 3;

/**
 * A learning curve in braille characters: the training line is whole, the dev line is dashed; each ends in its
 * name and its last value. The scale is logarithmic by itself when the values span more than two decades.
 */
export function learningCurve(curves: Curves, options: CurveOptions): string {
  const lines = linesOf(curves);
  const epochs = Math.max(...lines.map((line) => line.values.length));
  const title = printable(options.title);
  if (!lines.some((line) => line.values.some(isFiniteNumber))) {
    return clip(`${title}: no finite value to draw in ${epochs} epochs`, options.width);
  }
  const rows = Math.max(2, Math.floor(options.height) - ROWS_AROUND);
  const values = lines.flatMap((line) => line.values);
  const axis = curveAxis(values, [rows * 4 - 1, 0], Math.max(2, rows / 2));
  const labels = new Map(axis.ticks.map((tick) => [Math.round(axis.scale(tick)) >> 2, axis.label(tick)]));
  const labelWidth = Math.max(...Array.from(labels.values(), textWidth), 1);
  const ends = lines.map((line) => `${line.name} ${measured(line.values.at(-1), 3)}`);
  const columns = Math.max(4, Math.floor(options.width) - labelWidth - Math.max(...ends.map(textWidth)) - 3);

  const sheet = new Braille(columns, rows);
  for (const line of lines) draw(sheet, line, epochs, axis);
  const paint = painter(options.colour);
  const endAt = endRows(lines, axis, rows);
  const margin = ' '.repeat(labelWidth + 1);

  const picture = Array.from({ length: rows }, (_, row) => {
    const label = labels.get(row);
    const edge = label === undefined ? `${margin}│` : `${pad(label, labelWidth, 'right')} ┤`;
    const end = endAt.indexOf(row);
    const name = end < 0 ? '' : ` ${paint(ends[end] ?? '', lines[end]?.pen ?? 0)}`;
    return `${edge}${sheet.row(row, paint)}${name}`.trimEnd();
  });
  return [
    clip(`${title}${axis.log ? ' (log scale)' : ''}`, options.width),
    ...picture,
    ...epochAxis(columns, epochs, options.best).map((text) => `${margin}${text}`.trimEnd()),
  ].join('\n');
}

function linesOf({ train, dev }: Curves): Line[] {
  const lines: Line[] = [{ name: 'train', values: train, pen: 0, drawn: () => true }];
  if (dev !== undefined && dev.length > 0) {
    lines.push({ name: 'dev', values: dev, pen: 1, drawn: (x) => x % 6 < 4 });
  }
  return lines;
}

/** Draws a line column by column: from the lowest to the highest value met there, so that no peak is lost. */
function draw(sheet: Braille, line: Line, epochs: number, axis: Axis): void {
  const perDot = (epochs - 1) / (sheet.width - 1);
  for (let x = 0; x < sheet.width; x++) {
    const heights = heightsBetween(line.values, (x - 0.5) * perDot, (x + 0.5) * perDot, axis);
    // A lone value between gaps is met in one column only, and must not fall between two dashes.
    if (heights.length === 0 || !(line.drawn(x) || heights.length === 1)) continue;
    const top = Math.round(Math.min(...heights));
    const bottom = Math.round(Math.max(...heights));
    for (let y = top; y <= bottom; y++) sheet.set(x, y, line.pen);
  }
}

/** The heights that a line takes from one place to another, both counted in epochs from 0. */
function heightsBetween(values: Line['values'], from: number, to: number, axis: Axis): number[] {
  const heights = [heightAt(values, from, axis), heightAt(values, to, axis)];
  for (let at = Math.max(0, Math.ceil(from)); at <= Math.min(values.length - 1, Math.floor(to)); at++) {
    heights.push(heightAt(values, at, axis));
  }
  return heights.filter((height) => height !== undefined);
}

/** The height of a line at a place between two epochs; nothing where either is missing. */
function heightAt(values: Line['values'], place: number, axis: Axis): number | undefined {
  const before = values[Math.floor(place)];
  const after = values[Math.ceil(place)];
  if (!isFiniteNumber(before) || !isFiniteNumber(after)) return undefined;
  const share = place - Math.floor(place);
  return axis.scale(before) * (1 - share) + axis.scale(after) * share;
}

/** The row of each line's end label: at its last finite value, moved apart where two would meet. */
function endRows(lines: readonly Line[], axis: Axis, rows: number): number[] {
  const [first, second] = lines.map((line) => {
    const last = line.values.findLast(isFiniteNumber);
    return last === undefined ? rows - 1 : Math.round(axis.scale(last)) >> 2;
  });
  if (first === undefined) return [];
  if (second === undefined || first !== second) return second === undefined ? [first] : [first, second];
  return first === 0 ? [0, 1] : [first, first - 1];
}

/** The axis line and, below it, the first, the last and the best epoch where there is room for them. */
function epochAxis(columns: number, epochs: number, best: number | undefined): [string, string] {
  const line = Array.from({ length: columns }, () => '─');
  const labels = new LabelRow(columns + 1);
  const nameOf = (epoch: number, name: string) => (epoch === best ? `best ${epoch}` : name);
  labels.write(nameOf(1, '1'), 1);
  if (epochs > 1)
    labels.write(nameOf(epochs, `epoch ${epochs}`), columns) || labels.write(`${epochs}`, columns);
  if (best !== undefined && best >= 1 && best <= epochs) {
    const column = Math.min(
      columns - 1,
      Math.floor(((best - 1) / Math.max(1, epochs - 1)) * (columns - 0.5)),
    );
    line[column] = '▲';
    // Beside the mark rather than nowhere, when the last epoch's label is in the way.
    if (best > 1 && best < epochs) labels.write(`best ${best}`, column + 1, 12);
  }
  return [`└${line.join('')}`, labels.toString()];
}

/** A row of text in which labels never touch. */
class LabelRow {
  #text: string;

  constructor(columns: number) {
    this.#text = ' '.repeat(columns);
  }

  /** Writes `label` around `centre`, or up to `give` columns left of that; false when there is no room. */
  write(label: string, centre: number, give = 0): boolean {
    const centred = Math.round(centre - (label.length - 1) / 2);
    const start = Math.max(0, Math.min(this.#text.length - label.length, centred));
    for (let at = start; at >= Math.max(0, start - give); at--) {
      const room = this.#text.slice(Math.max(0, at - 1), at + label.length + 1);
      if (room.trim() !== '' || at + label.length > this.#text.length) continue;
      this.#text = this.#text.slice(0, at) + label + this.#text.slice(at + label.length);
      return true;
    }
    return false;
  }

  toString(): string {
    return this.#text;
  }
}

function painter(colour: boolean): Paint {
  const { blue, yellow } = createColors(colour);
  return (text, pen) => (pen === 0 ? blue(text) : yellow(text));
}
