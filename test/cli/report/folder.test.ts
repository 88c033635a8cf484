import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolderError, writeRun } from '../../../src/cli/report/folder.ts';
import { ArgumentError } from '../../../src/graph/errors.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pellucid-runs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('writeRun', () => {
  it('writes text and bytes, and makes the folders above', async () => {
    const folder = await writeRun(join(root, 'runs', 'iris'), {
      'history.csv': 'epoch\n',
      'model.keras': new Uint8Array([80, 75, 0, 255]),
    });
    expect(folder).toBe(join(root, 'runs', 'iris'));
    expect(await readFile(join(folder, 'history.csv'), 'utf8')).toBe('epoch\n');
    expect([...(await readFile(join(folder, 'model.keras')))]).toEqual([80, 75, 0, 255]);
    expect(await readdir(join(root, 'runs'))).toEqual(['iris']);
  });

  it('gives a taken name a fresh suffix and leaves what is there alone', async () => {
    await mkdir(join(root, 'iris')); // Even an empty folder is someone's.
    await writeFile(join(root, 'iris-2'), 'a file');
    await symlink(join(root, 'nowhere'), join(root, 'iris-3'));
    expect(await writeRun(join(root, 'iris'), { a: '1' })).toBe(join(root, 'iris-4'));
    expect(await readdir(join(root, 'iris'))).toEqual([]);
    expect(await readFile(join(root, 'iris-2'), 'utf8')).toBe('a file');
  });

  it('tells the files the name that was free', async () => {
    await mkdir(join(root, 'iris'));
    const folder = await writeRun(join(root, 'iris'), (name) => ({ 'run.json': name }));
    expect(await readFile(join(folder, 'run.json'), 'utf8')).toBe('iris-2');
  });

  it('lets many write the same name at once, each whole', async () => {
    const writers = Array.from({ length: 8 }, (_, at) =>
      writeRun(join(root, 'iris'), { one: `${at}`, two: `${at}` }),
    );
    const folders = await Promise.all(writers);
    expect(new Set(folders).size).toBe(8);
    for (const [at, folder] of folders.entries()) {
      expect(await readFile(join(folder, 'one'), 'utf8')).toBe(String(at));
      expect(await readFile(join(folder, 'two'), 'utf8')).toBe(String(at));
    }
    expect((await readdir(root)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leaves nothing behind when a file cannot be written', async () => {
    const files = { good: 'text', ['x'.repeat(300)]: 'a name that no file system takes' };
    await expect(writeRun(join(root, 'iris'), files)).rejects.toThrow(RunFolderError);
    expect(await readdir(root)).toEqual([]);
  });

  it('says so when the folder above is a file', async () => {
    await writeFile(join(root, 'runs'), '');
    await expect(writeRun(join(root, 'runs', 'iris'), { a: '1' })).rejects.toThrow(
      /write the run into .*iris/,
    );
  });

  it.each(['', '.', '..', '../model.keras', 'a/b', 'a\\b', 'a\0b'])(
    'refuses %j as the name of a file',
    async (name) => {
      await expect(writeRun(join(root, 'iris'), { [name]: '' })).rejects.toThrow(ArgumentError);
      expect(await readdir(root)).toEqual([]);
    },
  );
});
