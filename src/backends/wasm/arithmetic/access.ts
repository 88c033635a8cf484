import { type Dtype, isFloating, isHalf } from '../../../graph/dtypes.ts';
import type { FunctionBuilder, Local } from '../assembly/assembler.ts';
import { repeatWord, singleLanes, vectorLanes } from '../assembly/lanes.ts';
import { elementBytes, pushAddress, type Sum } from '../assembly/loops.ts';
import { narrow, widen } from './halfFloats.ts';

/*
 * How numbers lie in memory and how in registers: floats of 16 bits are float32 in registers; bools are 0 or 1 in
 * memory and, in vectors, masks in registers. No more is written than what is asked for, in one piece for each
 * number, so that threads may write neighbours.
 */

/** What a number alone is in a register. */
export function registerOf(dtype: Dtype): 'i32' | 'f32' | 'f64' {
  if (dtype === 'float64') return 'f64';
  return isFloating(dtype) ? 'f32' : 'i32';
}

/** Pops an address and pushes the number `offset` bytes behind it. */
export function loadNumber(code: FunctionBuilder, dtype: Dtype, offset: number): FunctionBuilder {
  if (!isHalf(dtype)) return code.emit(`${registerOf(dtype)}.load`, offset);
  const bits = code.emit('i32.load16_u', offset).keep('i32');
  return code.get(widen(singleLanes(code), bits, dtype));
}

/** Pops an address and pushes the four numbers from there on. */
export function loadVector(code: FunctionBuilder, dtype: Dtype, offset: number): FunctionBuilder {
  return inLanes(code.emit(isHalf(dtype) ? 'v128.load16x4_u' : 'v128.load', offset), dtype);
}

/** Pops an address and pushes the number there in all four lanes. */
export function loadSplat(code: FunctionBuilder, dtype: Dtype, offset: number): FunctionBuilder {
  if (isHalf(dtype)) code.emit('i32.load16_u', offset).emit('i32x4.splat');
  else code.emit('v128.load32_splat', offset);
  return inLanes(code, dtype);
}

/**
 * Pushes `lanes` numbers from anywhere.
 *
 * @param pushPlace pushes the address of a lane's number and returns how many bytes behind it that lies
 */
export function loadLanes(
  code: FunctionBuilder,
  dtype: Dtype,
  lanes: number,
  pushPlace: (lane: number) => number,
): FunctionBuilder {
  const half = isHalf(dtype);
  let value: Local | undefined;
  for (let lane = 0; lane < lanes; lane++) {
    const offset = pushPlace(lane);
    if (value && half) code.get(value).emit('v128.load16_lane', offset, 2 * lane);
    else if (value) code.get(value).emit('v128.load32_lane', offset, lane);
    else if (half) code.emit('i32.load16_u', offset).emit('i32x4.splat');
    else code.emit('v128.load32_zero', offset);
    if (lane < lanes - 1) value = code.keep('v128');
  }
  return inLanes(code, dtype);
}

/** What has been read as numbers of 32 bits, each lane's rest 0, as it is in registers. */
function inLanes(code: FunctionBuilder, dtype: Dtype): FunctionBuilder {
  if (isHalf(dtype)) return code.get(widen(vectorLanes(code), code.keep('v128'), dtype));
  return dtype === 'bool' ? code.get(code.keep('v128')).emit('i32x4.neg') : code;
}

/** Writes `lanes` neighbouring numbers, `stride` elements apart; where numbers are not in vectors, one. */
export function store(
  { code, vector }: { readonly code: FunctionBuilder; readonly vector: boolean },
  at: Sum,
  value: Local,
  dtype: Dtype,
  lanes: number,
  stride: number,
): void {
  if (vector) storeLanes(code, at, value, dtype, lanes, stride);
  else storeNumber(code, at, value, dtype);
}

function storeNumber(code: FunctionBuilder, at: Sum, value: Local, dtype: Dtype): void {
  const half = isHalf(dtype);
  const stored = half ? narrow(singleLanes(code), value, dtype) : value;
  const offset = pushAddress(code, at);
  code.get(stored).emit(half ? 'i32.store16' : `${registerOf(dtype)}.store`, offset);
}

function storeLanes(
  code: FunctionBuilder,
  at: Sum,
  value: Local,
  dtype: Dtype,
  lanes: number,
  stride: number,
): void {
  const half = isHalf(dtype);
  const stored = ofLanes(code, value, dtype);
  if (lanes === 4 && stride === 1) {
    const packed = half ? code.get(stored).get(stored).emit('i16x8.narrow_i32x4_u').keep('v128') : stored;
    const offset = pushAddress(code, at);
    code.get(packed);
    if (half) code.emit('v128.store64_lane', offset, 0);
    else code.emit('v128.store', offset);
    return;
  }
  for (let lane = 0; lane < lanes; lane++) {
    const by = lane * stride * elementBytes({ dtype });
    const offset = pushAddress(code, { ...at, constant: at.constant + by });
    code.get(stored);
    if (half) code.emit('v128.store16_lane', offset, 2 * lane);
    else code.emit('v128.store32_lane', offset, lane);
  }
}

/** A vector as numbers of 32 bits, whose lower 16 are those of a float of 16 bits. */
function ofLanes(code: FunctionBuilder, value: Local, dtype: Dtype): Local {
  if (isHalf(dtype)) return narrow(vectorLanes(code), value, dtype);
  if (dtype !== 'bool') return value;
  return code.get(value).emit('v128.const', repeatWord(1)).emit('v128.and').keep('v128');
}
