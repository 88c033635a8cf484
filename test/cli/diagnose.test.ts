import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pellucid-diagnose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pellucid(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

/** A line with a column that says nothing. */
const ROWS = Array.from(
  { length: 90 },
  (_, i) => `${i / 45 - 1},7,${i % 2 ? 1 : -1},${i < 45 ? 'low' : 'high'}`,
);
writeFileSync(join(folder, 'line.csv'), `${['place,same,side,class', ...ROWS].join('\n')}\n`);
pellucid('train', 'line.csv', '--target', 'class', '--epochs', '12', '--hidden', '4', '--seed', '2');

describe('diagnose on a run', () => {
  test('finds the data by the command, and says what was measured as text and JSON', () => {
    const { status, stdout, stderr, json } = pellucid('diagnose', join('runs', 'line'), '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const { verdicts, layers } = json();
    const topics = verdicts.map(({ topic }: { topic: string }) => topic);
    expect(topics).toEqual(
      expect.arrayContaining(['overfitting', 'bias and variance', 'gradient flow', 'curvature']),
    );
    expect(layers.map(({ className }: { className: string }) => className)).toContain('Dense');
    const text = pellucid('diagnose', join('runs', 'line')).stdout;
    for (const { topic, sentence } of verdicts) expect(text).toContain(`${topic}: ${sentence}`);
  });

  test('a base error moves the verdict on bias', () => {
    const verdict = (...options: string[]) =>
      pellucid('diagnose', join('runs', 'line'), '--json', ...options)
        .json()
        .verdicts.find(({ topic }: { topic: string }) => topic === 'bias and variance');
    const { train } = verdict().measured;
    expect(verdict('--base-error', '3').measured).toMatchObject({ train, base: 3, bias: train - 3 });
  });

  test('without the data it looks at the history, and says that it does', () => {
    const elsewhere = join(folder, 'moved', 'runs');
    mkdirSync(elsewhere, { recursive: true });
    cpSync(join(folder, 'runs', 'line'), join(elsewhere, 'line'), { recursive: true });
    const run = JSON.parse(readFileSync(join(elsewhere, 'line', 'run.json'), 'utf8'));
    writeFileSync(
      join(elsewhere, 'line', 'run.json'),
      JSON.stringify({ ...run, command: 'pellucid train gone.csv' }),
    );
    const { status, stderr, stdout } = pellucid('diagnose', join('moved', 'runs', 'line'));
    expect(status).toBe(0);
    expect(stderr).toContain('Name them with --data');
    expect(stdout).toContain('bias and variance');
    expect(stdout).not.toContain('gradient flow');
    const named = pellucid('diagnose', join('moved', 'runs', 'line'), '--data', 'line.csv');
    expect(named.stdout).toContain('gradient flow');
  });

  test.each([
    ['a folder that is not there', 'runs/none', undefined, 'no file that can be read'],
    ['what is not JSON', 'broken', '{', 'not JSON'],
    ['another JSON', 'other', '[1]', 'another kind of object'],
  ])('refuses %s', (_, name, contents, expected) => {
    if (contents !== undefined) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'run.json'), contents);
    }
    const { status, stderr } = pellucid('diagnose', name);
    expect(status).toBe(2);
    expect(stderr).toContain(expected);
  });
});
