import { readCsv, readImageSet } from '../data/files.ts';
import { decodePredictions, encodeInputs, encodeTarget } from '../data/index.ts';
import { ArgumentError, compile, type Model, tensor } from '../index.ts';
import { judge } from './judge.ts';
import { type OpenedModel, openModel, type StoredSource } from './modelFile.ts';
import type { Part } from './sources.ts';
import { confusionTable } from './terminal/confusion.ts';
import { residualSummary } from './terminal/residuals.ts';
import { layerTable } from './terminal/tables.ts';
import { layersOf, type Terminal } from './train.ts';

export interface ApplyOptions {
  readonly json?: boolean;
  readonly images?: string;
  readonly labels?: string;
}

/** Opens a model, and says what of its file could not be taken over. */
async function open(path: string, { err }: Terminal): Promise<OpenedModel> {
  const opened = await openModel(path);
  for (const warning of opened.warnings) err.write(`${path}: ${warning}\n`);
  return opened;
}

/** `pellucid predict`: a table with the predictions beside each row, as CSV. */
export async function predict(
  modelPath: string,
  dataPath: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<void> {
  const { model, stored } = await open(modelPath, terminal);
  const encoding = stored?.encoding;
  if (!encoding) throw notATable(modelPath);
  const table = await readCsv(dataPath);
  const outputs = model.predict(encodeInputs(encoding, table)).value();
  const predictions = decodePredictions(encoding, outputs);
  const columns = table.columns.map(({ name, values }) => ({ name, values }));
  const added =
    predictions.kind === 'classes'
      ? [
          { name: `predicted ${stored.target}`, values: predictions.names },
          { name: 'probability', values: predictions.probabilities.map(String) },
        ]
      : [{ name: `predicted ${stored.target}`, values: predictions.values.map(String) }];
  const { default: papaparse } = await import('papaparse');
  const all = [...columns, ...added];
  const rows = Array.from({ length: table.rows }, (_, i) => all.map(({ values }) => values[i] ?? ''));
  terminal.out.write(`${papaparse.unparse([all.map(({ name }) => name), ...rows], { newline: '\n' })}\n`);
  if (options.json) terminal.out.write(`${JSON.stringify({ rows: table.rows, predictions })}\n`);
}

/** `pellucid evaluate`: loss and metrics of a model on data whose answers are known. */
export async function evaluate(
  modelPath: string,
  dataPath: string | undefined,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<void> {
  const { model, stored } = await open(modelPath, terminal);
  if (!stored) throw notATable(modelPath);
  const part = await readPart(stored, dataPath, options, modelPath);
  const { metrics, confusion, predictions } = await judge(model, part, { ...stored, original: () => ({}) });
  const colour = terminal.colour.err;
  const { classNames, target } = stored;
  if (confusion)
    terminal.err.write(`${confusionTable(confusion, { colour, ...(classNames && { classNames }) })}\n`);
  if (predictions) terminal.err.write(`${residualSummary(predictions, { colour, target })}\n`);
  if (options.json) terminal.out.write(`${JSON.stringify({ examples: part.count, test: metrics })}\n`);
  else
    terminal.out.write(
      `${Object.entries(metrics)
        .map(([name, value]) => `${name} ${value.toPrecision(6)}`)
        .join(', ')}\n`,
    );
}

async function readPart(
  stored: StoredSource,
  path: string | undefined,
  options: ApplyOptions,
  modelPath: string,
): Promise<Part> {
  const { images, labels } = options;
  if (stored.kind === 'images') {
    if (!images || !labels) {
      throw new ArgumentError({
        asked: `evaluate ${modelPath}`,
        expected: '--images and --labels, for it was trained on images',
      });
    }
    const { x, y } = await readImageSet({ images, labels });
    return { x, y, count: y.data.length };
  }
  if (!stored.encoding || path === undefined) throw notATable(modelPath);
  const table = await readCsv(path);
  return {
    x: encodeInputs(stored.encoding, table),
    y: encodeTarget(stored.encoding, table),
    count: table.rows,
  };
}

function notATable(path: string): ArgumentError {
  return new ArgumentError({
    asked: `apply ${path} to a table`,
    expected: 'a model that `pellucid train` made from a table, and a CSV file',
    fix: 'Such models carry how columns become numbers.',
  });
}

/** `pellucid inspect`: layers, shapes, parameters, bytes and the graph of a model. */
export async function inspect(modelPath: string, options: ApplyOptions, terminal: Terminal): Promise<void> {
  const { model, stored, bytes } = await open(modelPath, terminal);
  const layers = layersOf(model);
  const graph = graphOf(model);
  if (options.json) {
    const { name, parameters, inputShape } = model;
    terminal.out.write(
      `${JSON.stringify({ name, bytes, parameters, inputShape, layers, graph, source: stored ?? null })}\n`,
    );
    return;
  }
  terminal.out.write(`${model.name}: ${model.parameters} parameters, ${bytes} bytes\n`);
  terminal.out.write(`${layerTable(layers, { colour: terminal.colour.out })}\n\n${graph}\n`);
}

/** The graph of one example's way through the model, as text. */
function graphOf(model: Model): string {
  let text = '';
  const example = tensor(new Float32Array((model.inputShape ?? []).reduce((a, b) => a * b, 1)), {
    shape: [1, ...(model.inputShape ?? [])],
  });
  compile((x) => {
    const output = model.call(x, { training: false });
    text = output.toString();
    return output;
  })(example);
  return text;
}
