/** Makes WebAssembly run everything, unless another backend is set afterwards. Imported for that alone. */
import { wasmBackend } from '../backends/wasm/backend.ts';
import { setBackend } from '../tensor/runtime.ts';

setBackend(wasmBackend());
