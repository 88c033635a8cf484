import type { FloatName, Precision } from 'pellucid/explain';
import { choice, integer, number, numbers, type Property, type PropertyTable } from '../../properties.ts';

/** A format, numbers in it, and a descent that is computed in it. */
export interface FloatProperties {
  readonly format: FloatName;
  /** The number that is opened, and the first of the sum; infinite, or no number, where bits say so. */
  readonly n: number;
  /** What is added to it. */
  readonly m: number;
  readonly logits: readonly number[];
  readonly g: number;
  /** The loss is scaled by two to the power of it. */
  readonly p: number;
  /** Steps of the descent. */
  readonly at: number;
}

/** Of more and more bits. */
export const FORMATS: readonly FloatName[] = ['float16', 'bfloat16', 'float32', 'float64'];
export const WHOLE_RANGE = { min: -1e308, max: 1e308 } as const;
export const LOGIT_RANGE = { min: -100_000, max: 100_000 } as const;
export const GRADIENT_RANGE = { min: -1, max: 1 } as const;
export const MOST_LOGITS = 5;
export const POWER_RANGE = { min: 0, max: 24 } as const;

const plain = number('number', 0.1, WHOLE_RANGE);

/** A number that may also be infinite or none: any pattern of bits. */
const anyNumber: Property<number> = {
  ...plain,
  read(text) {
    const special = /^(NaN|[-−]?Infinity)$/.test(text);
    return special ? { value: Number(text.replace('−', '-')) } : plain.read(text);
  },
};

/** Steps of the descents. */
export const STEPS = 200;

const TITLES: Readonly<Record<Precision, string>> = {
  float16: 'float16',
  'float16, float32 weights': 'float32 w',
  'mixed, with a scaled loss': 'scaled',
};
export const titleOf = (precision: Precision): string => TITLES[precision];

/** 0, 1, … up to a step. */
export const stepsTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, at) => at);
/** The weight of a descent after a step: its name in the table. */
export const weightAt = (precision: Precision, step: number): string =>
  `w[${titleOf(precision)}, step ${step}]`;

export const PROPERTIES: PropertyTable<FloatProperties> = {
  format: choice('format', 'float16', FORMATS),
  n: anyNumber,
  m: number('number added', 0.2, WHOLE_RANGE),
  logits: numbers('logits', [2, 1, 0], LOGIT_RANGE, { least: 2, most: MOST_LOGITS }),
  g: number('gradient', 1e-8, GRADIENT_RANGE),
  p: integer('loss scale, power of two', 12, POWER_RANGE),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
};
