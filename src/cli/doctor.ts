import { readFileSync } from 'node:fs';
import os from 'node:os';
import { wasmSupport } from '../index.ts';
import type { Terminal } from './train.ts';

/** What a person, or a program, wants to know before asking why something is slow. */
interface Findings {
  readonly pellucid: string;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly memory: number;
  readonly backends: readonly string[];
  readonly threads: number;
  readonly simd: 'plain' | 'relaxed';
  readonly blas: { readonly name: string; readonly library: string } | null;
  readonly webgpu: readonly string[];
}

/** Prints versions, backends, threads, SIMD, BLAS and WebGPU adapters of this machine. */
export async function doctor(options: { json?: boolean }, { out }: Terminal): Promise<void> {
  const found = await examine();
  if (options.json) {
    out.write(`${JSON.stringify(found)}\n`);
    return;
  }
  const lines: [string, string][] = [
    ['Pellucid', found.pellucid],
    ['Node', found.node],
    ['system', found.platform],
    ['processor', found.processor],
    ['memory', `${Math.round(found.memory / 2 ** 30)} GiB`],
    ['backends', found.backends.join(', ')],
    ['threads', `${found.threads}`],
    ['SIMD', found.simd === 'relaxed' ? '128 bits, relaxed' : '128 bits'],
    ['BLAS', found.blas ? `${found.blas.name} (${found.blas.library})` : blasAdvice()],
    ['WebGPU', found.webgpu.length > 0 ? found.webgpu.join(', ') : 'no adapter found'],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) out.write(`${name.padEnd(width)}  ${value}\n`);
}

function blasAdvice(): string {
  const install = process.platform === 'linux' ? ' (a Debian package: libopenblas0-pthread)' : '';
  return `none found; large products are faster with OpenBLAS or MKL${install}`;
}

async function examine(): Promise<Findings> {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const { blas, relaxedSimd, threads } = wasmSupport();
  return {
    pellucid: manifest.version,
    node: process.versions.node,
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: os.totalmem(),
    backends: ['wasm', 'reference'],
    threads,
    simd: relaxedSimd ? 'relaxed' : 'plain',
    blas: blas ?? null,
    webgpu: await adapters(),
  };
}

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly description?: string };
}

/** The adapters that the package `webgpu` finds, where it is installed. */
async function adapters(): Promise<string[]> {
  try {
    const name = 'webgpu';
    const { create } = (await import(name)) as {
      create(options: readonly string[]): { requestAdapter(): Promise<Adapter | null> };
    };
    const adapter = await create([]).requestAdapter();
    return adapter ? [adapter.info?.description || adapter.info?.vendor || 'an unnamed adapter'] : [];
  } catch {
    return [];
  }
}
