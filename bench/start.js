// How long a fresh process takes until it has its first product: node bench/start.js
//
// Medians of nine processes each, taken in turn: one that does nothing, some that import the library or its core, and
// some that multiply two 2×2 matrices with it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNS = 9;
const product = (name) => `
  const { tensor } = await import('${name}');
  tensor([[1, 2], [3, 4]]).matmul([[5, 6], [7, 8]]).array();`;
const cases = {
  'node alone': '0',
  'import of pellucid/core': "await import('pellucid/core')",
  'first matmul with it': product('pellucid/core'),
  'import of pellucid': "await import('pellucid')",
  'first matmul with all': product('pellucid'),
};

// Certificates that a machine adds are read by every process as it starts: not what is asked here.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const times = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
for (let run = 0; run < RUNS; run++) {
  for (const [name, code] of Object.entries(cases)) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: 'inherit',
      env,
    });
    if (status !== 0) throw new Error(`"${name}" ended with ${status}`);
    times[name].push(performance.now() - start);
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const alone = median(times['node alone']);
for (const [name, found] of Object.entries(times)) {
  console.log(
    `${name.padEnd(24)} ${median(found).toFixed(0).padStart(5)} ms  ${(median(found) / alone).toFixed(2)} ×`,
  );
}
