import { expect, test } from 'vitest';
import { FunctionBuilder, ModuleBuilder } from '../../../src/backends/wasm/assembly/assembler.ts';
import { doubleLanes, vectorLanes } from '../../../src/backends/wasm/assembly/lanes.ts';

function instantiate(module: ModuleBuilder) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } });
  return { memory, run: exports.run as () => void };
}

test('a vector loop and a scalar double run as written', () => {
  const code = new FunctionBuilder('run');
  const at = code.local('i32');
  code.repeat(at, 64, 16, () => {
    const lanes = vectorLanes(code);
    const x = code.get(at).emit('v128.load', 0).keep('v128');
    const y = lanes.select(lanes.less(x, lanes.constant(0)), lanes.neg(x), lanes.mul(x, lanes.constant(2.5)));
    code.get(at).get(y).emit('v128.store', 0);
  });
  const lanes = doubleLanes(code);
  const doubled = lanes.fromBits(lanes.addInteger(lanes.bits(lanes.constant(1.5)), lanes.integer(1n << 52n)));
  code.emit('i32.const', 64).get(doubled).emit('f64.store', 0);

  const module = new ModuleBuilder();
  module.add(code, 'run');
  const { memory, run } = instantiate(module);
  const numbers = new Float32Array(memory.buffer, 0, 16).map((_, i) => i - 8);
  new Float32Array(memory.buffer).set(numbers);
  run();
  expect([...new Float32Array(memory.buffer, 0, 16)]).toEqual(
    [...numbers].map((x) => (x < 0 ? -x : 2.5 * x)),
  );
  expect(new Float64Array(memory.buffer, 64, 1)[0]).toBe(3);
});

test('the text form shows the instructions that run', () => {
  const code = new FunctionBuilder('twice', ['f32'], ['f32']);
  const [x] = code.params;
  if (x) code.get(x).get(x).emit('f32.add');
  const module = new ModuleBuilder();
  module.add(code, 'twice');
  expect(module.toString()).toMatchInlineSnapshot(`
    "(module
      (import "env" "memory" (memory 1))
      (func $twice (param $0 f32) (result f32)
        local.get $0
        local.get $0
        f32.add)
      (export "twice" (func $twice)))"
  `);
});
