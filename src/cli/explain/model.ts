import { readCsv, readImageSet } from '../../data/files.ts';
import { encodeInputs, encodeTarget } from '../../data/index.ts';
import { explain, type Part } from '../../explain/index.ts';
import { ArgumentError, type NDArray } from '../../index.ts';
import { takeRows } from '../../training/arrays.ts';
import { type OpenedModel, openModel } from '../modelFile.ts';
import type { Terminal } from '../train.ts';
import { type ExplainOptions, present } from './present.ts';

/** `pellucid explain model.keras data.csv --row 3`: every number of one example's way through a network. */
export async function explainModel(
  path: string,
  data: string | undefined,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  const opened = await openModel(path);
  for (const warning of opened.warnings) terminal.err.write(`${path}: ${warning}\n`);
  const { x, y } = await examplesFor(opened, path, data, options);
  const count = x.shape[0] ?? 0;
  const row = options.row ?? 1;
  if (row > count) {
    throw new ArgumentError({ asked: `--row ${row}`, expected: `a row from 1 to ${count}` });
  }
  const ledger = explain(
    opened.model,
    takeRows(x, Int32Array.of(row - 1)),
    takeRows(y, Int32Array.of(row - 1)),
  );
  const part: Part = {
    ...(options.layer !== undefined && { layer: options.layer }),
    ...(options.unit !== undefined && { unit: options.unit - 1 }),
  };
  await present(
    {
      title: `${opened.model.name}, row ${row}`,
      blocks: ledger.blocks(part),
      toHTML: () => ledger.toHTML(part),
      toJSON: () => ({ model: opened.model.name, row, ...ledger.toJSON(part) }),
    },
    options,
    terminal,
  );
}

/** The examples in a file, as the model takes them. */
async function examplesFor(
  { stored }: OpenedModel,
  path: string,
  data: string | undefined,
  { images, labels }: ExplainOptions,
): Promise<{ x: NDArray; y: NDArray }> {
  if (images !== undefined && labels !== undefined) return readImageSet({ images, labels });
  if (!stored?.encoding || data === undefined) {
    throw new ArgumentError({
      asked: `explain ${path}`,
      expected:
        stored?.kind === 'images'
          ? '--images and --labels, for it was trained on images'
          : 'a CSV file, and a model that `pellucid train` made from a table; or --images and --labels',
      fix: 'Such models carry how columns become numbers.',
    });
  }
  const table = await readCsv(data);
  return { x: encodeInputs(stored.encoding, table), y: encodeTarget(stored.encoding, table) };
}
