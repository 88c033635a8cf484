import { displayed, symbolText } from '../../units/formula.ts';
import { escaped } from '../document.ts';
import type { Evaluation } from './evaluation.ts';
import { OPERATIONS } from './operations.ts';
import { type Step, symbolOf } from './step.ts';

/** A graph in the language of Graphviz, with numbers where they are known. */
export function dotOf(
  steps: readonly Step[],
  numbersOf: (step: Step) => { value: number; gradient: number } | undefined,
): string {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const id = (step: Step) => quoted(`${step.kind} ${step.name}`);
  const lines = steps.flatMap((step) => {
    const numbers = numbersOf(step);
    const shown = numbers ? ` = ${displayed(numbers.value).text}` : '';
    const title = step.kind === 'number' ? step.name : `${symbolText(symbolOf(step))}${shown}`;
    const sign = step.operation ? `${OPERATIONS[step.operation].sign}  ` : '';
    const shape = step.kind === 'operation' ? 'box' : step.kind === 'variable' ? 'ellipse' : 'plaintext';
    return [
      `  ${id(step)} [label=${quoted(sign + title)}, shape=${shape}];`,
      ...step.inputs.map((from) => {
        const back = numbersOf(from);
        const label =
          back && from.kind !== 'number' ? ` [label=${quoted(`∂ ${displayed(back.gradient).text}`)}]` : '';
        return `  ${id(from)} -> ${id(step)}${label};`;
      }),
    ];
  });
  return ['digraph expression {', '  rankdir=LR;', ...lines, '}'].join('\n');
}

const BOX = { width: 76, height: 44 } as const;
const GAP = { across: 128, down: 84 } as const;
const MARGIN = 24;

/** Colours that can be read on light and on dark; for a page that inlines drawings, too. */
export const DRAWING_STYLE = `.pellucid-graph{--ink:#1b1f24;--soft:#575d66;--rule:#8a8f98;--paper:#fbfaf7;--forward:#1f5fa8;--backward:#a6480a;
max-width:100%;height:auto;font:14px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){.pellucid-graph{--ink:#e9e6df;--soft:#a3a8b0;--rule:#6f757f;--paper:#14171c;--forward:#6fb1f0;--backward:#f0a35e}}
.pellucid-graph rect,.pellucid-graph ellipse{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
.pellucid-graph path{fill:none;stroke:var(--rule);stroke-width:1.5}
.pellucid-graph text{fill:var(--ink);text-anchor:middle;stroke:none}
.pellucid-graph .forward,.pellucid-graph .backward{font-size:12px;paint-order:stroke;stroke:var(--paper);stroke-width:4px}
.pellucid-graph .forward{fill:var(--forward)}.pellucid-graph .backward{fill:var(--backward)}
.pellucid-graph .back{font-size:12px;fill:var(--backward)}`;

interface Place {
  readonly x: number;
  readonly y: number;
}

/**
 * The graph from left to right: values in blue above its edges as they go forward, derivatives in rust below as they
 * come back.
 */
export function drawing(evaluation: Evaluation): string {
  const { steps, result, source } = evaluation.graph;
  const columns = columnsOf(steps);
  const places = placesOf(columns);
  const tallest = Math.max(...columns.map(({ length }) => length));
  const width = 2 * MARGIN + columns.length * (BOX.width + GAP.across);
  const height = 2 * MARGIN + tallest * (BOX.height + GAP.down);
  const at = (step: Step): Place => places.get(step) ?? { x: 0, y: 0 };
  const edges = steps.flatMap((step) =>
    step.inputs.map((from, position) => edge(evaluation, from, step, position, at)),
  );
  const marks = steps.map((step) => box(evaluation, step, at(step)));
  const end = at(result);
  const out = arrow({ x: end.x + BOX.width / 2, y: end.y }, { x: end.x + BOX.width / 2 + 74, y: end.y });
  const label = labels({ x: end.x + BOX.width / 2 + 36, y: end.y }, evaluation.value, 1);
  const title = `${source}: ${symbolText(symbolOf(result))} = ${displayed(evaluation.value).text}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="pellucid-graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>${DRAWING_STYLE}</style>
${[...edges, out, ...marks, label].join('\n')}
</svg>`;
}

