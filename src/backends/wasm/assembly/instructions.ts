/**
 * The WebAssembly instructions the compiler uses: name → opcode bytes and what follows them.
 *
 * One table serves the binary encoder and the text form, so what is printed is what runs.
 *
 * @see WebAssembly Core Specification 2.0, chapter 5.4 "Instructions".
 */
export type Immediate =
  | 'index'
  | 'block'
  | 'memory'
  | 'atomic'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'bytes16'
  | 'lane'
  | 'zero';

export interface InstructionRow {
  readonly opcode: readonly number[];
  readonly immediates: readonly Immediate[];
}

const plain = (...opcode: number[]): InstructionRow => ({ opcode, immediates: [] });
const taking = (opcode: number, ...immediates: Immediate[]): InstructionRow => ({
  opcode: [opcode],
  immediates,
});
/** Atomic instructions, all on 32 bits. @see the Threads proposal of WebAssembly */
const atomic = (code: number): InstructionRow => ({ opcode: [0xfe, code], immediates: ['atomic'] });
/** SIMD instructions are the prefix 0xfd and a LEB128 number, here below 2¹⁴. */
const simd = (code: number, ...immediates: Immediate[]): InstructionRow => ({
  opcode: code < 0x80 ? [0xfd, code] : [0xfd, (code & 0x7f) | 0x80, code >> 7],
  immediates,
});

