// Pellucid beside other libraries, as a table of ratios: npm run bench -- --peers DIR --python PYTHON

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, WORKLOADS } from './workloads.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    peers: { type: 'string', default: path.join(here, '../../shared/peers') },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
    rounds: { type: 'string', default: '1' },
    output: { type: 'string', default: path.join(here, 'results.md') },
  },
});
const peersDirectory = path.resolve(options.peers);
const names = options.only.split(',');
const unknown = names.filter((name) => !(name in WORKLOADS));
if (unknown.length > 0) {
  throw new Error(`--only ${unknown}: expected some of ${Object.keys(WORKLOADS).join(',')}`);
}
const LIMIT_MILLISECONDS = 90_000;
/** Losses that differ by more are of different computations; Keras clips probabilities, so not exactly zero. */
const CHECK_TOLERANCE = 0.01;

/** How Pellucid is run: each row is measured in all these ways. */
const OWN = {
  'WASM, 1 thread': ['--threads', '1'],
  'WASM, 2 threads': ['--threads', '2'],
  'BLAS, 1 thread': ['--threads', '1', '--blas'],
  'BLAS, 2 threads': ['--threads', '2', '--blas'],
};

const python = (peer, variants) => ({
  requires: peer === 'keras-jax' ? ['keras', 'jax'] : [peer === 'tf' ? 'tensorflow' : peer],
  command: (workload, threads, variant) =>
    WORKLOADS[workload].kind === 'block'
      ? [options.python, [path.join(here, 'blocks.py'), peer, workload, threads]]
      : [options.python, [path.join(peersDirectory, 'native_peers.py'), peer, workload, threads, variant]],
  threads: ['1', '2'],
  variants,
});

const script = (
  file,
  library,
  variants,
  args = (workload, threads, variant) => [workload, threads, variant],
) => ({
  requires: [library],
  command: (workload, threads, variant) => [
    process.execPath,
    [path.join(peersDirectory, file), ...args(workload, threads, variant)],
  ],
  threads: ['1'],
  variants,
});

const startOf = (names) => (workload, threads, variant) =>
  workload === 'w8' ? names : [workload, variant, threads];

/** The variants are the peer's ways to do a kind of workload; the fastest, with one thread or two, counts. */
const PEERS = {
  PyTorch: python('torch', {
    binary: ['eager'],
    classes: ['eager', 'fused'],
    cnn: ['eager', 'fused'],
    fit: ['eager', 'index'],
    matmul: ['eager'],
    latency: ['eager'],
    block: ['eager'],
  }),
  JAX: python('jax', {
    binary: ['scan'],
    classes: ['scan'],
    cnn: ['jit', 'scan'],
    fit: ['scan'],
    matmul: ['jit'],
    latency: ['jit'],
    block: ['jit'],
  }),
  TensorFlow: python('tf', { cnn: ['function'], classes: ['function'], latency: ['function'] }),
  'Keras on JAX': python('keras-jax', { cnn: ['spe32'], classes: ['spe32'], fit: ['spe32'] }),
  'ONNX Runtime': {
    ...script('ort.mjs', 'onnxruntime-node', { latency: ['node'], matmul: ['node'] }, startOf(['node'])),
    threads: ['1', '2'],
  },
  'jax-js': script('jax.mjs', '@jax-js/jax', {
    binary: ['jit'],
    classes: ['jit'],
    cnn: ['jit'],
    fit: ['jit'],
    matmul: ['jit'],
    latency: ['jit'],
  }),
  'TF.js': script(
    'tfjs.mjs',
    '@tensorflow/tfjs',
    { binary: ['core'], classes: ['layers'], cnn: ['layers'], matmul: ['core'], latency: ['core'] },
    (workload, _, variant) => [workload, workload === 'w5' ? 'cpu' : 'wasm', variant],
  ),
  'brain.js': script('brain.mjs', 'brain.js', { binary: ['train'] }, (workload) => [workload]),
};