/** A graph's steps in columns from left to right: each after the last of its inputs, and near the middle of what it is joined to. */
export function columnsOf(steps: readonly Step[]): Step[][] {
  const depth = new Map<Step, number>();
  for (const step of steps)
    depth.set(step, Math.max(-1, ...step.inputs.map((from) => depth.get(from) ?? 0)) + 1);
  // Leaves stand right before their first use, so that edges stay short.
  for (const step of steps) {
    if (step.inputs.length > 0) continue;
    const uses = steps.filter(({ inputs }) => inputs.includes(step)).map((user) => depth.get(user) ?? 0);
    if (uses.length > 0) depth.set(step, Math.min(...uses) - 1);
  }
  const columns: Step[][] = [];
  for (const step of steps) {
    const at = depth.get(step) ?? 0;
    columns[at] = [...(columns[at] ?? []), step];
  }
  return untangled(columns);
}

/** Sorts columns by the mean place of their neighbours, forth and back, a few times: fewer edges cross. */
function untangled(columns: readonly (readonly Step[])[]): Step[][] {
  let sorted = columns.map((column) => [...column]);
  for (let round = 0; round < 4; round++) {
    const row = new Map(
      sorted.flatMap((column) => column.map((step, i) => [step, i - (column.length - 1) / 2] as const)),
    );
    const users = (step: Step) => columns.flat().filter(({ inputs }) => inputs.includes(step));
    const mean = (step: Step, neighbours: readonly Step[]) =>
      neighbours.length === 0
        ? (row.get(step) ?? 0)
        : neighbours.reduce((total, other) => total + (row.get(other) ?? 0), 0) / neighbours.length;
    const key = (step: Step) => mean(step, round % 2 === 0 ? users(step) : step.inputs);
    sorted = sorted.map((column) => column.toSorted((a, b) => key(a) - key(b)));
  }
  return sorted;
}

function placesOf(columns: readonly (readonly Step[])[]): Map<Step, Place> {
  const tallest = Math.max(...columns.map(({ length }) => length));
  const places = new Map<Step, Place>();
  columns.forEach((column, across) => {
    column.forEach((step, down) => {
      const offset = (tallest - column.length) / 2 + down + 0.5;
      places.set(step, {
        x: MARGIN + BOX.width / 2 + across * (BOX.width + GAP.across),
        y: MARGIN + offset * (BOX.height + GAP.down),
      });
    });
  });
  return places;
}

function box(evaluation: Evaluation, step: Step, { x, y }: Place): string {
  const name = step.kind === 'number' ? displayed(evaluation.valueOf(step)).text : symbolText(symbolOf(step));
  const shape =
    step.kind === 'operation'
      ? `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6"/>`
      : `<ellipse cx="${x}" cy="${y}" rx="${BOX.width / 2}" ry="${BOX.height / 2}"/>`;
  const sign = step.operation
    ? `<text x="${x}" y="${y - 3}">${escaped(OPERATIONS[step.operation].sign)}</text><text x="${x}" y="${y + 15}">${escaped(name)}</text>`
    : `<text x="${x}" y="${y + 5}">${escaped(name)}</text>`;
  const whole =
    step.kind === 'variable'
      ? `<text class="back" x="${x}" y="${y + BOX.height / 2 + 15}">∂ = ${displayed(evaluation.gradientOf(step)).text}</text>`
      : '';
  return `<g>${shape}${sign}${whole}</g>`;
}

function edge(
  evaluation: Evaluation,
  from: Step,
  to: Step,
  position: number,
  at: (step: Step) => Place,
): string {
  const [start, end] = [at(from), at(to)];
  const spread = to.inputs.length > 1 ? (position - (to.inputs.length - 1) / 2) * 16 : 0;
  const a = { x: start.x + BOX.width / 2, y: start.y };
  const b = { x: end.x - BOX.width / 2, y: end.y + spread };
  const flow = evaluation.contributions.find(
    (contribution) =>
      contribution.from === to && contribution.to === from && contribution.position === position,
  );
  // Nearer to where it starts, where edges that meet are still apart.
  const middle = { x: a.x + (b.x - a.x) * 0.42, y: a.y + (b.y - a.y) * 0.38 };
  return arrow(a, b) + labels(middle, evaluation.valueOf(from), flow?.value);
}

function arrow(a: Place, b: Place): string {
  const bend = Math.max((b.x - a.x) / 2, 30);
  return `<path d="M${a.x} ${a.y}C${a.x + bend} ${a.y} ${b.x - bend} ${b.y} ${b.x} ${b.y}"/><path d="M${b.x - 7} ${b.y - 4}L${b.x} ${b.y}L${b.x - 7} ${b.y + 4}"/>`;
}

function labels({ x, y }: Place, value: number, gradient: number | undefined): string {
  const forward = `<text class="forward" x="${x}" y="${y - 6}">${displayed(value).text}</text>`;
  return gradient === undefined
    ? forward
    : `${forward}<text class="backward" x="${x}" y="${y + 16}">${displayed(gradient).text}</text>`;
}
