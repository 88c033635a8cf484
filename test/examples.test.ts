import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('examples/xor.js learns the gate', () => {
  const script = fileURLToPath(new URL('../examples/xor.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('accuracy: 1 ');
  const outputs = [...stdout.matchAll(/→ (\d\.\d+)/g)].map(([, value]) => Math.round(Number(value)));
  expect(outputs).toEqual([0, 1, 1, 0]);
});

test('examples/cartpole.js balances the pole', () => {
  const script = fileURLToPath(new URL('../examples/cartpole.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const mean = Number(/mean return of 100 others: ([\d.]+)\.$/m.exec(stdout)?.[1]);
  expect(mean).toBeGreaterThanOrEqual(475);
});
