import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pellucid-explain-'));

function pellucid(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: folder,
  });
  return { status, stdout, stderr };
}

describe('pellucid explain, of an expression', () => {
  test('shows it forward and backward, as text, as JSON and as a page', () => {
    const page = join(folder, 'page.html');
    const command = ['explain', '(a+b)*(b-c)', '--at', 'a=2,b=3,c=1'];
    expect(pellucid(...command).stdout).toContain('5·1 + 2·1 = 7');
    const { status, stdout } = pellucid(...command, '--json', '--html', page);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ value: 10, gradients: { a: 2, b: 7, c: -5 } });
    expect(readFileSync(page, 'utf8')).toContain('<svg');
  });

  test('points at the character that is wrong', () => {
    const { status, stderr } = pellucid('explain', '(a+b*)', '--at', 'a=1');
    expect(status).toBe(2);
    expect(stderr).toContain('\n  (a+b*)\n       ^');
  });
});
