import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import { casesOf, OPS } from './opCases/index.ts';
import { wrongIn } from './opCheck.ts';

/** Runs every case of every primitive where this module is loaded: how many, and what is wrong with which. */
export function runOps(): { cases: number; wrong: string[] } {
  const backend = wasmBackend();
  let cases = 0;
  const wrong: string[] = [];
  for (const op of OPS) {
    for (const { label, opCase, dtype } of casesOf(op)) {
      cases++;
      const found = wrongIn(backend, opCase, dtype);
      if (found !== undefined) wrong.push(`${op}, ${label}: ${found}`);
    }
  }
  return { cases, wrong };
}
