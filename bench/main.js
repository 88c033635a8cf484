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
    threads: { type: 'string', default: '1' },
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

const python = (peer, variants) => ({
  requires: peer === 'keras-jax' ? ['keras', 'jax'] : [peer],
  command: (workload, threads, variant) => [
    options.python,
    [path.join(peersDirectory, 'native_peers.py'), peer, workload, threads, variant],
  ],
  variants,
});

/** The variants are the peer's ways to do a kind of workload; the fastest counts. */
const PEERS = {
  'torch eager': python('torch', {
    binary: ['eager'],
    classes: ['eager'],
    fit: ['eager'],
    matmul: ['eager'],
  }),
  'torch fused': python('torch', { classes: ['fused'], fit: ['index'] }),
  'jax scan': python('jax', { binary: ['scan'], classes: ['scan'], fit: ['scan'], matmul: ['jit'] }),
  'keras-jax': python('keras-jax', { binary: ['spe32'], classes: ['tob', 'spe32'], fit: ['spe32'] }),
  'jax-js': {
    requires: ['@jax-js/jax'],
    inNode: true,
    command: (workload, threads, variant) => [
      process.execPath,
      [path.join(peersDirectory, 'jax.mjs'), workload, threads, variant],
    ],
    variants: { binary: ['jit'], classes: ['jit'], fit: ['jit'], matmul: ['jit'] },
  },
};

const versions = await versionsOfPeers();
const rows = [];
for (const name of names) {
  const row = { name, pellucid: [], peers: Object.fromEntries(Object.keys(PEERS).map((peer) => [peer, []])) };
  for (let round = 0; round < Number(options.rounds); round++) {
    row.pellucid.push(await measured(process.execPath, [path.join(here, 'pellucid.js'), name]));
    for (const peer of Object.keys(PEERS)) row.peers[peer].push(await bestOf(peer, name));
  }
  rows.push(row);
  console.log(`${[...(rows.length === 1 ? heading() : []), line(row)].join('\n')}`);
}
writeFileSync(options.output, report());

/** The fastest variant of a peer, or why there is none. */
async function bestOf(peer, name) {
  const { requires, variants, command } = PEERS[peer];
  const kind = WORKLOADS[name].kind;
  if (!variants[kind]) return { missing: '–' };
  if (!requires.every((library) => versions[library])) return { missing: 'not here' };
  const threads = kind === 'fit' ? ['1', '2'] : [options.threads];
  const results = [];
  for (const count of threads) {
    for (const variant of variants[kind]) {
      const how = [variant, ...(threads.length > 1 ? [`${count}t`] : [])].join(' ');
      results.push({ ...(await measured(...command(name, count, variant))), how });
    }
  }
  const done = results.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  return done[0] ?? results[0];
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
  if (existsSync(path.join(peersDirectory, 'jax.mjs'))) {
    const manifest = path.join(peersDirectory, 'node_modules/@jax-js/jax/package.json');
    if (existsSync(manifest)) found['@jax-js/jax'] = JSON.parse(readFileSync(manifest, 'utf8')).version;
  }
  if (existsSync(path.join(peersDirectory, 'native_peers.py'))) {
    const script = `
import importlib.metadata as m, json, sys
found = {'python': sys.version.split()[0]}
for name in ['torch', 'jax', 'keras', 'numpy']:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))`;
    const { stdout } = await run(options.python, ['-c', script]);
    if (stdout.startsWith('{')) Object.assign(found, JSON.parse(stdout));
  }
  return found;
}

function heading() {
  const titles = Object.keys(PEERS).map((peer) => `÷ ${peer}`);
  const cells = ['workload', 'unit', 'Pellucid (least–greatest)', ...titles];
  return [`| ${cells.join(' | ')} |`, `|---|---|${'--:|'.repeat(cells.length - 2)}`];
}

function line({ name, pellucid, peers }) {
  const own = summary(pellucid);
  const range = own.missing ?? `${short(own.value)} (${short(own.least)}–${short(own.greatest)})`;
  const cells = Object.values(peers).map((results) => {
    const peer = summary(results);
    if (peer.missing || own.missing) return peer.missing ?? short(peer.value);
    const ratio = own.value / peer.value;
    return `**${ratio.toFixed(ratio < 10 ? 2 : 1)}** (${short(peer.value)}${peer.how ? ` ${peer.how}` : ''})`;
  });
  return `| ${[WORKLOADS[name].title, own.metric ?? '', range, ...cells].join(' | ')} |`;
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

/** The losses of step 20 (matmul: an element), which show that all computed the same. */
function checkLine({ name, pellucid, peers }) {
  const own = pellucid[0]?.check;
  const cells = Object.values(peers).map(([first]) => {
    if (first?.check === undefined || first.check === null) return '–';
    const apart = Math.abs(first.check - own) / Math.abs(own) > CHECK_TOLERANCE;
    return `${first.check.toPrecision(5)}${apart && WORKLOADS[name].kind !== 'fit' ? ' **differs**' : ''}`;
  });
  return `| ${[WORKLOADS[name].title, own?.toPrecision(5) ?? '–', ...cells].join(' | ')} |`;
}

function report() {
  const [cpu] = os.cpus();
  const load = os.loadavg()[0].toFixed(1);
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const list = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  const manifest = JSON.parse(readFileSync(path.join(here, '../package.json'), 'utf8'));
  const titles = Object.keys(PEERS);
  return `# Benchmark

Written by \`node bench/main.js --peers DIR --python PYTHON --only ${options.only} --threads ${options.threads} --rounds ${options.rounds}\` on ${new Date().toISOString().slice(0, 10)}.

- Machine: ${os.cpus().length} × ${cpu?.model.trim()}, ${memory} GiB, ${os.type()} ${os.release()} ${os.arch()}; load average at the end ${load}.
- Versions: Pellucid ${manifest.version}, Node ${process.versions.node}, ${list.join(', ') || 'no peers'}.

Bold: Pellucid's rate divided by the peer's, so above 1 Pellucid is faster; in parentheses the peer's own rate. "not here": not
installed; "–": the peer has no such way.

${heading().join('\n')}
${rows.map(line).join('\n')}

Pellucid and each peer in turn, each in a fresh process: a second of warm-up, then the median of five segments of half a second or
more (fit: of five epochs, after one that compiles); with more rounds, the median of theirs. Pellucid computes on one thread of WebAssembly;
so does jax-js in the step rows. Native peers have ${options.threads} thread${options.threads === '1' ? '' : 's'}, and in the fit rows whichever is faster of one and two; Node's
own threads for garbage and compilation are not counted, and one thread of JAX (and keras-jax) means one core for the whole process. Steps are written by hand on each library's core, as its users write the
fastest loop (keras-jax: the faster of \`train_on_batch\` and \`fit\` with 32 steps an execution, on as few as 16 batches an epoch).
Fit is the public \`sequential(…).fit\` with shuffling and the accuracy metric; the peers shuffle, and compute no metric but the loss.

**The machine is shared and noisy**: other work runs beside the benchmark. Trust the ratios within one run, take less than 1.5 ×
for a tie, and do not compare rates between runs.

A load average above the number of cores means that all were slowed, and not all alike: peers whose steps are many small calls
seem to lose most, so Pellucid's ratios in W1 and W2 are probably larger than on an idle machine.

## The same arithmetic

The loss at training step 20 (fit: of the last epoch for Pellucid and Keras, of the last batch for the others, in orders of their own; matmul: an
element of the product).

| workload | Pellucid | ${titles.join(' | ')} |
|---|--:|${'--:|'.repeat(titles.length)}
${rows.map(checkLine).join('\n')}
`;
}
