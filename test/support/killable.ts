import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Enough for a handful of processes one after the other, on a machine that has much else to do. */
const PATIENCE = 180_000;

/** Where a module of the built library is, for a script that imports it. */
export const built = (path: string): string => pathToFileURL(join(process.cwd(), 'dist', path)).href;

/**
 * Tests that a script, killed at one moment after another and run again each time, ends as one that ran through.
 *
 * The script is told where to keep what it goes on from, at which moment to kill itself (`never` for not at all), and
 * how often to save; it prints what it ends with.
 *
 * @param moments in the order of training
 * @param saving how often to save: a test for each
 */
export function testKills(
  script: string,
  {
    moments,
    saving,
    ending = '',
  }: { moments: readonly string[]; saving: readonly string[]; ending?: string },
): void {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pellucid-kill-'));
    await writeFile(join(folder, 'train.mjs'), script);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const run = (name: string, ...given: string[]) =>
    promisify(execFile)(process.execPath, [
      join(folder, 'train.mjs'),
      join(folder, `${name}${ending}`),
      ...given,
    ]);

  test.each(saving)(
    `killed at ${moments.join(', ')}, saving after each %s, it ends as if it had not been`,
    async (often) => {
      const whole = await run(`whole-${often}`, 'never', often);
      for (const moment of moments) {
        await expect(run(`cut-${often}`, moment, often)).rejects.toMatchObject({ signal: 'SIGKILL' });
      }
      const resumed = await run(`cut-${often}`, 'never', often);
      expect(resumed.stdout).toBe(whole.stdout);
    },
    PATIENCE,
  );
}
