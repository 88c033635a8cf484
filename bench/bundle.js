// How much a page has to load: node bench/bundle.js
//
// Bundles for browsers, minified and compressed: of a page that trains a network, with what it does not use left out, and
// of everything that "pellucid/core" and "pellucid" export. Then which folders and files weigh most in each.

import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const TRAINING = `
  import { dense, sequential, tensor } from 'pellucid';
  const model = sequential([dense(8, { activation: 'relu' }), dense(1)]);
  model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
  await model.fit(tensor([[0], [1]]), tensor([[1], [3]]), { epochs: 10 });
  console.log(model.predict(tensor([[2]])).array());
`;
const CORE = "export * from 'pellucid/core';";
const WHOLE = "export * from 'pellucid';";
const SHOWN = 12;

async function bundled(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname ?? process.cwd(), loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    splitting: true,
    outdir: 'bundle',
    metafile: true,
    write: false,
    external: ['node:*', 'koffi'],
    // As it is installed: this repository's own sources stand in for nothing.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const entry = outputFiles.find(({ path }) => path.endsWith('stdin.js'));
  // What the entry imports at once counts; what is loaded on use does not.
  const [name] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === '<stdin>');
  const names = new Set([name]);
  for (const each of names) {
    for (const { path, kind, external } of metafile.outputs[each]?.imports ?? []) {
      if (kind === 'import-statement' && !external) names.add(path);
    }
  }
  const files = outputFiles.filter(({ path }) => [...names].some((each) => path.endsWith(each)));
  const text = [entry, ...files.filter((file) => file !== entry)].map((file) => file.text).join('\n');
  const weights = new Map();
  for (const each of names) {
    for (const [file, { bytesInOutput }] of Object.entries(metafile.outputs[each].inputs)) {
      weights.set(file, (weights.get(file) ?? 0) + bytesInOutput);
    }
  }
  return { text, weights };
}

for (const [label, contents] of [
  ['training an MLP', TRAINING],
  ['the core: tensors, gradients, compiled functions', CORE],
  ['the whole index', WHOLE],
]) {
  const { text, weights } = await bundled(contents);
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(`${label}: ${kilobytes(gzipSync(text).length)} compressed, ${kilobytes(text.length)} minified`);
  const folders = new Map();
  for (const [file, bytes] of weights) {
    const folder = file.replace(/^.*dist\//, '').replace(/\/[^/]*$/, '');
    folders.set(folder, (folders.get(folder) ?? 0) + bytes);
  }
  const heaviest = (map) => [...map].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  for (const [folder, bytes] of heaviest(folders))
    console.log(`  ${kilobytes(bytes).padStart(9)} ${folder}/`);
  for (const [file, bytes] of heaviest(weights)) console.log(`  ${kilobytes(bytes).padStart(9)} ${file}`);
}
