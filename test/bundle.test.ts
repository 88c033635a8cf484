import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { publicSources } from '../studio/packages.ts';

/** What a program evaluates to after a bundler has left out what it does not use. */
async function bundled(program: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const entry = join(folder, 'entry.js');
    await writeFile(entry, program);
    await build({
      ...{ configFile: false, root: folder, logLevel: 'error' },
      resolve: { alias: publicSources() },
      build: {
        lib: { entry, formats: ['es'], fileName: () => 'bundle.mjs' },
        outDir: folder,
        emptyOutDir: false,
      },
    });
    const { default: value } = await import(pathToFileURL(join(folder, 'bundle.mjs')).href);
    return value;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each([
  ["import { tensor } from 'pellucid'; export default tensor([1, 2]).mul(3).array();", [3, 6]],
  ["import { slopeProduct } from 'pellucid/explain'; export default slopeProduct('sigmoid', 2);", 0.0625],
])('a page that imports one name has what computes it: case %#', async (program, value) => {
  expect(await bundled(program)).toEqual(value);
});
