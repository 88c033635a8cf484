import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ArgumentError, PellucidError } from '../../graph/errors.ts';

/** The files of a run's folder, by name. */
export type RunFiles = Readonly<Record<string, string | Uint8Array>>;

/** A run that could not be written. */
export class RunFolderError extends PellucidError {}

/**
 * Writes a run's folder all at once: the files go to a hidden folder beside it, which is then renamed. Whatever
 * happens meanwhile, there is never half a run; and a run that is already there is never touched.
 *
 * @param folder where the run shall be; when that name is taken, `-2`, `-3`, … is added
 * @param files the files, or a function that makes them for the name that was free
 * @returns the folder that was written
 * @throws ArgumentError when a file's name is not a plain name
 * @throws RunFolderError when the folder cannot be written; nothing is left of it
 */
export async function writeRun(
  folder: string,
  files: RunFiles | ((name: string) => RunFiles),
): Promise<string> {
  const wanted = resolve(folder);
  for (let attempt = 1; ; attempt++) {
    const target = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    if (await isTaken(target)) continue;
    const contents = typeof files === 'function' ? files(basename(target)) : files;
    checkNames(contents);
    if (await place(target, contents)) return target;
  }
}

/** Writes beside `target` and renames; false when another run took the name in the meantime. */
async function place(target: string, files: RunFiles): Promise<boolean> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    await mkdir(temporary, { recursive: true });
    for (const [name, contents] of Object.entries(files)) {
      // On disk before the rename is: a run that can be seen is whole, even after a power cut.
      await writeFile(join(temporary, name), contents, { flush: true });
    }
    await rename(temporary, target);
    return true;
  } catch (cause) {
    // What went wrong first is what matters, not that there is nothing to clean up.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (await isTaken(target)) return false;
    throw new RunFolderError(
      {
        asked: `write the run into ${target}`,
        received: cause instanceof Error ? cause.message : String(cause),
        fix: 'Choose a folder that can be written, on a disk with room.',
      },
      { cause },
    );
  }
}

/** Whether anything has that name, be it a link to nowhere. */
async function isTaken(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

function checkNames(files: RunFiles): void {
  for (const name of Object.keys(files)) {
    if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) continue;
    throw new ArgumentError({
      asked: 'write a run',
      expected: 'plain names for its files',
      received: JSON.stringify(name),
    });
  }
}
