import { type Dtype, isFloating, isHalf } from '../../../graph/dtypes.ts';
import { VerifyError } from '../../../graph/errors.ts';
import type { Op } from '../../../graph/ops.ts';
import type { FunctionBuilder, Local, ValueType } from '../assembly/assembler.ts';
import type { InstructionName } from '../assembly/instructions.ts';
import {
  bitsOfFloat,
  doubleLanes,
  type Lanes,
  repeatWord,
  singleLanes,
  vectorLanes,
} from '../assembly/lanes.ts';
import { ELEMENTARY } from './elementary.ts';
import { roundToHalf } from './halfFloats.ts';

/** An operand, with what is known of it while the code is written. */
export interface Operand {
  readonly local: Local;
  readonly dtype: Dtype;
  /** Its value, if it is a constant. */
  readonly known?: number;
}

/**
 * Arithmetic on numbers of all dtypes, four 32-bit ones at a time or one of any kind. In vectors a bool is a mask
 * of 32 equal bits, alone it is 0 or 1.
 */
export class Arithmetic {
  readonly vector: boolean;
  readonly #code: FunctionBuilder;
  readonly #single: Lanes;
  #double: Lanes | undefined;

  constructor(code: FunctionBuilder, vector: boolean) {
    this.#code = code;
    this.vector = vector;
    this.#single = vector ? vectorLanes(code) : singleLanes(code);
  }

  /** Lanes for a floating dtype; for others those of 32-bit integers. */
  lanes(dtype: Dtype): Lanes {
    if (dtype !== 'float64') return this.#single;
    this.#double ??= doubleLanes(this.#code);
    return this.#double;
  }

  typeOf(dtype: Dtype): ValueType {
    if (this.vector) return 'v128';
    if (dtype === 'float64') return 'f64';
    return isFloating(dtype) ? 'f32' : 'i32';
  }

  constant(value: number, dtype: Dtype): Local {
    if (isFloating(dtype)) return this.lanes(dtype).constant(value);
    if (dtype === 'bool') return this.#single.integer(this.vector ? -value : value);
    return this.#single.integer(value | 0);
  }

  /** The result of an element-wise primitive. */
  apply(op: Op, dtype: Dtype, operands: readonly Operand[]): Local {
    const [a, b, c] = operands;
    if (!a) throw new VerifyError({ asked: op, expected: 'an operand' });
    switch (op) {
      case 'cast':
        return this.#cast(a, dtype);
      case 'where':
        return this.#select(a.local, b as Operand, c as Operand);
      case 'less':
      case 'equal':
        return this.#compare(op, a, b as Operand);
      default:
        return isFloating(dtype) ? this.#rounded(op, dtype, a, b) : this.#integer(op, dtype, a, b);
    }
  }

  /** a − b of floats. */
  subtract(dtype: Dtype, a: Local, b: Local): Local {
    const result = this.lanes(dtype).sub(a, b);
    return isHalf(dtype) ? roundToHalf(this.#single, result, dtype) : result;
  }

  /** Numbers of 16 bits are computed as float32 and rounded after each operation that can need it. */
  #rounded(op: Op, dtype: Dtype, a: Operand, b: Operand | undefined): Local {
    const result = this.#floating(op, dtype, a, b);
    const isExact = op === 'neg' || op === 'max' || op === 'floor';
    return isHalf(dtype) && !isExact ? roundToHalf(this.#single, result, dtype) : result;
  }

  #floating(op: Op, dtype: Dtype, a: Operand, b: Operand | undefined): Local {
    const lanes = this.lanes(dtype);
    const right = b?.local as Local;
    switch (op) {
      case 'add':
        return lanes.add(a.local, right);
      case 'mul':
        return lanes.mul(a.local, right);
      case 'div':
        return lanes.div(a.local, right);
      case 'max':
        return lanes.max(a.local, right);
      case 'neg':
        return lanes.neg(a.local);
      case 'sqrt':
        return lanes.sqrt(a.local);
      case 'floor':
        return lanes.floor(a.local);
      case 'exp':
      case 'log':
      case 'sin':
      case 'tanh':
      case 'erf':
      case 'log1p':
      case 'expm1':
        return ELEMENTARY[op](lanes, a.local);
      default:
        throw new VerifyError({ asked: `code for ${op}`, expected: 'an element-wise operation' });
    }
  }

