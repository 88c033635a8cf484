// Makes a few files of the many that the compiler wrote, for Node, which needs several times as long for many: part of
// `npm run build`. Bundlers for browsers read the many, and leave out what a page does not use.

import { chmod, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports, bin } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

// From each bundle to what it is made of: dist/bundled/units.js from dist/units/index.js.
const input = Object.fromEntries(
  Object.values(exports)
    .filter((entry) => entry.node)
    .map((entry) => [path.basename(entry.node, '.js'), path.join(root, entry.default)]),
);
const command = path.basename(bin.pellucid, '.js');
input[command] = path.join(root, 'dist/cli/main.js');

const bundle = await rolldown({
  input,
  // All that is not ours stays where it is.
  external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
  // Not 'node', by which every process would load `node:module` for nothing.
  platform: 'neutral',
  preserveEntrySignatures: 'allow-extension',
  plugins: [inAscii()],
});

const reached = new Map();

/** All that an entry imports, itself included. */
function reachedFrom(entry, moduleOf) {
  const known = reached.get(entry);
  if (known) return known;
  const found = new Set([input[entry]]);
  for (const id of found) for (const from of moduleOf(id)?.importedIds ?? []) found.add(from);
  reached.set(entry, found);
  return found;
}

/**
 * What "pellucid" and "pellucid/core" load are one file for each layer of it: every file costs a process some
 * milliseconds as it starts. What is loaded on use, or by other entries, falls into files by itself.
 */
function layerOf(id, chunking) {
  const isReachedFrom = (entry) => reachedFrom(entry, (each) => chunking.getModuleInfo(each)).has(id);
  if (isReachedFrom('core')) return 'tensors';
  if (!isReachedFrom('index')) return null;
  return isReachedFrom('data') ? 'tables' : 'models';
}

/**
 * Writes letters beyond ASCII by their numbers: for a single one a whole file takes twice the memory, and time to decode.
 * Only raw strings would see the difference, and a backslash just before.
 */
function inAscii() {
  return { name: 'in-ascii', generateBundle: (_, files) => Object.values(files).forEach(writeInAscii) };
}

function writeInAscii(file) {
  if (file.type !== 'chunk') return;
  if (/String\.raw|\\[^\0-\x7f]/.test(file.code))
    throw new Error(`${file.fileName} has letters beyond ASCII that must stay as they are`);
  file.code = file.code.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const dir = path.join(root, 'dist/bundled');
await bundle.write({
  dir,
  cleanDir: true,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  comments: false,
  // Names of functions, classes and properties stay, for whoever reads a stack trace.
  minify: { compress: true, codegen: true, mangle: { toplevel: false } },
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [{ debugName: 'layers', name: layerOf }],
  },
});
await chmod(path.join(dir, `${command}.js`), 0o755);
