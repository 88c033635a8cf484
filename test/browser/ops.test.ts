import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBrowser, launch, serve } from '../support/browser.ts';
import { casesOf, OPS } from '../support/opCases/index.ts';
import type { runOps } from '../support/opsInPage.ts';

const executable = findBrowser();
const note = executable ? '' : ' (skipped: no Chromium found; install one or set CHROMIUM_PATH)';

/** Builds what the page runs, the sources and the cases, into a folder. */
function build(folder: string): void {
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const project = fileURLToPath(new URL('tsconfig.json', import.meta.url));
  execFileSync(process.execPath, [compiler, '--project', project, '--outDir', folder], { stdio: 'inherit' });
}

test.skipIf(!executable)(`every case of every primitive is right in a browser${note}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pellucid-ops-'));
  try {
    build(folder);
    await using site = await serve(folder, '/built');
    await using browser = await launch(executable ?? '');
    const page = await browser.newPage();
    await page.goto(site.url);
    const found = (await page.evaluate(
      `import('/built/test/support/opsInPage.js').then(({ runOps }) => runOps())`,
    )) as ReturnType<typeof runOps>;
    expect(found.wrong).toEqual([]);
    expect(found.cases).toBe(OPS.reduce((count, op) => count + casesOf(op).length, 0));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