const versions = await versionsOfPeers();
const rows = [];
for (const name of names) {
  const row = {
    name,
    own: Object.fromEntries(Object.keys(OWN).map((how) => [how, []])),
    peers: Object.fromEntries(Object.keys(PEERS).map((peer) => [peer, []])),
  };
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [how, args] of Object.entries(OWN)) {
      row.own[how].push(await measured(process.execPath, [path.join(here, 'pellucid.js'), name, ...args]));
    }
    for (const peer of Object.keys(PEERS)) row.peers[peer].push(await bestOf(peer, name));
  }
  rows.push(row);
  console.log(`${[...(rows.length === 1 ? heading() : []), line(row)].join('\n')}`);
  writeFileSync(options.output, report());
}

/** The fastest variant of a peer, or why there is none. */
async function bestOf(peer, name) {
  const { requires, variants, command, threads } = PEERS[peer];
  const kind = WORKLOADS[name].kind;
  if (!variants[kind]) return { missing: '–' };
  if (!requires.every((library) => versions[library])) return { missing: 'not here' };
  const results = [];
  for (const count of threads) {
    for (const variant of variants[kind]) {
      const how = [variant, ...(threads.length > 1 ? [`${count}t`] : [])].join(' ');
      results.push({ ...(await measured(...command(name, count, variant))), how });
    }
  }
  const better = isTime(name) ? (a, b) => a.value - b.value : (a, b) => b.value - a.value;
  const done = results.filter(({ value }) => value > 0).sort(better);
  return done[0] ?? results[0];
}

/** Whether less is better. */
function isTime(name) {
  return ['latency', 'start'].includes(WORKLOADS[name].kind);
}

/** Runs a measurement in a process of its own; it prints JSON on a line. */
async function measured(file, args) {
  const { stdout, stderr } = await run(file, args);
  const json = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (!json) console.error(stderr.trim());
  const result = json ? JSON.parse(json) : { note: 'no result' };
  return result.value > 0 ? result : { ...result, missing: 'failed' };
}

function run(file, args) {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: peersOr(here), timeout: LIMIT_MILLISECONDS }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr }),
    );
  });
}

function peersOr(other) {
  return existsSync(peersDirectory) ? peersDirectory : other;
}

/** By library; undefined where it, or the script that drives it, is not installed. */
async function versionsOfPeers() {
  const found = {};
  for (const library of ['@jax-js/jax', '@tensorflow/tfjs', 'brain.js', 'onnxruntime-node']) {
    const manifest = path.join(peersDirectory, 'node_modules', library, 'package.json');
    if (existsSync(manifest)) found[library] = JSON.parse(readFileSync(manifest, 'utf8')).version;
  }
  if (existsSync(path.join(peersDirectory, 'native_peers.py'))) {
    const script = `
import importlib.metadata as m, json, sys
found = {'python': sys.version.split()[0]}
for name, package in [('torch', 'torch'), ('jax', 'jax'), ('keras', 'keras'), ('numpy', 'numpy'), ('tensorflow', 'tensorflow-cpu')]:
    try: found[name] = m.version(package)
    except m.PackageNotFoundError: pass
print(json.dumps(found))`;
    const { stdout } = await run(options.python, ['-c', script]);
    if (stdout.startsWith('{')) Object.assign(found, JSON.parse(stdout));
  }
  return found;
}

function heading() {
  const cells = ['workload', 'unit', ...Object.keys(OWN), ...Object.keys(PEERS)];
  return [`| ${cells.join(' | ')} |`, `|---|---|${'--:|'.repeat(cells.length - 2)}`];
}

