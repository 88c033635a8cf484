// What one thread can do at most with 128-bit vectors, product and sum being two instructions: node bench/peak.js
// Sums that stay in registers; their common product is computed once a turn, so that only the additions count.

import { FunctionBuilder, ModuleBuilder } from '../dist/backends/wasm/assembler.js';
import { median } from './workloads.js';

const TURNS = 20_000_000;
const SEGMENTS = 5;
const LANES = 4;

const value = Math.max(...[8, 10, 12].map((sums) => rate(kernelOf(sums), sums)));
console.log(JSON.stringify({ value, metric: 'GFLOP/s' }));

function kernelOf(sums) {
  const module = new ModuleBuilder();
  const code = new FunctionBuilder('run', ['i32'], ['f32']);
  const [left] = code.params;
  const vector = (number) => code.emit('f32.const', number).emit('f32x4.splat').keep('v128');
  const [a, b] = [vector(0.999), vector(1.0001)];
  const totals = Array.from({ length: sums }, (_, i) => vector(i));
  code.nest('loop', () => {
    for (const total of totals) code.get(total).get(a).get(b).emit('f32x4.mul').emit('f32x4.add').set(total);
    // Another factor in every turn, or the product would leave the loop.
    code.get(a).get(b).emit('f32x4.mul').set(a);
    code.get(left).emit('i32.const', 1).emit('i32.sub').emit('local.tee', left.index).emit('br_if', 0);
  });
  const [first, ...rest] = totals;
  code.get(first);
  for (const total of rest) code.get(total).emit('f32x4.add');
  module.add(code.emit('f32x4.extract_lane', 0), 'run');
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } }).exports.run;
}

/** Additions, each with the product it stands for, in 10⁹ a second. */
function rate(kernel, sums) {
  kernel(TURNS / 10);
  const seconds = Array.from({ length: SEGMENTS }, () => {
    const start = performance.now();
    kernel(TURNS);
    return (performance.now() - start) / 1000;
  });
  return (2 * sums * LANES * TURNS) / median(seconds) / 1e9;
}
