import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const cli = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));
const doctor = (...options: string[]) =>
  execFileSync(process.execPath, [cli, 'doctor', ...options], { encoding: 'utf8' });

test('doctor says what there is, to people and to programs', () => {
  const found = JSON.parse(doctor('--json')) as Record<string, unknown>;
  expect(found).toMatchObject({ node: process.versions.node, backends: ['wasm', 'reference'] });
  expect(found.threads).toBeGreaterThanOrEqual(1);
  expect(['plain', 'relaxed']).toContain(found.simd);
  const text = doctor();
  for (const name of ['Pellucid', 'Node', 'threads', 'SIMD', 'BLAS', 'WebGPU']) {
    expect(text).toMatch(new RegExp(`^${name} {2,}\\S`, 'm'));
  }
});
