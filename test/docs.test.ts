import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { examplesIn } from './support/pages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = [
  ...readdirSync(join(ROOT, 'docs/course'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/course/${name}`),
  'docs/case-study.md',
  'docs/saving.md',
  'docs/speed.md',
];

/** Runs a module as if it lay in this folder, so that it imports the package by its name, as built. */
async function run(code: string): Promise<string> {
  const running = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
  });
  const { stdout, stderr } = await running;
  expect(stderr).toBe('');
  return stdout;
}

test('the reader of pages finds code, and its output only where it follows at once', () => {
  const page = 'a\n```js\nx\n```\n\n```text\n1\n```\n```js\ny\n```\nb\n```text\n2\n```\n```sh\nz\n```\n';
  expect(examplesIn(page)).toEqual([
    { line: 2, code: 'x\n', output: '1\n' },
    { line: 9, code: 'y\n', output: undefined },
  ]);
});

describe.each(PAGES)('%s', (name) => {
  const examples = examplesIn(readFileSync(join(ROOT, name), 'utf8'));

  test('has code', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.concurrent.each(examples)('line $line prints what the page says', async ({ code, output }) => {
    expect(output, 'a block of text with the output after the code').toBeDefined();
    expect((await run(code)).trimEnd()).toBe(output?.trimEnd());
  });
});
