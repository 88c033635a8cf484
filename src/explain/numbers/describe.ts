import { displayed } from '../../units/formula.ts';
import type { Block } from '../document.ts';
import {
  type BitFields,
  bitsOf,
  exactDecimal,
  FLOAT_FORMATS,
  type FloatName,
  limitsOf,
  nextDown,
  nextUp,
  round,
  spacing,
} from './formats.ts';
import { type Phenomenon, phenomena } from './phenomena.ts';
import { type StabilityRow, stability } from './softmax.ts';

/** A number as a format stores it. */
export interface FloatDescription {
  readonly format: FloatName;
  readonly asked: number;
  readonly stored: number;
  /** All digits of what is stored. */
  readonly exact: string;
  readonly error: number;
  readonly bits: BitFields;
  readonly kind: 'zero' | 'subnormal' | 'normal' | 'infinite' | 'not a number';
  readonly spacing: number;
  readonly nextDown: number;
  readonly nextUp: number;
}

/** What a format makes of a number: its bits, its value, its neighbours. */
export function describeFloat(x: number, format: FloatName): FloatDescription {
  const stored = round(x, format);
  return {
    format,
    asked: x,
    stored,
    exact: exactDecimal(stored),
    error: stored - x,
    bits: bitsOf(x, format),
    kind: kindOf(stored, format),
    spacing: spacing(x, format),
    nextDown: nextDown(x, format),
    nextUp: nextUp(x, format),
  };
}

function kindOf(value: number, format: FloatName): FloatDescription['kind'] {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return 'infinite';
  if (value === 0) return 'zero';
  return Math.abs(value) < limitsOf(format).leastNormal ? 'subnormal' : 'normal';
}

/** The same as tables. */
export function floatBlocks(x: number, formats: readonly FloatName[]): Block[] {
  const rows = formats.map((format) => describeFloat(x, format));
  return [
    { kind: 'heading', text: `${x}` },
    {
      kind: 'table',
      columns: ['format', 'sign', 'exponent', 'fraction', 'kind'].map((title) => ({ title })),
      rows: rows.map(({ format, bits, kind }) => [format, bits.sign, bits.exponent, bits.fraction, kind]),
    },
    {
      kind: 'table',
      columns: ['format', 'stored exactly', 'error', 'spacing', 'next down', 'next up'].map((title) => ({
        title,
      })),
      rows: rows.map((row) => [
        row.format,
        row.exact,
        ...[row.error, row.spacing, row.nextDown, row.nextUp].map(inFull),
      ]),
    },
    ...formats.flatMap((format): Block[] => [
      { kind: 'heading', text: `What ${format} cannot do`, level: 2 },
      phenomenaTable(phenomena(format)),
    ]),
  ];
}

function phenomenaTable(list: readonly Phenomenon[]): Block {
  return {
    kind: 'table',
    columns: ['', 'computed', 'gives', 'exact', 'because'].map((title) => ({ title })),
    rows: list.map(({ kind, expression, computed, exact, reason }) => [
      kind,
      expression,
      inFull(computed),
      inFull(exact),
      reason,
    ]),
  };
}

/** With all digits, and the signs of the course. */
const inFull = (value: number): string => displayed(value, Number.POSITIVE_INFINITY).text;

/** Naive and stable softmax and log-sum-exp beside each other. */
export function stabilityBlocks(x: readonly number[]): Block[] {
  const list = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join('  ');
  const rows = stability(x).map(({ format, softmax, logSumExp }: StabilityRow) => [
    format,
    list(softmax.naive),
    list(softmax.stable),
    inFull(logSumExp.naive),
    inFull(logSumExp.stable),
  ]);
  return [
    { kind: 'heading', text: `softmax and log-sum-exp of ${x.join(', ')}` },
    {
      kind: 'table',
      columns: [
        'format',
        'softmax, naive',
        'softmax, shifted',
        'log-sum-exp, naive',
        'log-sum-exp, shifted',
      ].map((title) => ({ title })),
      rows,
    },
  ];
}

export const FLOAT_NAMES = Object.values(FLOAT_FORMATS).map(({ name }) => name);
