import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeIdx, madeDigits } from '../../src/data/index.ts';

const COMMAND = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
const LAMBDA = fileURLToPath(new URL('../../fixtures/keras/lambda_layer.keras', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pellucid-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pellucid(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

function file(name: string, contents: string | Uint8Array): string {
  writeFileSync(join(folder, name), contents);
  return name;
}

/** Two clouds on either side of a line; the third column is text. */
function flowers(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const right = i % 2;
    const wobble = Math.sin(i * 12.9898) / 2;
    return `${(right * 3 + wobble).toFixed(3)},${(Math.cos(i) / 2).toFixed(3)},${right ? 'warm' : 'cold'},${right ? 'rose' : 'iris'}`;
  });
  return ['width,height,place,species', ...lines].join('\n');
}

const DATA = file('flowers.csv', flowers(120));

describe('train on a table', () => {
  const run = pellucid(
    'train',
    DATA,
    '--target',
    'species',
    '--epochs',
    '30',
    '--seed',
    '3',
    '--json',
    '--verbose',
  );

  test('ends well, with one JSON object as the last line and all else on standard error', () => {
    expect(run.stderr).toContain('Test: loss');
    expect(run.stderr).toMatch(/compiled in [\d.]+ ms/);
    expect(run.status).toBe(0);
    expect(run.stdout.trim().split('\n')).toHaveLength(1);
    const json = run.json();
    expect(json).toMatchObject({
      seed: 3,
      model: join('runs', 'flowers', 'model.keras'),
      task: 'classification',
    });
    expect(json.test.accuracy).toBeGreaterThan(0.9);
    expect(json.train.loss).toBeGreaterThan(0);
    expect(json.dev).toHaveProperty('accuracy');
    expect(json.epochs).toBeLessThanOrEqual(30);
    expect(json.parameters).toBeGreaterThan(0);
    expect(json.seconds).toBeGreaterThan(0);
  });

  test('writes the run', () => {
    const written = readdirSync(join(folder, 'runs', 'flowers')).sort();
    expect(written).toEqual(['history.csv', 'model.keras', 'report.html', 'run.json']);
    const stored = JSON.parse(readFileSync(join(folder, 'runs', 'flowers', 'run.json'), 'utf8'));
    expect(stored.test).toEqual(run.json().test);
    expect(readFileSync(join(folder, 'runs', 'flowers', 'report.html'), 'utf8')).toContain('</html>');
  });

  test('gives the same numbers again for the same seed', () => {
    const again = pellucid('train', DATA, '--target', 'species', '--epochs', '30', '--seed', '3', '--json');
    expect(again.json().test).toEqual(run.json().test);
    expect(again.json().model).toBe(join('runs', 'flowers-2', 'model.keras'));
  });

  const model = join('runs', 'flowers', 'model.keras');

  test('its model predicts new rows, beside their columns', () => {
    const { status, stdout } = pellucid(
      'predict',
      model,
      file('new.csv', 'width,height,place\n0,0.1,cold\n3,0,warm\n'),
    );
    expect(status).toBe(0);
    const [header, first, second] = stdout.trim().split('\n');
    expect(header).toBe('width,height,place,predicted species,probability');
    expect(first).toMatch(/^0,0.1,cold,iris,0\.\d+$/);
    expect(second).toMatch(/^3,0,warm,rose,(0\.\d+|1)$/);
  });

  test('its model is evaluated and inspected', () => {
    expect(pellucid('evaluate', model, DATA, '--json').json().test.accuracy).toBeGreaterThan(0.9);
    const { stdout, status } = pellucid('inspect', model);
    expect(status).toBe(0);
    expect(stdout).toMatch(/dense_2.*Dense/);
    expect(stdout).toContain('= matmul(');
  });
});

test('a regression is judged in the units of its target', () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i / 10},${(1000 + 50 * (i / 10)).toFixed(2)}`);
  const { json } = pellucid(
    'train',
    file('line.csv', ['x,price', ...rows].join('\n')),
    '--json',
    '--epochs',
    '60',
  );
  expect(json().test.rmse).toBeLessThan(60);
  expect(json().task).toBe('regression');
});

test('images and labels from IDX files', () => {
  const { x, y } = madeDigits({ n: 300, seed: 1 });
  const images = file('images.idx', encodeIdx({ shape: x.shape, values: Uint8Array.from(x.data) }));
  const labels = file('labels.idx', encodeIdx({ shape: y.shape, values: Uint8Array.from(y.data) }));
  const { json, status } = pellucid(
    'train',
    '--images',
    images,
    '--labels',
    labels,
    '--epochs',
    '4',
    '--json',
  );
  expect(status).toBe(0);
  expect(json().splits).toEqual({ train: 240, dev: 0, test: 60 });
});

describe('what cannot be used ends with one sentence, exit code 2, and nothing written', () => {
  const cases: [what: string, args: string[], sentence: RegExp][] = [
    ['a missing file', ['train', 'nowhere.csv'], /nowhere\.csv/],
    ['an empty table', ['train', file('empty.csv', '')], /empty file/],
    ['ragged rows', ['train', file('ragged.csv', 'a,b\n1,x\n2\n')], /ragged\.csv:3/],
    ['a target that is not there', ['train', DATA, '--target', 'speces'], /species/],
    [
      'a single class',
      ['train', file('single.csv', 'a,b\n1,x\n2,x\n3,x\n')],
      /at least two different values/,
    ],
    [
      'text among numbers',
      ['train', file('text.csv', 'a,b\n1,x\n2,y\nfoo,x\n4,y\n5,x\n')],
      /text\.csv:4:1.*foo/,
    ],
    [
      'a truncated IDX',
      ['train', '--images', file('cut.idx', Uint8Array.of(0, 0, 8, 3, 0, 0)), '--labels', 'x'],
      /cut\.idx|x/,
    ],
    ['a Lambda', ['inspect', LAMBDA], /Lambda/],
    [
      'a truncated model',
      ['inspect', file('cut.keras', readFileSync(LAMBDA).subarray(0, 900))],
      /cut\.keras/,
    ],
    ['a wrong option', ['train', DATA, '--dropout', '2'], /--dropout/],
    ['an unknown option', ['train', DATA, '--nonsense'], /--nonsense/],
  ];
  test.each(cases)('%s', (_, args, sentence) => {
    const before = readdirSync(folder);
    const { status, stderr, stdout } = pellucid(...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(status).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });
});

test('images and labels of different counts', () => {
  const digits = madeDigits({ n: 20 });
  const images = file(
    'twenty.idx',
    encodeIdx({ shape: digits.x.shape, values: Uint8Array.from(digits.x.data) }),
  );
  const labels = file(
    'ten.idx',
    encodeIdx({ shape: [10], values: Uint8Array.from(digits.y.data.subarray(0, 10)) }),
  );
  const { status, stderr } = pellucid('train', '--images', images, '--labels', labels);
  expect(stderr).toMatch(/20.*10|10.*20/);
  expect(status).toBe(2);
});

test('a loss that is no longer a number ends the run with code 1 and names the layer and the operation', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${i * i}.5`);
  const data = file('steep.csv', ['x,y', ...rows].join('\n'));
  const { status, stderr } = pellucid(
    'train',
    data,
    '--learning-rate',
    '1e30',
    '--optimizer',
    'sgd',
    '--out',
    'runs/nan',
  );
  expect(stderr).toMatch(/layer "\w+", operation \w+/);
  expect(status).toBe(1);
  expect(existsSync(join(folder, 'runs', 'nan'))).toBe(false);
});

test('Ctrl-C ends training and keeps the best weights so far', async () => {
  const args = [
    COMMAND,
    'train',
    'spirals',
    '--epochs',
    '1000000',
    '--patience',
    '1000000',
    '--out',
    'runs/stopped',
    '--json',
  ];
  const begun = performance.now();
  const child = spawn(process.execPath, args, { cwd: folder });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  // The table of layers is the last thing said before training starts.
  await new Promise<void>((resolve) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('parameters\n')) resolve();
    });
  });
  // An epoch takes a fraction of what the start took, on a slow machine too.
  const start = performance.now() - begun;
  await new Promise((resolve) => setTimeout(resolve, Math.max(3000, 2 * start)));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  const run = JSON.parse(out.trim().split('\n').at(-1) ?? '');
  expect(run.epochs).toBeGreaterThan(0);
  expect(run.epochs).toBeLessThan(1_000_000);
  expect(existsSync(join(folder, 'runs', 'stopped', 'model.keras'))).toBe(true);
});
