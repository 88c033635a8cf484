import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { PERCEPTRON, type PerceptronOptions } from '../../src/cli/explain/perceptron.ts';
import type { Subject } from '../../src/cli/explain/subject.ts';

const COMMAND = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pellucid-course-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function explain(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'explain', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

/** The same without a process of its own: what is written. */
async function shown(subject: Subject<PerceptronOptions>, options: PerceptronOptions): Promise<string> {
  const written: string[] = [];
  const out = { write: (text: string) => written.push(text) };
  await subject.run(options, { out, err: out, colour: { out: false, err: false } });
  return written.join('');
}

describe('explain worked-example', () => {
  test('shows every number with its formula, the printed one beside it, and names the slips', () => {
    const { status, stdout } = explain('worked-example');
    expect(status).toBe(0);
    expect(stdout).toMatch(/I₇ = .*0\.5987·\(−0\.3\) \+ 0\.7311·0\.2 \+ \(−0\.3\) +−0\.3334 +−0\.3259/);
    expect(stdout).toMatch(/O₇ = σ\(I₇\) = σ\(−0\.1160\) +0\.4710 +0\.4742/);
    expect(stdout).toMatch(/1\.0000 +1\.2000 +← slip 1: in print I₆ = 1\.2/);
    expect(stdout).toMatch(/−0\.1160 +−0\.1034 +← slip 3: in print I₇ = −0\.326/);
    expect(stdout).toContain('reduced by 0.0536');
    expect(stdout).toContain('Slip 1, 1.4 solved example, iteration 1');
  });

  test('as printed, computes on from the slip', () => {
    const { json } = explain('worked-example', '--as-printed', '--json');
    const { iterations, asPrinted, slips, steps } = json();
    expect(asPrinted).toBe(true);
    expect(iterations[0].nets.I_6).toBeCloseTo(1.2, 12);
    expect(iterations[1].nets.I_7).toBeCloseTo(-0.1034, 4);
    expect(iterations[1].nets.I_7).not.toBe(-0.1034);
    expect(slips).toHaveLength(3);
    expect(steps[1].formula.text).toContain('x₁·w₁₅ + x₂·w₂₆');
  });

  test('writes a page of its own, that fetches nothing', () => {
    expect(explain('worked-example', '--html', 'worked.html').status).toBe(0);
    const page = readFileSync(join(folder, 'worked.html'), 'utf8');
    expect(page).toContain('I₅ = x₁·w₁₅');
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
  });

  test('shows as many iterations as asked for', () => {
    expect(
      explain('worked-example', '--iterations', '3', '--json').json().iterations[2].outputs.O_7,
    ).toBeCloseTo(0.5214, 4);
    expect(explain('worked-example', '--iterations', '0')).toMatchObject({ status: 2 });
  });
});

describe('explain perceptron', () => {
  test('learns AND in the epochs of the course, and shows the line', () => {
    const { status, stdout } = explain('perceptron', '--gate', 'and');
    expect(status).toBe(0);
    expect(stdout).toContain('x₁ + x₂ = 1.5 is a line between');
    expect(stdout).toContain('y_in = b + x₁·w₁ + x₂·w₂ = 0 + 1·0 + 1·0 = 0');
    expect(stdout).toContain('Stopped in epoch 10, which changed nothing: w = (2, 3), b = −4.');
    expect(stdout).toContain('step 7 belongs inside the loop');
  });

  test.each<[PerceptronOptions, object]>([
    [{ gate: 'or' }, { epochs: 5, weights: [2, 2], bias: -1 }],
    [
      { gate: 'and', inputs: '±1' },
      { epochs: 2, weights: [1, 1], bias: -1 },
    ],
    [
      { gate: 'or', inputs: '±1' },
      { epochs: 2, weights: [1, 1], bias: 1 },
    ],
    [
      { gate: 'AND', order: '11,10,01,00', alpha: 1, theta: 0.2 },
      { epochs: 10, weights: [2, 3] },
    ],
    [
      { gate: '00:0,01:1,10:1,11:1', order: '11,10,01,00' },
      { epochs: 5, weights: [2, 2], bias: -1 },
    ],
    [
      { gate: 'xor', epochs: 100 },
      { epochs: 100, stopped: false },
    ],
  ])('%j as JSON', async (options, wanted) => {
    const json = JSON.parse(await shown(PERCEPTRON, { ...options, json: true }));
    expect(json).toMatchObject({ stopped: true, ...wanted });
    expect(json.rows).toHaveLength(4 * json.epochs);
    expect(json.steps[0].formula.value).toBe(0);
  });

  test('reads bipolar inputs however they are written', () => {
    const json = explain('perceptron', '--gate', 'not', '--inputs', '-1/1', '--json').json();
    expect(json).toMatchObject({ gate: 'NOT', kind: '±1', inputs: [[1], [-1]], targets: [-1, 1] });
  });

  test('proves that XOR has no line, and says which epochs it leaves out', async () => {
    const stdout = await shown(PERCEPTRON, { gate: 'xor' });
    expect(stdout).toContain('1·(1, 0) + 1·(0, 1) = 1·(1, 1) + 1·(0, 0)');
    expect(stdout).toContain('both average to (0.5, 0.5)');
    expect(stdout).toContain('Not stopped after 100 epochs');
    expect(stdout).toContain('Epochs 9 to 98 are left out');
  });

  test.each<[PerceptronOptions, string]>([
    [{ gate: 'maybe' }, 'expected and, or, nand, nor, xor, not'],
    [{ gate: 'constructor' }, 'expected and, or, nand, nor, xor, not'],
    [{ gate: '00:0,1:1' }, 'rows as 00:0'],
    [{ gate: '0000000:1' }, 'rows as 00:0'],
    [{ order: '11,10' }, 'each of 11, 10, 01, 00 once'],
    [{ order: '11,10,01,01' }, 'each of 11, 10, 01, 00 once'],
  ])('refuses %j', async (options, sentence) => {
    await expect(shown(PERCEPTRON, options)).rejects.toThrow(sentence);
  });

  test.each([
    [
      ['--gate', '00:0,01:1,01:0'],
      'contradictory: rows 2 and 3 both have the inputs 01, but the outputs 1 and 0.',
    ],
    [['--inputs', '2'], 'expected 0/1 or ±1'],
    [['--alpha', '0'], 'a number above 0'],
  ])('refuses %j with one sentence, exit code 2', (args, sentence) => {
    const { status, stdout, stderr } = explain('perceptron', ...args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