  #integer(op: Op, dtype: Dtype, a: Operand, b: Operand | undefined): Local {
    const signed = dtype === 'int32';
    const right = b?.local as Local;
    const both = (name: InstructionName) =>
      this.#code.get(a.local).get(right).emit(name).keep(this.typeOf(dtype));
    switch (op) {
      case 'add':
        return this.#single.addInteger(a.local, right);
      case 'mul':
        return both(this.vector ? 'i32x4.mul' : 'i32.mul');
      case 'neg':
        return this.#single.subInteger(this.constant(0, dtype), a.local);
      case 'max':
        if (this.vector) return both(signed ? 'i32x4.max_s' : 'i32x4.max_u');
        this.#code.get(a.local).get(right);
        this.#code.get(a.local).get(right);
        return this.#code
          .emit(signed ? 'i32.gt_s' : 'i32.gt_u')
          .emit('select')
          .keep('i32');
      case 'div':
        return this.#divide(signed, a.local, right);
      default:
        throw new VerifyError({ asked: `code for ${op} of ${dtype}`, expected: 'integer arithmetic' });
    }
  }

  /** Towards zero; by zero to zero, where the instruction would trap. −2³¹ / −1 wraps to −2³¹. */
  #divide(signed: boolean, a: Local, b: Local): Local {
    const code = this.#code;
    const quotient = code.local('i32');
    code.emit('i32.const', 0).set(quotient);
    const guard = () => code.get(b);
    guard();
    code.nest('if', () => {
      if (!signed) code.get(a).get(b).emit('i32.div_u').set(quotient);
      else {
        // Through −a when b is −1: the one division that overflows.
        code.emit('i32.const', 0).get(a).emit('i32.sub').set(quotient);
        code.get(b).emit('i32.const', -1).emit('i32.ne');
        code.nest('if', () => code.get(a).get(b).emit('i32.div_s').set(quotient));
      }
    });
    return quotient;
  }

  #compare(op: 'less' | 'equal', a: Operand, b: Operand): Local {
    if (isFloating(a.dtype)) return this.lanes(a.dtype)[op](a.local, b.local);
    const code = this.#code.get(a.local).get(b.local);
    if (this.vector) {
      const less = a.dtype === 'int32' ? 'i32x4.lt_s' : 'i32x4.lt_u';
      return code.emit(op === 'equal' ? 'i32x4.eq' : less).keep('v128');
    }
    const less = a.dtype === 'int32' ? 'i32.lt_s' : 'i32.lt_u';
    return code.emit(op === 'equal' ? 'i32.eq' : less).keep('i32');
  }

  #select(mask: Local, a: Operand, b: Operand): Local {
    // Bits under a mask: one instruction where a select takes three.
    if (this.vector && Object.is(b.known, 0)) return this.#single.and(a.local, mask);
    if (this.vector && Object.is(a.known, 0)) {
      return this.#code.get(b.local).get(mask).emit('v128.andnot').keep('v128');
    }
    return this.lanes(a.dtype).select(mask, a.local, b.local);
  }

  #cast({ local, dtype }: Operand, to: Dtype): Local {
    const from = isHalf(dtype) ? 'float32' : dtype;
    if (!isHalf(to)) return this.#castWide(local, from, to);
    const wide = this.#castWide(local, from, 'float32');
    return dtype === to ? wide : roundToHalf(this.#single, wide, to);
  }

  #castWide(local: Local, from: Dtype, to: Dtype): Local {
    if (from === to || (!isFloating(from) && !isFloating(to) && from !== 'bool' && to !== 'bool'))
      return local;
    const code = this.#code;
    if (to === 'bool') return this.#isNotZero(local, from);
    if (from === 'bool') return this.#fromBool(local, to);
    code.get(local);
    if (this.vector) {
      const signed = from === 'int32' || to === 'int32';
      if (isFloating(to))
        return code.emit(signed ? 'f32x4.convert_i32x4_s' : 'f32x4.convert_i32x4_u').keep('v128');
      return code.emit(signed ? 'i32x4.trunc_sat_f32x4_s' : 'i32x4.trunc_sat_f32x4_u').keep('v128');
    }
    return code.emit(SCALAR_CASTS[`${from}>${to}`] ?? 'f64.promote_f32').keep(this.typeOf(to));
  }

  #isNotZero(local: Local, from: Dtype): Local {
    const zero = this.constant(0, from);
    const equal = this.#compare('equal', { local, dtype: from }, { local: zero, dtype: from });
    return this.#code
      .get(equal)
      .emit(this.vector ? 'v128.not' : 'i32.eqz')
      .keep(equal.type);
  }

  #fromBool(local: Local, to: Dtype): Local {
    if (this.vector) {
      const one = isFloating(to) ? bitsOfFloat(1) : 1;
      return this.#code.get(local).emit('v128.const', repeatWord(one)).emit('v128.and').keep('v128');
    }
    if (!isFloating(to)) return local;
    return this.#code
      .get(local)
      .emit(to === 'float32' ? 'f32.convert_i32_s' : 'f64.convert_i32_s')
      .keep(this.typeOf(to));
  }
}

const SCALAR_CASTS: Readonly<Record<string, InstructionName>> = {
  'float32>float64': 'f64.promote_f32',
  'float64>float32': 'f32.demote_f64',
  'int32>float32': 'f32.convert_i32_s',
  'uint32>float32': 'f32.convert_i32_u',
  'int32>float64': 'f64.convert_i32_s',
  'uint32>float64': 'f64.convert_i32_u',
  'float32>int32': 'i32.trunc_sat_f32_s',
  'float32>uint32': 'i32.trunc_sat_f32_u',
  'float64>int32': 'i32.trunc_sat_f64_s',
  'float64>uint32': 'i32.trunc_sat_f64_u',
};
