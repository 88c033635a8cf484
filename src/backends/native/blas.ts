import { type Blas, type Gemm, gemmOver } from './gemm.ts';

/** Where a library may be, and how it is told to leave threads to us. */
interface Candidate {
  readonly name: string;
  readonly files: readonly string[];
  readonly threads?: string;
}

const LINUX = '/usr/lib/x86_64-linux-gnu';
const CANDIDATES: { readonly [platform: string]: readonly Candidate[] } = {
  linux: [
    {
      name: 'OpenBLAS',
      files: ['libopenblas.so.0', 'libopenblas.so', `${LINUX}/openblas-pthread/libopenblas.so.0`],
      threads: 'openblas_set_num_threads',
    },
    { name: 'MKL', files: ['libmkl_rt.so.2', 'libmkl_rt.so'], threads: 'MKL_Set_Num_Threads' },
  ],
  darwin: [
    { name: 'Accelerate', files: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'] },
    {
      name: 'OpenBLAS',
      files: ['/opt/homebrew/opt/openblas/lib/libopenblas.dylib', 'libopenblas.dylib'],
      threads: 'openblas_set_num_threads',
    },
  ],
  win32: [
    { name: 'OpenBLAS', files: ['libopenblas.dll'], threads: 'openblas_set_num_threads' },
    { name: 'MKL', files: ['mkl_rt.2.dll', 'mkl_rt.dll'], threads: 'MKL_Set_Num_Threads' },
  ],
};

let found: Blas | undefined | 'not sought' = 'not sought';

/** The system's BLAS, called through `koffi`; undefined where there is none, or none that computes right. */
export function findBlas(): Blas | undefined {
  if (found === 'not sought') found = seek();
  return found;
}

function seek(): Blas | undefined {
  const builtin = globalThis.process?.getBuiltinModule;
  if (!builtin) return undefined;
  const require = builtin('node:module').createRequire(import.meta.url);
  let koffi: string;
  try {
    koffi = require.resolve('koffi');
  } catch {
    return undefined;
  }
  for (const { name, files, threads } of CANDIDATES[process.platform] ?? []) {
    for (const library of files) {
      const place = { koffi, library, ...(threads && { threads }) };
      try {
        const bind = gemmOver(require, place);
        if (computesRight(bind)) return { name, place, bind };
      } catch {
        // Not there, or not one that can be called: the next may be.
      }
    }
  }
  return undefined;
}

/** Old libraries are wrong on some new processors: one product is compared with its plain sums. */
function computesRight(bind: Blas['bind']): boolean {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const numbers = new Float32Array(memory.buffer);
  const [rows, columns, depth] = [37, 45, 53];
  const [a, b, c] = [0, rows * depth, rows * depth + depth * columns];
  for (let i = 0; i < c; i++) numbers[i] = Math.sin(i);
  bind(memory).gemm(0, 0, rows, columns, depth, 0, depth, 4 * b, columns, 0, 4 * c, columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let total = 0;
      for (let k = 0; k < depth; k++)
        total += (numbers[a + i * depth + k] ?? 0) * (numbers[b + k * columns + j] ?? 0);
      if (!(Math.abs(total - (numbers[c + i * columns + j] ?? Number.NaN)) < 1e-4)) return false;
    }
  }
  return true;
}

export type { Blas, Gemm };
