import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../../src/backends/wasm/backend.ts';
import * as build from '../../../src/graph/build.ts';
import { input } from '../../../src/graph/graph.ts';
import type { Node } from '../../../src/graph/ops.ts';

/** The generated text, from the module on. */
const textOf = (output: Node): string => {
  const { report } = wasmBackend().compile({ outputs: [output], updates: [] });
  return report.text().split('\n\n(module')[1] ?? '';
};
/** The function of the first kernel alone. */
const kernelOf = (output: Node): string => {
  const [, body = ''] = /(\(func \$kernel0[\s\S]*?)\n {2}\((?:func|export)/.exec(textOf(output)) ?? [];
  return body;
};

const six = input('float32', [6], 'six');
const row = input('float32', [1, 3], 'row');
const flags = input('bool', [3], 'flags');

describe('generated code', () => {
  test('relu of six numbers: four at once, then two', () => {
    expect(kernelOf(build.max(six, 0))).toMatchInlineSnapshot(`
      "(func $kernel0 (param $0 i32) (param $1 i32)
          (local $2 v128)
          (local $3 v128)
          (local $4 v128)
          (local $5 v128)
          (local $6 v128)
          (local $7 v128)
          local.get $0
          v128.load
          local.set $2
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $3
          local.get $2
          local.get $3
          f32x4.max
          local.set $4
          local.get $1
          local.get $4
          v128.store
          local.get $0
          v128.load offset=16
          local.set $5
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $6
          local.get $5
          local.get $6
          f32x4.max
          local.set $7
          local.get $1
          local.get $7
          v128.store32_lane offset=16 0
          local.get $1
          local.get $7
          v128.store32_lane offset=20 1)"
    `);
  });

  test('a sum of six numbers', () => {
    expect(kernelOf(build.sum(six, [0]))).toMatchInlineSnapshot(`
      "(func $kernel0 (param $0 i32) (param $1 i32)
          (local $2 v128)
          (local $3 v128)
          (local $4 v128)
          (local $5 v128)
          (local $6 v128)
          (local $7 v128)
          (local $8 v128)
          (local $9 v128)
          (local $10 v128)
          (local $11 v128)
          (local $12 v128)
          (local $13 v128)
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.tee $2
          local.set $3
          local.get $0
          v128.load
          local.set $4
          local.get $3
          local.get $4
          f32x4.add
          local.tee $5
          local.set $3
          local.get $0
          v128.load offset=16
          local.set $6
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $7
          local.get $6
          local.get $7
          v128.const i32x4 0xffffffff 0xffffffff 0x00000000 0x00000000
          v128.bitselect
          local.set $8
          local.get $3
          local.get $8
          f32x4.add
          local.tee $9
          local.tee $3
          local.get $3
          i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
          local.set $10
          local.get $3
          local.get $10
          f32x4.add
          local.tee $11
          local.tee $3
          local.get $3
          i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3
          local.set $12
          local.get $3
          local.get $12
          f32x4.add
          local.tee $13
          local.set $3
          local.get $1
          local.get $3
          v128.store32_lane 0)"
    `);
  });

  test('integers divided one at a time, with zero and −1 guarded', () => {
    const [a, b] = [input('int32', [3], 'a'), input('int32', [3], 'b')];
    expect(kernelOf(build.div(a, b))).toMatchInlineSnapshot(`
      "(func $kernel0 (param $0 i32) (param $1 i32) (param $2 i32)
          (local $3 i32)
          (local $4 i32)
          (local $5 i32)
          (local $6 i32)
          (local $7 i32)
          (local $8 i32)
          (local $9 i32)
          i32.const 0
          local.set $3
          loop
            local.get $3
            local.get $0
            i32.add
            local.tee $4
            i32.load
            local.set $5
            local.get $3
            local.get $1
            i32.add
            local.tee $6
            i32.load
            local.set $7
            i32.const 0
            local.set $8
            local.get $7
            if
              i32.const 0
              local.get $5
              i32.sub
              local.set $8
              local.get $7
              i32.const -1
              i32.ne
              if
                local.get $5
                local.get $7
                i32.div_s
                local.set $8
              end
            end
            local.get $3
            local.get $2
            i32.add
            local.tee $9
            local.get $8
            i32.store
            local.get $3
            i32.const 4
            i32.add
            local.tee $3
            i32.const 12
            i32.lt_s
            br_if 0
          end)"
    `);
  });

  test('a padded read takes zeros from the start of the arena', () => {
    expect(kernelOf(build.neg(build.pad(input('float64', [2], 'x'), [1], [1])))).toMatchInlineSnapshot(`
      "(func $kernel0 (param $0 i32) (param $1 i32)
          (local $2 i32)
          (local $3 i32)
          (local $4 i32)
          (local $5 i32)
          (local $6 f64)
          (local $7 f64)
          (local $8 i32)
          i32.const 0
          local.set $2
          loop
            local.get $2
            i32.const 2
            i32.mul
            local.get $0
            i32.add
            local.set $3
            local.get $2
            i32.const 4
            i32.sub
            i32.const 8
            i32.lt_u
            local.set $4
            local.get $3
            i32.const -8
            i32.add
            i32.const 0
            local.get $4
            select
            local.tee $5
            f64.load
            local.tee $6
            f64.neg
            local.set $7
            local.get $2
            i32.const 2
            i32.mul
            local.get $1
            i32.add
            local.tee $8
            local.get $7
            f64.store
            local.get $2
            i32.const 4
            i32.add
            local.tee $2
            i32.const 16
            i32.lt_s
            br_if 0
          end)"
    `);
  });

  test('a choice by stored truth values, which become masks', () => {
    expect(kernelOf(build.where(flags, build.reshape(row, [3]), 0))).toMatchInlineSnapshot(`
      "(func $kernel0 (param $0 i32) (param $1 i32) (param $2 i32)
          (local $3 v128)
          (local $4 v128)
          (local $5 v128)
          (local $6 v128)
          (local $7 v128)
          local.get $0
          v128.load
          local.tee $3
          i32x4.neg
          local.set $4
          local.get $1
          v128.load
          local.set $5
          v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
          local.set $6
          local.get $5
          local.get $4
          v128.and
          local.set $7
          local.get $2
          local.get $7
          v128.store32_lane 0
          local.get $2
          local.get $7
          v128.store32_lane offset=4 1
          local.get $2
          local.get $7
          v128.store32_lane offset=8 2)"
    `);
  });
});

test('kernels that are alike are one function, called with other addresses', () => {
  const [a, b] = [input('float32', [8]), input('float32', [8])];
  const { report } = wasmBackend().compile({
    outputs: [build.sum(build.exp(a), [0]), build.sum(build.exp(b), [0])],
    updates: [],
  });
  expect(report.kernels).toBe(2);
  expect(report.text().match(/\(func \$kernel/g)).toHaveLength(1);
});
