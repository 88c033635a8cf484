// Makes a few files of the many that the compiler wrote, for Node, which needs several times as long for many: part of
// `npm run build`. Bundlers for browsers read the many, and leave out what a page does not use.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

// From each bundle to what it is made of: dist/bundled/units.js from dist/units/index.js.
const entryPoints = Object.fromEntries(
  Object.values(exports)
    .filter((entry) => entry.node)
    .map((entry) => [path.basename(entry.node, '.js'), path.join(root, entry.default)]),
);
entryPoints[path.basename(bin.pellucid, '.js')] = path.join(root, 'dist/cli/main.js');

await build({
  entryPoints,
  outdir: path.join(root, 'dist/bundled'),
  bundle: true,
  // What several entries share, and what is loaded on use, become files of their own.
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Names stay, for whoever reads a stack trace.
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
});
