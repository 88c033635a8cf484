import type { Layer } from '../../layers/layer.ts';
import { type ModelWithCalls, outputsText } from './summary.ts';

export interface PlotModelOptions {
  /** Shows the shape that comes out of each layer, true by default. */
  readonly showShapes?: boolean;
  /** Shows the kind of each layer, true by default. */
  readonly showTypes?: boolean;
}

interface Box {
  readonly layer: Layer;
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  x: number;
  y: number;
}

const LINE_HEIGHT = 18;
const PADDING = 12;
const GAP = 28;
const ROW_GAP = 44;
/** About what a letter of the font below takes. */
const LETTER = 7.4;

/**
 * A picture of a model's layers and how they are connected, as the text of an SVG: inputs on top, each layer below
 * those it takes from.
 *
 * @see Keras `plot_model`
 */
export function plotModel(model: ModelWithCalls, options: PlotModelOptions = {}): string {
  const edges = edgesOf(model);
  const layers = layersWithEnds(model, edges);
  const boxes = new Map(layers.map((layer) => [layer, boxOf(layer, options)]));
  const rows = arranged(layers, edges).map((row) => row.map((layer) => boxes.get(layer) as Box));
  const width = Math.max(...rows.map(widthOf)) + 2 * GAP;
  let y = GAP;
  for (const row of rows) {
    let x = (width - widthOf(row)) / 2;
    for (const box of row) {
      box.x = x;
      box.y = y;
      x += box.width + GAP;
    }
    y += Math.max(...row.map(({ height }) => height)) + ROW_GAP;
  }
  const height = y - ROW_GAP + GAP;
  const lines = edges.map(([from, to]) => drawnEdge(boxes.get(from), boxes.get(to)));
  const title = `Model ${model.name}: ${model.layers.length} layers, ${model.parameters} parameters`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>',
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...lines,
    ...[...boxes.values()].map(drawnBox),
    '</svg>',
  ].join('\n');
}

/** Which layer takes from which. */
function edgesOf(model: ModelWithCalls): [Layer, Layer][] {
  const found = new Map<string, [Layer, Layer]>();
  const number = new Map<Layer, number>();
  const numberOf = (layer: Layer) => {
    if (!number.has(layer)) number.set(layer, number.size);
    return number.get(layer);
  };
  const add = (from: Layer, to: Layer) => found.set(`${numberOf(from)} ${numberOf(to)}`, [from, to]);
  if (model.layerCalls) {
    for (const { layer, inputs } of model.layerCalls) {
      for (const input of inputs) if (input.layer !== layer) add(input.layer, layer);
    }
  } else {
    model.layers.forEach((layer, i) => {
      const before = model.layers[i - 1];
      if (before) add(before, layer);
    });
  }
  return [...found.values()];
}

/** The layers of the model, and those its inputs come from where they are not among them. */
function layersWithEnds(model: ModelWithCalls, edges: readonly [Layer, Layer][]): Layer[] {
  return [...new Set([...model.layers, ...edges.flat()])];
}

/** Rows of layers: each below all it takes from, and as near to the middle of those as its row allows. */
function arranged(layers: readonly Layer[], edges: readonly [Layer, Layer][]): Layer[][] {
  const depth = new Map<Layer, number>(layers.map((layer) => [layer, 0]));
  // As many rounds as the longest way is long; a shared layer may be on a way to itself.
  for (let round = 0, moved = true; moved && round < layers.length; round++) {
    moved = false;
    for (const [from, to] of edges) {
      const below = (depth.get(from) ?? 0) + 1;
      if (below <= (depth.get(to) ?? 0) || below >= layers.length) continue;
      depth.set(to, below);
      moved = true;
    }
  }
  const rows: Layer[][] = [];
  for (const layer of layers) {
    const row = rows[depth.get(layer) ?? 0] ?? [];
    row.push(layer);
    rows[depth.get(layer) ?? 0] = row;
  }
  const place = new Map<Layer, number>();
  return rows
    .filter((row) => row !== undefined)
    .map((row) => {
      const middle = (layer: Layer) => {
        const sources = edges.filter(([, to]) => to === layer).map(([from]) => place.get(from) ?? 0.5);
        return sources.length === 0 ? 0.5 : sources.reduce((a, b) => a + b, 0) / sources.length;
      };
      const sorted = row
        .map((layer) => ({ layer, at: middle(layer) }))
        .sort((a, b) => a.at - b.at)
        .map(({ layer }) => layer);
      for (const [i, layer] of sorted.entries()) place.set(layer, (i + 0.5) / sorted.length);
      return sorted;
    });
}

function boxOf(layer: Layer, { showShapes = true, showTypes = true }: PlotModelOptions): Box {
  const shapes = outputsText(layer, ' ');
  const lines = [
    layer.name,
    ...(showTypes ? [layer.className] : []),
    ...(showShapes && shapes !== '' ? [shapes] : []),
  ];
  const longest = Math.max(...lines.map((line) => line.length));
  return {
    layer,
    lines,
    width: Math.max(96, longest * LETTER + 2 * PADDING),
    height: lines.length * LINE_HEIGHT + 2 * PADDING,
    x: 0,
    y: 0,
  };
}

const widthOf = (row: readonly Box[]): number =>
  row.reduce((total, { width }) => total + width, 0) + (row.length - 1) * GAP;

function drawnEdge(from: Box | undefined, to: Box | undefined): string {
  if (!from || !to) return '';
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y - 2];
  const bend = Math.abs(y2 - y1) / 2;
  const path = `M${round(x1)} ${round(y1)} C${round(x1)} ${round(y1 + bend)} ${round(x2)} ${round(y2 - bend)} ${round(x2)} ${round(y2)}`;
  return `<path d="${path}" fill="none" stroke="#64748b" stroke-width="1.5" marker-end="url(#arrow)"/>`;
}

function drawnBox({ layer, lines, x, y, width, height }: Box): string {
  const isInput = layer.className === 'InputLayer';
  const colour = isInput ? '#f0fdf4' : layer.parameters > 0 ? '#eff6ff' : '#f8fafc';
  const texts = lines.map((line, i) => {
    const style = i === 0 ? ' font-weight="600" fill="#0f172a"' : ' fill="#475569"';
    return `<text x="${round(x + width / 2)}" y="${round(y + PADDING + LINE_HEIGHT * (i + 0.75))}" text-anchor="middle"${style}>${escaped(line)}</text>`;
  });
  const frame = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8" fill="${colour}" stroke="#94a3b8"/>`;
  return `<g>${frame}${texts.join('')}</g>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