export const INSTRUCTIONS = {
  unreachable: plain(0x00),
  block: taking(0x02, 'block'),
  loop: taking(0x03, 'block'),
  if: taking(0x04, 'block'),
  else: plain(0x05),
  end: plain(0x0b),
  br: taking(0x0c, 'index'),
  br_if: taking(0x0d, 'index'),
  return: plain(0x0f),
  call: taking(0x10, 'index'),
  drop: plain(0x1a),
  select: plain(0x1b),
  'local.get': taking(0x20, 'index'),
  'local.set': taking(0x21, 'index'),
  'local.tee': taking(0x22, 'index'),
  'global.get': taking(0x23, 'index'),
  'global.set': taking(0x24, 'index'),

  'i32.load': taking(0x28, 'memory'),
  'i64.load': taking(0x29, 'memory'),
  'f32.load': taking(0x2a, 'memory'),
  'f64.load': taking(0x2b, 'memory'),
  'i32.load16_u': taking(0x2f, 'memory'),
  'i32.store': taking(0x36, 'memory'),
  'i64.store': taking(0x37, 'memory'),
  'f32.store': taking(0x38, 'memory'),
  'f64.store': taking(0x39, 'memory'),
  'i32.store16': taking(0x3b, 'memory'),
  'memory.copy': { opcode: [0xfc, 0x0a], immediates: ['zero', 'zero'] },
  'memory.fill': { opcode: [0xfc, 0x0b], immediates: ['zero'] },

  'i32.const': taking(0x41, 'i32'),
  'i64.const': taking(0x42, 'i64'),
  'f32.const': taking(0x43, 'f32'),
  'f64.const': taking(0x44, 'f64'),

  'i32.eqz': plain(0x45),
  'i64.eqz': plain(0x50),
  'i32.eq': plain(0x46),
  'i32.ne': plain(0x47),
  'i32.lt_s': plain(0x48),
  'i32.lt_u': plain(0x49),
  'i32.gt_s': plain(0x4a),
  'i32.gt_u': plain(0x4b),
  'i32.le_s': plain(0x4c),
  'i32.le_u': plain(0x4d),
  'i32.ge_s': plain(0x4e),
  'i32.ge_u': plain(0x4f),
  'f32.eq': plain(0x5b),
  'f32.lt': plain(0x5d),
  'f32.le': plain(0x5f),
  'f64.eq': plain(0x61),
  'f64.lt': plain(0x63),
  'f64.le': plain(0x65),

  'i32.add': plain(0x6a),
  'i32.sub': plain(0x6b),
  'i32.mul': plain(0x6c),
  'i32.div_s': plain(0x6d),
  'i32.div_u': plain(0x6e),
  'i32.rem_s': plain(0x6f),
  'i32.rem_u': plain(0x70),
  'i32.and': plain(0x71),
  'i32.or': plain(0x72),
  'i32.xor': plain(0x73),
  'i32.shl': plain(0x74),
  'i32.shr_s': plain(0x75),
  'i32.shr_u': plain(0x76),
  'i64.add': plain(0x7c),
  'i64.sub': plain(0x7d),
  'i64.mul': plain(0x7e),
  'i64.div_u': plain(0x80),
  'i64.and': plain(0x83),
  'i64.or': plain(0x84),
  'i64.xor': plain(0x85),
  'i64.shl': plain(0x86),
  'i64.shr_s': plain(0x87),
  'i64.shr_u': plain(0x88),

  'f32.abs': plain(0x8b),
  'f32.neg': plain(0x8c),
  'f32.floor': plain(0x8e),
  'f32.nearest': plain(0x90),
  'f32.sqrt': plain(0x91),
  'f32.add': plain(0x92),
  'f32.sub': plain(0x93),
  'f32.mul': plain(0x94),
  'f32.div': plain(0x95),
  'f32.min': plain(0x96),
  'f32.max': plain(0x97),
  'f64.abs': plain(0x99),
  'f64.neg': plain(0x9a),
  'f64.floor': plain(0x9c),
  'f64.nearest': plain(0x9e),
  'f64.sqrt': plain(0x9f),
  'f64.add': plain(0xa0),
  'f64.sub': plain(0xa1),
  'f64.mul': plain(0xa2),
  'f64.div': plain(0xa3),
  'f64.min': plain(0xa4),
  'f64.max': plain(0xa5),

  'i32.wrap_i64': plain(0xa7),
  'i64.extend_i32_u': plain(0xad),
  'f32.convert_i32_s': plain(0xb2),
  'f32.convert_i32_u': plain(0xb3),
  'f32.demote_f64': plain(0xb6),
  'f64.convert_i32_s': plain(0xb7),
  'f64.convert_i32_u': plain(0xb8),
  'f64.convert_i64_s': plain(0xb9),
  'f64.promote_f32': plain(0xbb),
  'i32.reinterpret_f32': plain(0xbc),
  'i64.reinterpret_f64': plain(0xbd),
  'f32.reinterpret_i32': plain(0xbe),
  'f64.reinterpret_i64': plain(0xbf),
  'i32.trunc_sat_f32_s': plain(0xfc, 0x00),
  'i32.trunc_sat_f32_u': plain(0xfc, 0x01),
  'i32.trunc_sat_f64_s': plain(0xfc, 0x02),
  'i32.trunc_sat_f64_u': plain(0xfc, 0x03),
  'i64.trunc_sat_f64_s': plain(0xfc, 0x06),

  'memory.atomic.notify': atomic(0x00),
  'memory.atomic.wait32': atomic(0x01),
  'i32.atomic.load': atomic(0x10),
  'i32.atomic.store': atomic(0x17),
  'i32.atomic.rmw.add': atomic(0x1e),

  'v128.load': simd(0x00, 'memory'),
  'v128.load16x4_u': simd(0x04, 'memory'),
  'v128.load32_splat': simd(0x09, 'memory'),
  'v128.load32_zero': simd(0x5c, 'memory'),
  'v128.load16_lane': simd(0x55, 'memory', 'lane'),
  'v128.load32_lane': simd(0x56, 'memory', 'lane'),
  'v128.store': simd(0x0b, 'memory'),
  'v128.store16_lane': simd(0x59, 'memory', 'lane'),
  'v128.store32_lane': simd(0x5a, 'memory', 'lane'),
  'v128.store64_lane': simd(0x5b, 'memory', 'lane'),
  'v128.const': simd(0x0c, 'bytes16'),
  'i8x16.shuffle': simd(0x0d, 'bytes16'),
  'i32x4.splat': simd(0x11),
  'f32x4.splat': simd(0x13),
  'i32x4.extract_lane': simd(0x1b, 'lane'),
  'i32x4.replace_lane': simd(0x1c, 'lane'),
  'f32x4.extract_lane': simd(0x1f, 'lane'),
  'f32x4.replace_lane': simd(0x20, 'lane'),
  'i32x4.eq': simd(0x37),
  'i32x4.lt_s': simd(0x39),
  'i32x4.lt_u': simd(0x3a),
  'f32x4.eq': simd(0x41),
  'f32x4.lt': simd(0x43),
  'f32x4.le': simd(0x45),
  'v128.not': simd(0x4d),
  'v128.and': simd(0x4e),
  'v128.andnot': simd(0x4f),
  'v128.or': simd(0x50),
  'v128.xor': simd(0x51),
  'v128.bitselect': simd(0x52),
  'f32x4.floor': simd(0x68),
  'f32x4.nearest': simd(0x6a),
  'i16x8.narrow_i32x4_u': simd(0x86),
  'i32x4.neg': simd(0xa1),
  'i32x4.shl': simd(0xab),
  'i32x4.shr_s': simd(0xac),
  'i32x4.shr_u': simd(0xad),
  'i32x4.add': simd(0xae),
  'i32x4.sub': simd(0xb1),
  'i32x4.mul': simd(0xb5),
  'i32x4.max_s': simd(0xb8),
  'i32x4.max_u': simd(0xb9),
  'f32x4.abs': simd(0xe0),
  'f32x4.neg': simd(0xe1),
  'f32x4.sqrt': simd(0xe3),
  'f32x4.add': simd(0xe4),
  'f32x4.sub': simd(0xe5),
  'f32x4.mul': simd(0xe6),
  'f32x4.div': simd(0xe7),
  'f32x4.min': simd(0xe8),
  'f32x4.max': simd(0xe9),
  'f32x4.pmin': simd(0xea),
  'f32x4.pmax': simd(0xeb),
  'i32x4.trunc_sat_f32x4_s': simd(0xf8),
  'i32x4.trunc_sat_f32x4_u': simd(0xf9),
  'f32x4.convert_i32x4_s': simd(0xfa),
  'f32x4.convert_i32x4_u': simd(0xfb),
  /** a·b + c, rounded once or twice, as the machine likes. @see the Relaxed SIMD proposal */
  'f32x4.relaxed_madd': simd(0x105),
} as const satisfies Record<string, InstructionRow>;

export type InstructionName = keyof typeof INSTRUCTIONS;
