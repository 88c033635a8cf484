import type { FunctionBuilder, Local, ValueType } from './assembler.ts';
import type { InstructionName } from './instructions.ts';

/**
 * Floating-point arithmetic on one or four numbers at a time. The elementary functions are written once, over
 * this interface, so that one number alone gets bit for bit what it gets among four.
 *
 * Every method writes its instruction into the function being built and returns the local that holds the result.
 * `Local`s of three kinds flow through it: numbers, masks (from comparisons) and the numbers' bits as integers.
 */
export interface Lanes {
  readonly dtype: 'float32' | 'float64';

  constant(value: number): Local;
  add(a: Local, b: Local): Local;
  sub(a: Local, b: Local): Local;
  mul(a: Local, b: Local): Local;
  div(a: Local, b: Local): Local;
  /** IEEE minimum: NaN if either is NaN. */
  min(a: Local, b: Local): Local;
  /** IEEE maximum: NaN if either is NaN. */
  max(a: Local, b: Local): Local;
  /** `limit` where `a` is above it, else `a`, be it NaN. One machine instruction, where `min` takes several. */
  atMost(a: Local, limit: Local): Local;
  /** `limit` where `a` is below it, else `a`, be it NaN. */
  atLeast(a: Local, limit: Local): Local;
  neg(a: Local): Local;
  abs(a: Local): Local;
  sqrt(a: Local): Local;
  floor(a: Local): Local;
  /** To the nearest whole number, ties to even. */
  nearest(a: Local): Local;

  less(a: Local, b: Local): Local;
  lessEqual(a: Local, b: Local): Local;
  equal(a: Local, b: Local): Local;
  /** `a` where the mask holds, else `b`. */
  select(mask: Local, a: Local, b: Local): Local;

  /** The bits of a number, as an integer lane of the same width (32 or 64). */
  bits(a: Local): Local;
  fromBits(a: Local): Local;
  integer(value: number | bigint): Local;
  addInteger(a: Local, b: Local): Local;
  subInteger(a: Local, b: Local): Local;
  and(a: Local, b: Local): Local;
  or(a: Local, b: Local): Local;
  xor(a: Local, b: Local): Local;
  shiftLeft(a: Local, distance: number): Local;
  /** Fills with zeros. */
  shiftRight(a: Local, distance: number): Local;
  /** Fills with the sign. */
  shiftRightSigned(a: Local, distance: number): Local;
  /** Truncates towards zero; NaN becomes 0, what is out of range the nearest integer. */
  toInteger(a: Local): Local;
  fromInteger(a: Local): Local;
}

interface Spelling {
  readonly dtype: 'float32' | 'float64';
  /** Prefixes of the floating and of the integer instructions. */
  readonly float: 'f32x4' | 'f32' | 'f64';
  readonly integer: 'i32x4' | 'i32' | 'i64';
  readonly number: ValueType;
  readonly word: ValueType;
  readonly mask: ValueType;
}

const VECTOR: Spelling = {
  dtype: 'float32',
  float: 'f32x4',
  integer: 'i32x4',
  number: 'v128',
  word: 'v128',
  mask: 'v128',
};
const SINGLE: Spelling = {
  dtype: 'float32',
  float: 'f32',
  integer: 'i32',
  number: 'f32',
  word: 'i32',
  mask: 'i32',
};
const DOUBLE: Spelling = {
  dtype: 'float64',
  float: 'f64',
  integer: 'i64',
  number: 'f64',
  word: 'i64',
  mask: 'i32',
};

/** Four float32 at a time (SIMD128). */
export const vectorLanes = (code: FunctionBuilder): Lanes => lanes(code, VECTOR);
/** One float32 at a time. */
export const singleLanes = (code: FunctionBuilder): Lanes => lanes(code, SINGLE);
/** One float64 at a time. */
export const doubleLanes = (code: FunctionBuilder): Lanes => lanes(code, DOUBLE);

/** Sixteen bytes that repeat one 32-bit word. */
export function repeatWord(word: number): Uint8Array {
  return new Uint8Array(Int32Array.of(word, word, word, word).buffer);
}

