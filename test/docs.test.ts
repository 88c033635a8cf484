import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COURSE = join(ROOT, 'docs/course');

interface Example {
  readonly line: number;
  readonly code: string;
  /** What it prints; undefined where the page does not say. */
  readonly output: string | undefined;
}

/** The blocks of code of a page, each with the block of text that follows it at once: what it prints. */
function examplesIn(page: string): Example[] {
  const blocks = [...page.matchAll(/^```(?<kind>\w+)\n(?<body>[\s\S]*?)^```$/gm)];
  return blocks.flatMap((block, at) => {
    if (block.groups?.kind !== 'js') return [];
    const next = blocks[at + 1];
    const end = block.index + block[0].length;
    const follows = next?.groups?.kind === 'text' && page.slice(end, next.index).trim() === '';
    return [
      {
        line: page.slice(0, block.index).split('\n').length,
        code: block.groups.body ?? '',
        output: follows ? next?.groups?.body : undefined,
      },
    ];
  });
}

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

describe.each(readdirSync(COURSE).filter((name) => name.endsWith('.md')))('docs/course/%s', (name) => {
  const examples = examplesIn(readFileSync(join(COURSE, name), 'utf8'));

  test('has code', () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.concurrent.each(examples)('line $line prints what the page says', async ({ code, output }) => {
    expect(output, 'a block of text with the output after the code').toBeDefined();
    expect((await run(code)).trimEnd()).toBe(output?.trimEnd());
  });
});
