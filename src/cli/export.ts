import { writeFile } from 'node:fs/promises';
import { saveOnnx, toKerasPython, toTypeScript, weightsByPath, writeSafetensors } from '../formats/index.ts';
import type { Model } from '../index.ts';
import { openModel } from './modelFile.ts';
import type { Terminal } from './train.ts';

/** What a model can be written as: the ending of the file, and its contents. */
const KINDS = {
  onnx: [
    '.onnx',
    (model: Model, batchSize: number | undefined) => saveOnnx(model, batchSize ? { batchSize } : {}),
  ],
  safetensors: ['.safetensors', (model: Model) => writeSafetensors(weightsByPath(model))],
  typescript: ['.ts', toTypeScript],
  python: ['.py', toKerasPython],
} as const;

export type ExportKind = keyof typeof KINDS;
export const EXPORT_KINDS = Object.keys(KINDS) as ExportKind[];

export interface ExportOptions {
  readonly to: ExportKind;
  readonly out?: string;
  readonly batchSize?: number;
}

/** `pellucid export`: a model as a file of another kind, beside it unless said otherwise. */
export async function exportModel(
  path: string,
  options: ExportOptions,
  { out, err }: Terminal,
): Promise<void> {
  const { model, warnings } = await openModel(path);
  for (const warning of warnings) err.write(`${path}: ${warning}\n`);
  const [ending, write] = KINDS[options.to];
  const target = options.out ?? `${path.replace(/\.(keras|h5)$/, '')}${ending}`;
  await writeFile(target, write(model, options.batchSize));
  out.write(`${target}\n`);
}
