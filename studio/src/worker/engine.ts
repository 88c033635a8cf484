import { setBackend, wasmBackend } from 'pellucid';
import { referenceBackend } from 'pellucid/core';
import { runsWebAssembly } from '../webAssembly.ts';

// A link gives the same numbers on every machine: nothing is used that not all have. Where there is no WebAssembly the
// plain loops of the reference evaluator stand in: slower, and in single bits another rounding.
setBackend(runsWebAssembly() ? wasmBackend({ deterministic: true }) : referenceBackend());
