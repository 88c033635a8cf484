import { findBlas } from '../native/blas.ts';
import { hasRelaxedSimd } from './probe.ts';
import { threadsAvailable } from './threads/hands.ts';
import { MOST_THREADS } from './threads/sharing.ts';

/** What this machine offers the WebAssembly backend. */
export interface WasmSupport {
  readonly relaxedSimd: boolean;
  /** How many threads compute by default; 1 where threads cannot share memory. */
  readonly threads: number;
  /** The system's BLAS and the library's file, if one is found that computes right. */
  readonly blas: { readonly name: string; readonly library: string } | undefined;
}

export function wasmSupport(): WasmSupport {
  const blas = findBlas();
  return {
    relaxedSimd: hasRelaxedSimd(),
    threads: Math.min(threadsAvailable(), MOST_THREADS),
    blas: blas && { name: blas.name, library: blas.place.library },
  };
}
