import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../examples', import.meta.url));

/** The number that a text in brackets of the pattern stands for, in what an example prints. */
function numberIn(printed: string, pattern: RegExp): number {
  const found = pattern.exec(printed)?.[1];
  expect(found, `${pattern} in ${printed}`).toBeDefined();
  return Number(found);
}

/** What each example must have printed. */
const CHECKS: Readonly<Record<string, (printed: string) => void>> = {
  'cartpole.js': (printed) => {
    expect(numberIn(printed, /mean return of 100 others: ([\d.]+)\.$/m)).toBeGreaterThanOrEqual(475);
  },
  'digits.js': (printed) => {
    expect(numberIn(printed, /Of 300 other digits, ([\d.]+) %/)).toBeGreaterThan(85);
  },
  'gan.js': (printed) => {
    expect(Math.abs(numberIn(printed, /lie ([\d.]+) from the middle/) - 1)).toBeLessThan(0.2);
  },
  'kerasFile.js': (printed) => {
    expect(printed).toContain('hidden (Dense)');
    expect(numberIn(printed, /differs by ([\d.e-]+)\.$/m)).toBe(0);
  },
  'loop.js': (printed) => {
    expect(numberIn(printed, /step 500: .* accuracy ([\d.]+)/)).toBeGreaterThan(0.95);
  },
  'streamCsv.js': (printed) => {
    expect(numberIn(printed, /([\d.]+) in the last/)).toBeLessThan(2);
    expect(Math.abs(numberIn(printed, /floor 3: ([\d.]+),/) - 48)).toBeLessThan(2);
  },
  'text.js': (printed) => {
    expect([...printed.matchAll(/: (praise|blame)/g)].map(([, word]) => word)).toEqual([
      'praise',
      'blame',
      'blame',
      'praise',
    ]);
  },
  'twoInputs.js': (printed) => {
    expect(numberIn(printed, /greater: ([\d.]+) right/)).toBeGreaterThan(0.85);
    expect(numberIn(printed, /sum: off by ([\d.]+)/)).toBeLessThan(2.5);
  },
  'xor.js': (printed) => {
    expect(printed).toContain('accuracy: 1 ');
    const outputs = [...printed.matchAll(/→ (\d\.\d+)/g)].map(([, value]) => Math.round(Number(value)));
    expect(outputs).toEqual([0, 1, 1, 0]);
  },
};

test('every example is run', () => {
  expect(readdirSync(FOLDER).filter((name) => name.endsWith('.js'))).toEqual(Object.keys(CHECKS));
});

describe('examples', () => {
  // One after another: each trains, and wants a core to itself.
  test.each(Object.entries(CHECKS))('%s does what it says', async (name, check) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [`${FOLDER}/${name}`]);
    expect(stderr).toBe('');
    check(stdout);
  });
});
