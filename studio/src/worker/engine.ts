import { setBackend, wasmBackend } from 'pellucid';

// A link gives the same numbers on every machine: nothing is used that not all have.
setBackend(wasmBackend({ deterministic: true }));
