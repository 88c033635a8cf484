import { setBackend, wasmBackend } from 'pellucid';

// The same bits on every machine: a link shows everyone the same numbers. Imported for that alone, by each
// computation that trains.
setBackend(wasmBackend({ deterministic: true }));
