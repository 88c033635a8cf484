import { halfPrecisionDescent, PRECISIONS, type Precision } from 'pellucid/explain';
import { call, divide, type Expression, evaluate, multiply, number, operand, subtract } from 'pellucid/units';
import { listedSteps } from '../../parts/series.ts';
import { STEPS, stepsTo, titleOf, weightAt } from './properties.ts';
import { rounding, type Sheet } from './sheet.ts';

/** How flat the loss ½·s·(w − 1)² is, and the rate that suits it. */
const SLOPE = 1e-7;
const RATE = 0.02 / SLOPE;

/** One of the three descents, as far as it has come. */
export interface Descent {
  readonly precision: Precision;
  /** The weight after each step. */
  readonly weights: readonly number[];
  readonly names: Readonly<
    Record<'weight', string> & Partial<Record<'error' | 'slope' | 'gradient' | 'change', string>>
  >;
}

/** All three descents at a step: the library's weights, and how the last of each came about. */
export function descentsAt(sheet: Sheet, lossScale: number, step: number): Descent[] {
  const [half, single] = [rounding('float16'), rounding('float32')];
  const s = sheet.put('s', SLOPE);
  const rate = sheet.put('α', RATE, divide(0.02, s));
  return PRECISIONS.map((precision) => {
    const { weights } = halfPrecisionDescent(precision, { steps: STEPS, lossScale, slope: SLOPE });
    const title = titleOf(precision);
    const taken = weights.slice(0, step);
    const weight = `w_t[${title}]`;
    const shown = { precision, weights: taken } as const;
    for (const at of listedSteps(stepsTo(step))) {
      sheet.put(weightAt(precision, at), at === 0 ? 0 : (weights[at - 1] ?? Number.NaN));
    }
    if (step === 0) {
      sheet.put(weight, 0);
      return { ...shown, names: { weight } };
    }
    const before = sheet.put(`w_t−1[${title}]`, weights[step - 2] ?? 0);
    const root = call('sqrt', s);
    const put = (name: string, expression: Expression) =>
      sheet.put(`${name}[${title}]`, evaluate(expression), expression);
    const error = put('e_t', call(half, subtract(call(half, before), 1)));
    const isScaled = precision === 'mixed, with a scaled loss';
    const scale: Expression = isScaled ? operand('k', lossScale) : number(1);
    const first = put('r_1', call(half, isScaled ? multiply(scale, root) : root));
    const second = put('r_2', call(half, root));
    const slope = put('r', call(half, multiply(first, second)));
    const gradient = put('g_t', call(half, multiply(slope, error)));
    const change = put('Δw_t', multiply(rate, call(single, divide(gradient, scale))));
    const keep = precision === 'float16' ? half : single;
    sheet.put(weight, weights[step - 1] ?? Number.NaN, call(keep, subtract(before, change)));
    return {
      ...shown,
      names: {
        weight,
        error: error.symbol,
        slope: slope.symbol,
        gradient: gradient.symbol,
        change: change.symbol,
      },
    };
  });
}
