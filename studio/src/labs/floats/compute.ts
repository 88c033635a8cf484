import '../../worker/engine.ts';
import { describeFloat, type FloatName, floatFormat, valueOfBits } from 'pellucid/explain';
import { displayed } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type Descent, descentsAt } from './descents.ts';
import { type FloatProperties, STEPS } from './properties.ts';
import { putNumber, putScaled, putSoftmax, putSum, Sheet, type Softmax } from './sheet.ts';

/** One bit, and the number that flipping it makes. */
export interface Bit {
  readonly field: 'sign' | 'exponent' | 'fraction';
  readonly digit: string;
  readonly flipped: number;
}

export interface FloatResult extends LabResult {
  readonly format: FloatName;
  readonly bits: readonly Bit[];
  readonly kind: string;
  /** All digits of what is stored. */
  readonly exact: string;
  readonly softmax: Softmax;
  readonly descents: readonly Descent[];
  readonly length: number;
}

/** A number, a sum, a softmax and a gradient in one format. */
export function compute(properties: FloatProperties): FloatResult {
  const { format, n, at } = properties;
  const described = describeFloat(n, format);
  const sheet = new Sheet(format);
  putNumber(sheet, described);
  putSum(sheet, properties);
  putScaled(sheet, properties);
  const softmax = putSoftmax(sheet, properties);
  const step = Math.min(at, STEPS);
  const descents = descentsAt(sheet, 2 ** properties.p, step);
  const { quantities, formulas } = sheet;
  const text = (name: string) => displayed(quantities[name] ?? Number.NaN).text;
  return {
    ...{ quantities, formulas, format, softmax, descents, length: STEPS },
    bits: bitsOf(format, described.bits),
    kind: described.kind,
    exact: described.exact,
    said:
      step === 0
        ? `Every operation is rounded to ${format}.`
        : `Step ${step} of the three descents: error, gradient, new weight.`,
    ...(step > 0 && { focus: descents[0]?.names.weight ?? 'x' }),
    summary: `In ${format}, ${text('n')} is stored as ${text('x')}; its neighbours lie ${text('u')} apart; ${text('x')} + ${text('y')} gives ${text('sum')}. Softmax as it is defined gives ${softmax.rows.map(({ naive }) => text(naive)).join(', ')}, shifted ${softmax.rows.map(({ stable }) => text(stable)).join(', ')}. The gradient ${text('g')} becomes ${text('g[plain]')}, scaled first ${text('g[unscaled]')}.`,
  };
}

function bitsOf(format: FloatName, fields: ReturnType<typeof describeFloat>['bits']): Bit[] {
  const { exponentBits } = floatFormat(format);
  const digits = fields.sign + fields.exponent + fields.fraction;
  return Array.from(digits, (digit, at) => {
    const flipped = digits.slice(0, at) + (digit === '0' ? '1' : '0') + digits.slice(at + 1);
    return {
      digit,
      field: at === 0 ? 'sign' : at <= exponentBits ? 'exponent' : 'fraction',
      flipped: valueOfBits(
        {
          sign: flipped.slice(0, 1),
          exponent: flipped.slice(1, 1 + exponentBits),
          fraction: flipped.slice(1 + exponentBits),
        },
        format,
      ),
    };
  });
}
