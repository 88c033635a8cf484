import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { MUTATIONS } from './support/damaged.ts';
import type { Outcome } from './support/fuzz/child.ts';
import { FORMATS } from './support/fuzz/formats.ts';

/** Beside the packages it loads on use. */
const CHILD = 'node_modules/.cache/pellucid/fuzz.mjs';
const TIMEOUT = 60_000 + 100 * MUTATIONS;

beforeAll(async () => {
  await mkdir('node_modules/.cache/pellucid', { recursive: true });
  await build({
    entryPoints: ['test/support/fuzz/child.ts'],
    outfile: CHILD,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
});

describe(`${MUTATIONS} damaged files end in a typed error or a result within a second and 256 MiB`, () => {
  test.concurrent.each(Object.keys(FORMATS))(
    '%s',
    async (format) => {
      // A file that hangs is cut off by the timeout; one that crashes the process ends in an exit code.
      const run = promisify(execFile)(process.execPath, [CHILD, format, `${MUTATIONS}`], {
        timeout: TIMEOUT,
      });
      const outcome = JSON.parse((await run).stdout) as Outcome;
      if (process.env.PELLUCID_FUZZ) console.log(format, JSON.stringify(outcome));
      expect(outcome.crashes).toEqual([]);
      expect(outcome.read + outcome.refused).toBe(MUTATIONS);
      expect(outcome.refused).toBeGreaterThan(0);
      expect(outcome.slowestMilliseconds).toBeLessThan(1000);
      expect(outcome.growthMebibytes).toBeLessThan(256);
    },
    TIMEOUT,
  );
});
