import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
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

describe('pellucid explain, of a model', () => {
  const csv = ['a,b,kind', ...Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${i % 2 ? 'x' : 'y'}`)];
  writeFileSync(join(folder, 'data.csv'), csv.join('\n'));
  const model = join(folder, 'run', 'model.keras');

  test('opens one row of a table that `pellucid train` made a network of', () => {
    expect(
      pellucid('train', 'data.csv', '--epochs', '2', '--hidden', '3', '--out', join(folder, 'run')).status,
    ).toBe(0);
    const whole = pellucid('explain', model, 'data.csv', '--row', '3');
    expect(whole.stderr).toBe('');
    expect(whole.stdout).toMatch(/I₃ = .* {2}O₃ = max\(.*, 0\) = /);
    expect(whole.stdout).toContain('Error₆ = t₆ − O₆');
    const part = pellucid('explain', model, 'data.csv', '--row', '3', '--layer', '2', '--json');
    const { layers, row } = JSON.parse(part.stdout);
    expect([row, layers.length, layers[0].key]).toEqual([3, 1, 'layer2']);
    expect(Number.isFinite(layers[0].quantities[0].values[0][0])).toBe(true);
  });

  test('says which rows there are, and what it needs', () => {
    expect(pellucid('explain', model, 'data.csv', '--row', '41').stderr).toContain('a row from 1 to 40');
    expect(pellucid('explain', model).stderr).toContain('a CSV file');
    expect(pellucid('explain', model, 'data.csv', '--layer', '9').status).toBe(2);
  });
});

describe('pellucid explain, of a model of pictures', () => {
  /** An IDX file: two zeros, the type of bytes, the number of axes, their lengths, the bytes. */
  function writeIdx(name: string, shape: readonly number[], bytes: readonly number[]): void {
    const lengths = shape.flatMap((length) => [0, 0, 0, length]);
    writeFileSync(join(folder, name), Uint8Array.from([0, 0, 8, shape.length, ...lengths, ...bytes]));
  }
  const count = 40;
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const pixels = labels.flatMap((label) =>
    Array.from({ length: 16 }, (_, i) => (i % 4 < 2 === (label === 0) ? 255 : 0)),
  );
  writeIdx('images.idx', [count, 4, 4], pixels);
  writeIdx('labels.idx', [count], labels);
  const files = ['--images', 'images.idx', '--labels', 'labels.idx'];

  test('opens one picture by --images and --labels, and says when they are missing', () => {
    const out = join(folder, 'pictures');
    expect(pellucid('train', ...files, '--epochs', '1', '--hidden', '3', '--out', out).status).toBe(0);
    const model = join(out, 'model.keras');
    const { status, stdout } = pellucid('explain', model, ...files, '--row', '2', '--json');
    expect(status).toBe(0);
    const { layers, row } = JSON.parse(stdout);
    expect(row).toBe(2);
    expect(layers[0].quantities[0].values[0].flat(3)).toHaveLength(16);
    expect(pellucid('explain', model).stderr).toContain('--images and --labels');
  });
});

describe('pellucid float', () => {
  test('shows how a number is stored, and softmax of several', () => {
    expect(pellucid('float', '0.1', '--as', 'float16').stdout).toContain('0.0999755859375');
    const { formats } = JSON.parse(pellucid('float', '1000', '1001', '1002', '--json').stdout);
    expect(formats[3].softmax.naive).toEqual(['NaN', 'NaN', 'NaN']);
    expect(pellucid('float', 'abc').status).toBe(2);
  });
});
