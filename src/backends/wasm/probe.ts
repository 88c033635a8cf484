import { FunctionBuilder, ModuleBuilder } from './assembly/assembler.ts';

let known: boolean | undefined;

/** Whether this machine has relaxed SIMD: asked by a module that uses it. */
export function hasRelaxedSimd(): boolean {
  known ??= WebAssembly.validate(probe());
  return known;
}

function probe(): Uint8Array<ArrayBuffer> {
  const code = new FunctionBuilder('probe');
  for (let i = 0; i < 3; i++) code.emit('v128.const', new Uint8Array(16));
  code.emit('f32x4.relaxed_madd').emit('drop');
  const module = new ModuleBuilder();
  module.add(code, 'probe');
  return module.encode();
}
