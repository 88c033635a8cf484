import '../../worker/engine.ts';
import { curvatureVerdict, ExpressionError, type ExpressionGraph, graph } from 'pellucid/explain';
import { displayed } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { listedSteps } from '../../parts/series.ts';
import { type Column, columnOf, Sheet } from './column.ts';
import { descend, type Pair, type Path } from './descent.ts';
import {
  type HillProperties,
  METHOD_TITLES,
  type MethodName,
  placeAt,
  STEPS,
  type Surface,
  surfaceOf,
} from './properties.ts';
import { type Row, rowsOf } from './rows.ts';
import { LEVELS, type Terrain, terrainOf } from './terrain.ts';

/** A method's way as far as one has walked. */
export interface Way {
  readonly method: MethodName;
  readonly title: string;
  readonly places: readonly Pair[];
  /** Names of its last step's numbers, in x and in y, where it has them. */
  readonly step: StepNames;
  /** The height at the start, and where it is now. */
  readonly heights: readonly [start: number, now: number];
  /** α·λmax and its limit where it is now; only plain descent and momentum have one. */
  readonly product?: number;
  readonly limit?: number;
  /** What the library says of them. */
  readonly verdict?: string;
  /** The step that left the picture, or after which a number was no finite one. */
  readonly lost?: { readonly step: number; readonly overflow: boolean };
}

type Names = readonly [x: string, y: string];

/** What the picture draws of a step: the gradient, and what a method keeps of past ones. */
export interface StepNames {
  readonly gradient?: Names;
  /** Adam's moving mean of gradients. */
  readonly mean?: Names;
  /** Momentum's: how far it would go on by itself. */
  readonly velocity?: Names;
  /** A mean, or sum, of squared gradients. */
  readonly square?: Names;
}

/** What is wrong with an expression, and at which character, from 1. */
export interface Problem {
  readonly text: string;
  readonly column?: number;
}

export interface HillResult extends LabResult {
  readonly expression: string;
  readonly view: Pick<Surface, 'x' | 'y'>;
  readonly terrain: Terrain;
  readonly levels: number;
  readonly ways: readonly Way[];
  readonly constants: readonly string[];
  readonly rows: readonly Row[];
  readonly length: number;
  readonly problem?: Problem;
}

/** Every chosen method, gone down the surface as far as one has walked. */
export function compute(properties: HillProperties): HillResult {
  const surface = surfaceOf(properties);
  const source = surface.expression(properties);
  const expression = readable(source);
  return 'text' in expression
    ? unreadable(source, surface, expression)
    : walked(expression, surface, properties);
}

function readable(source: string): ExpressionGraph | Problem {
  try {
    const expression = graph(source);
    const other = expression.variables.find((name) => name !== 'x' && name !== 'y');
    return other === undefined
      ? expression
      : { text: `The picture has axes for x and y; ${other} has none.` };
  } catch (problem) {
    if (!(problem instanceof ExpressionError)) throw problem;
    const { column, expected, received } = problem;
    return { column, text: `Column ${column}: expected ${expected}, found ${received}.` };
  }
}

const unreadable = (expression: string, { x, y }: Surface, problem: Problem): HillResult => ({
  ...{ quantities: {}, formulas: {}, expression, view: { x, y }, terrain: { lines: [], holes: '' } },
  ...{ levels: LEVELS, ways: [], constants: [], rows: [], length: 0, problem },
  said: 'There is no surface yet.',
  summary: `The surface cannot be drawn. ${problem.text}`,
});

function walked(expression: ExpressionGraph, { x, y }: Surface, properties: HillProperties): HillResult {
  const { source } = expression;
  const at = Math.min(properties.at, STEPS);
  const sheet = new Sheet();
  const columns: Column[] = [];
  const ways = properties.methods.map((method) => {
    const path = descend(source, method, properties);
    const column = columnOf(sheet, expression, path, at, properties);
    columns.push(column);
    return wayOf(path, column, at, { x, y });
  });
  const [first] = columns;
  return {
    quantities: { ...sheet.quantities, ...trailsOf(ways) },
    formulas: sheet.formulas,
    ...(first && at > 0 && { focus: first.names.x }),
    ...{ expression: source, view: { x, y }, terrain: terrainOf(source, { x, y }), levels: LEVELS },
    ...{ ways, constants: sheet.constants, rows: rowsOf(columns), length: STEPS },
    said:
      at === 0
        ? 'Every method stands at the start.'
        : `Step ${at}: each method takes the gradient where it stood, and moves.`,
    summary: summaryOf(source, ways, at),
  };
}

/** Where each method stood at the steps that the table of trails lists. */
function trailsOf(ways: readonly Way[]): Record<string, number> {
  return Object.fromEntries(
    ways.flatMap(({ title, places }) =>
      listedSteps(places.map((_, step) => step)).flatMap((step) =>
        (['x', 'y'] as const).map((axis, i) => [placeAt(axis, title, step), places[step]?.[i] ?? Number.NaN]),
      ),
    ),
  );
}

function wayOf(path: Path, column: Column, at: number, view: Pick<Surface, 'x' | 'y'>): Way {
  const { method, optimizer, start, steps } = path;
  const places = [start.place, ...steps.slice(0, at).map(({ place }) => place)];
  const inside = ([px, py]: Pair) => px >= view.x[0] && px <= view.x[1] && py >= view.y[0] && py <= view.y[1];
  const overflow = places.findIndex((place) => !place.every(Number.isFinite));
  const left = places.findLastIndex(inside) + 1;
  const lost = overflow > 0 ? overflow : left > 0 && left < places.length ? left : undefined;
  const { bend, heights } = column;
  const verdict =
    bend && column.limit !== undefined
      ? curvatureVerdict(
          {
            ...{ greatest: bend.greatest, least: bend.least, complete: true },
            eigenvalues: [bend.least, bend.greatest],
            conditionNumber: Math.abs(bend.greatest / bend.least),
          },
          optimizer,
        )
      : undefined;
  return {
    ...{ method, title: METHOD_TITLES[method], places, heights, step: stepNames(path, column) },
    ...(column.product !== undefined && { product: column.product }),
    ...(column.limit !== undefined && { limit: column.limit }),
    ...(verdict?.severity === 'problem' && { verdict: verdict.sentence }),
    ...(lost !== undefined && { lost: { step: lost, overflow: overflow > 0 } }),
  };
}

function stepNames({ optimizer }: Path, { names }: Column): StepNames {
  const pair = (key: string): Names | undefined => {
    const [x, y] = [names[`${key} x`], names[`${key} y`]];
    return x !== undefined && y !== undefined ? [x, y] : undefined;
  };
  const [gradient, kept, square] = [pair('g'), pair('kept'), pair('kept square')];
  return {
    ...(gradient && { gradient }),
    ...(kept && (optimizer.className === 'SGD' ? { velocity: kept } : { mean: kept })),
    ...(square && { square }),
  };
}

function summaryOf(source: string, ways: readonly Way[], at: number): string {
  const text = (value: number) => displayed(value).text;
  const places = ways.map(({ title, places: all, heights: [, now] }) => {
    const [x = Number.NaN, y = Number.NaN] = all.at(-1) ?? [];
    return `${title} is at (${text(x)}, ${text(y)}) with f = ${text(now)}`;
  });
  return `On f = ${source} after ${at === 1 ? 'one step' : `${at} steps`}: ${places.join('; ')}.`;
}