function line({ name, own, peers }) {
  const [first] = Object.values(own)[0];
  const results = Object.values(own).map(summary);
  const rates = results.map(({ missing, value, least, greatest }) =>
    missing ? missing : `${short(value)} (${short(least)}–${short(greatest)})`,
  );
  const cells = Object.values(peers).map((measurements) => {
    const peer = summary(measurements);
    if (peer.missing) return peer.missing;
    const ratios = results.map(({ value }) => {
      if (!(value > 0)) return '–';
      const ratio = isTime(name) ? peer.value / value : value / peer.value;
      return ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0);
    });
    return `**${ratios.join(' / ')}** (${short(peer.value)}${peer.how ? ` ${peer.how}` : ''})`;
  });
  const bare = first?.bare ? `; bare Node ${short(first.bare)}` : '';
  return `| ${[`${WORKLOADS[name].title}${bare}`, first?.metric ?? '', ...rates, ...cells].join(' | ')} |`;
}

/** The median over the rounds of the medians of the processes. */
function summary(results) {
  const done = results.filter(({ value }) => value > 0);
  if (done.length === 0) return results[0];
  const all = done.flatMap(({ values, min, max }) => values ?? [min, max]);
  return {
    ...done[0],
    value: median(done.map(({ value }) => value)),
    least: Math.min(...all),
    greatest: Math.max(...all),
  };
}

function short(value) {
  if (value >= 1000) return Math.round(Number(value.toPrecision(4))).toLocaleString('en-US');
  return value.toPrecision(3);
}

/** The losses of step 20 (the CNN: of step 3; matmul: an element), which show that all computed the same. */
function checkLine({ name, own, peers }) {
  const [first] = Object.values(own)[0];
  const expected = first?.check;
  const cells = Object.values(peers).map(([result]) => {
    if (result?.check === undefined || result.check === null || expected === undefined) return '–';
    const apart = Math.abs(result.check - expected) / Math.abs(expected) > CHECK_TOLERANCE;
    return `${result.check.toPrecision(5)}${apart && WORKLOADS[name].kind !== 'fit' ? ' **differs**' : ''}`;
  });
  return `| ${[WORKLOADS[name].title, expected?.toPrecision(5) ?? '–', ...cells].join(' | ')} |`;
}

function report() {
  const [cpu] = os.cpus();
  const load = os.loadavg()[0].toFixed(1);
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const list = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  const manifest = JSON.parse(readFileSync(path.join(here, '../package.json'), 'utf8'));
  const titles = Object.keys(PEERS);
  return `# Benchmark

Written by \`node bench/main.js --peers DIR --python PYTHON --only ${rows.map(({ name }) => name)} --rounds ${options.rounds}\` on ${new Date().toISOString().slice(0, 10)}.

- Machine: ${os.cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, ${os.type()} ${os.release()} ${os.arch()}; load average at the end ${load}.
- Versions: Pellucid ${manifest.version}, Node ${process.versions.node}, ${list.join(', ') || 'no peers'}.

The first columns are Pellucid's rates, with the least and greatest of the segments. In each peer's column, bold: Pellucid's rate in these
ways divided by the peer's (times inverted), so above 1 Pellucid is faster; in parentheses the peer's own rate, its fastest way and
number of threads. "not here": not installed; "–": the peer has no such way.

${heading().join('\n')}
${rows.map(line).join('\n')}

Pellucid and each peer in turn, each in a fresh process: a second of warm-up, then the median of five segments of half a second or
more (fit: of five epochs, after one that compiles); with more rounds, the median of theirs. Steps are loops on each library's core, as
its users write the fastest, with Adam as the library has it (JAX: written out) (Keras: \`fit\` with 32 steps an execution). Fit is the public \`sequential(…).fit\` with shuffling
and the accuracy metric; the peers shuffle, and compute no metric but the loss. BLAS is the system's OpenBLAS, called on one thread by each
of Pellucid's threads.

**The machine is shared and noisy**: trust the ratios within one run, take less than 1.5 × for a tie, and do not compare rates between
runs. A load average above the number of cores means that all were slowed, and not all alike.

## The same arithmetic

The loss at training step 20 (the CNN: step 3; fit: of the last epoch for Pellucid and Keras, of the last batch for the others, in orders of
their own; matmul and latency: an element of the result).

| workload | Pellucid | ${titles.join(' | ')} |
|---|--:|${'--:|'.repeat(titles.length)}
${rows.map(checkLine).join('\n')}
`;
}
