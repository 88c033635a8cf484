import { readFile } from 'node:fs/promises';
import { type Encoding, readEncoding, type Task } from '../data/index.ts';
import { loadModel } from '../formats/index.ts';
import { DataError, type Model } from '../index.ts';
import type { Source } from './sources.ts';

/** What a model's file says about the data it was trained on, besides the model. */
export interface StoredSource {
  readonly version: 1;
  readonly kind: Source['kind'];
  readonly task: Task;
  readonly target: string;
  readonly classNames?: readonly string[];
  readonly encoding?: Encoding;
}

/** The member `pellucid.json` of a model's file. */
export function storedSource({ kind, task, target, classNames, encoding }: Source): Uint8Array {
  const stored: StoredSource = {
    version: 1,
    kind,
    task,
    target,
    ...(classNames && { classNames }),
    ...(encoding && { encoding }),
  };
  return new TextEncoder().encode(JSON.stringify(stored));
}

export interface OpenedModel {
  readonly model: Model;
  readonly stored?: StoredSource;
  /** What the file holds that could not be taken over. */
  readonly warnings: readonly string[];
  readonly bytes: number;
}

/** A model and what its file says of its data. @throws DataError when the file is missing or not such a model */
export async function openModel(path: string): Promise<OpenedModel> {
  const bytes = await readBytes(path);
  const { model, extras, warnings } = await loadModel(bytes, { source: path });
  const member = extras.get('pellucid.json');
  const opened = { model, warnings, bytes: bytes.length };
  return member ? { ...opened, stored: readStored(member, path) } : opened;
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DataError(
      { asked: 'open the model', expected: 'a file that can be read', fix: 'Check the path.' },
      { file: path },
      { cause },
    );
  }
}

function readStored(member: Uint8Array, file: string): StoredSource {
  const problem = (received: string) =>
    new DataError(
      { asked: 'read pellucid.json', expected: 'what `pellucid train` writes', received },
      { file },
    );
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(member));
  } catch {
    throw problem('text that is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw problem('no object');
  const { kind, task, target, classNames, encoding } = value as Record<string, unknown>;
  const known = kind === 'table' || kind === 'images' || kind === 'numbers';
  if (
    !known ||
    (task !== 'binary' && task !== 'classes' && task !== 'regression') ||
    typeof target !== 'string'
  ) {
    throw problem('an unknown kind of data');
  }
  const names = Array.isArray(classNames) ? classNames.map(String) : undefined;
  return {
    version: 1,
    kind,
    task,
    target,
    ...(names && { classNames: names }),
    ...(encoding !== undefined && { encoding: readEncoding(encoding, file) }),
  };
}
