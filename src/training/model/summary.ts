import { bytesOf } from '../../graph/dtypes.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import type { Layer } from '../../layers/layer.ts';
import type { LayerCall } from '../../layers/symbolic.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Model } from './model.ts';

export interface SummaryOptions {
  /** Also shows the layers of models that are layers, indented. */
  readonly expandNested?: boolean;
}

/** A model as its tables and pictures need it: calls of layers, where it is a graph of them. */
export type ModelWithCalls = Model & { readonly layerCalls?: readonly LayerCall[] };

/** The layers of a model, their output shapes and parameters, and what each is connected to, as a table. */
export function summaryOf(model: ModelWithCalls, { expandNested = false }: SummaryOptions = {}): string {
  const connected = model.layerCalls !== undefined;
  const header = ['layer (type)', 'output shape', 'parameters', ...(connected ? ['connected to'] : [])];
  const rows = rowsOf(model, expandNested, '');
  return [
    `Model: "${model.name}"`,
    table(header, connected ? rows : rows.map((row) => row.slice(0, 3))),
    ...totals(model),
  ].join('\n');
}

function rowsOf(model: ModelWithCalls, expandNested: boolean, indent: string): string[][] {
  return model.layers.flatMap((layer) => {
    const row = [
      `${indent}${layer.name} (${layer.className})`,
      outputsText(layer, ', ') || '?',
      grouped(layer.parameters),
      sourcesOf(layer, model.layerCalls ?? []).join(', '),
    ];
    const inside = expandNested && isModel(layer) ? rowsOf(layer, expandNested, `${indent}  `) : [];
    return [row, ...inside];
  });
}

const isModel = (layer: Layer): layer is ModelWithCalls => 'layers' in layer && 'fit' in layer;

/** The layers a layer's calls take their inputs from. */
export function sourcesOf(layer: Layer, calls: readonly LayerCall[]): string[] {
  const sources = calls
    .filter((call) => call.layer === layer)
    .flatMap(({ inputs }) => inputs)
    .map(({ name, history }) => (history.output === 0 ? name : `${name}[${history.output}]`));
  return [...new Set(sources)];
}

/** The shapes that come out of a layer, where it has been called or built. */
export function outputsText(layer: Layer, separator: string): string {
  const [call] = layer.calls;
  const shapes = call
    ? call.outputs.map(({ shape }) => shape)
    : layer.outputShapes.map((shape) => [null, ...shape]);
  return shapes.map((shape) => `[${shape.map((length) => length ?? 'batch').join(', ')}]`).join(separator);
}

/** 12560 → 12,560. */
const grouped = (count: number): string => `${count}`.replaceAll(/\B(?=(\d{3})+$)/g, ',');

function table(header: readonly string[], rows: readonly string[][]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (left: string, middle: string, right: string) =>
    left + widths.map((width) => '─'.repeat(width + 2)).join(middle) + right;
  const cells = (row: readonly string[]) =>
    `│${widths.map((width, i) => ` ${aligned(row[i] ?? '', width, i === 2)} `).join('│')}│`;
  return [
    line('┌', '┬', '┐'),
    cells(header),
    line('├', '┼', '┤'),
    ...rows.map(cells),
    line('└', '┴', '┘'),
  ].join('\n');
}

const aligned = (text: string, width: number, toTheRight: boolean): string =>
  toTheRight ? text.padStart(width) : text.padEnd(width);

function totals(model: Model): string[] {
  const optimizer = model.optimizer?.variables ?? [];
  return [
    `Total parameters: ${counted(model.weights)}`,
    `Trainable: ${counted(model.trainableWeights)}`,
    `Not trainable: ${counted(model.nonTrainableWeights)}`,
    ...(optimizer.length > 0 ? [`Optimizer: ${counted(optimizer)}`] : []),
  ];
}

function counted(variables: readonly Variable[]): string {
  const count = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const bytes = variables.reduce((total, { shape, dtype }) => total + sizeOf(shape) * bytesOf(dtype), 0);
  return `${grouped(count)} (${bytesText(bytes)})`;
}

function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [power, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${(bytes / power).toPrecision(3)} ${unit}`;
}