/** The bits of a float32 as an integer. */
export function bitsOfFloat(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

function lanes(code: FunctionBuilder, { dtype, float, integer, number, word, mask }: Spelling): Lanes {
  const vector = float === 'f32x4';
  const apply = (name: InstructionName, type: ValueType, ...inputs: Local[]) => {
    for (const input of inputs) code.get(input);
    return code.emit(name).keep(type);
  };
  const unary = (name: InstructionName) => (a: Local) => apply(name, number, a);
  const binary = (name: InstructionName) => (a: Local, b: Local) => apply(name, number, a, b);
  const compare = (name: InstructionName) => (a: Local, b: Local) => apply(name, mask, a, b);
  const words = (name: InstructionName) => (a: Local, b: Local) => apply(name, word, a, b);
  const bitwise = (name: 'and' | 'or' | 'xor') =>
    words(integer === 'i32x4' ? `v128.${name}` : `${integer}.${name}`);
  const shift = (name: 'shl' | 'shr_u' | 'shr_s') => (a: Local, distance: number) => {
    code.get(a).emit(integer === 'i64' ? 'i64.const' : 'i32.const', distance);
    return code.emit(`${integer}.${name}`).keep(word);
  };
  const select = (chosen: Local, a: Local, b: Local) => {
    code.get(a).get(b).get(chosen);
    return code.emit(vector ? 'v128.bitselect' : 'select').keep(a.type);
  };
  const byWidth = (wide: InstructionName, single: InstructionName, double: InstructionName) =>
    vector ? wide : float === 'f32' ? single : double;
  const less = compare(`${float}.lt`);

  return {
    dtype,
    constant(value) {
      if (vector) return code.emit('v128.const', repeatWord(bitsOfFloat(value))).keep('v128');
      return code.emit(float === 'f32' ? 'f32.const' : 'f64.const', value).keep(number);
    },
    add: binary(`${float}.add`),
    sub: binary(`${float}.sub`),
    mul: binary(`${float}.mul`),
    div: binary(`${float}.div`),
    min: binary(`${float}.min`),
    max: binary(`${float}.max`),
    atMost: vector ? binary('f32x4.pmin') : (a, limit) => select(less(limit, a), limit, a),
    atLeast: vector ? binary('f32x4.pmax') : (a, limit) => select(less(a, limit), limit, a),
    neg: unary(`${float}.neg`),
    abs: unary(`${float}.abs`),
    sqrt: unary(`${float}.sqrt`),
    floor: unary(`${float}.floor`),
    nearest: unary(`${float}.nearest`),
    less,
    lessEqual: compare(`${float}.le`),
    equal: compare(`${float}.eq`),
    select,
    bits: (a) =>
      vector ? a : apply(float === 'f32' ? 'i32.reinterpret_f32' : 'i64.reinterpret_f64', word, a),
    fromBits: (a) =>
      vector ? a : apply(float === 'f32' ? 'f32.reinterpret_i32' : 'f64.reinterpret_i64', number, a),
    integer(value) {
      if (vector) return code.emit('v128.const', repeatWord(Number(value))).keep('v128');
      return code.emit(integer === 'i64' ? 'i64.const' : 'i32.const', value).keep(word);
    },
    addInteger: words(`${integer}.add`),
    subInteger: words(`${integer}.sub`),
    and: bitwise('and'),
    or: bitwise('or'),
    xor: bitwise('xor'),
    shiftLeft: shift('shl'),
    shiftRight: shift('shr_u'),
    shiftRightSigned: shift('shr_s'),
    toInteger: (a) =>
      apply(byWidth('i32x4.trunc_sat_f32x4_s', 'i32.trunc_sat_f32_s', 'i64.trunc_sat_f64_s'), word, a),
    fromInteger: (a) =>
      apply(byWidth('f32x4.convert_i32x4_s', 'f32.convert_i32_s', 'f64.convert_i64_s'), number, a),
  };
}
