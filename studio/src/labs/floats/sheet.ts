import {
  arithmetic,
  type describeFloat,
  type FloatName,
  floatFormat,
  round,
  stability,
} from 'pellucid/explain';
import {
  add,
  call,
  divide,
  type Expression,
  Formula,
  multiply,
  type NamedFunction,
  named,
  number,
  type Operand,
  operand,
  subtract,
} from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import type { FloatProperties } from './properties.ts';

/** Rounding to a format, as a formula calls it. */
export const rounding = (format: FloatName): NamedFunction =>
  named(format, (x = Number.NaN) => round(x, format), {
    latex: `\\operatorname{${format}}`,
    words: `what ${format} makes of`,
  });

/** Two to the power of a number. */
const TWO_TO = named('2^', (x = Number.NaN) => 2 ** x, { latex: '2^', words: 'two to the power of' });

/** Everything on screen: numbers, and how they come about in a format. */
export class Sheet {
  readonly quantities: Record<string, number> = {};
  readonly formulas: Record<string, FormulaData> = {};
  readonly format: FloatName;
  readonly #rounding: NamedFunction;

  constructor(format: FloatName) {
    this.format = format;
    this.#rounding = rounding(format);
  }

  put(symbol: string, value: number, expression?: Expression): Operand {
    const result = operand(symbol, value);
    this.quantities[symbol] = value;
    if (expression)
      this.formulas[symbol] = formulaData(new Formula(result, expression), Number.POSITIVE_INFINITY);
    return result;
  }

  /** An expression, rounded. */
  rounded(expression: Expression): Expression {
    return call(this.#rounding, expression);
  }
}

type Described = ReturnType<typeof describeFloat>;

/** What is asked and stored, the bits and what they come to, spacing and neighbours. */
export function putNumber(sheet: Sheet, described: Described): void {
  const { asked, stored, error, bits, kind, spacing, format } = described;
  const { exponentBits, fractionBits } = floatFormat(format);
  const n = sheet.put('n', asked);
  const x = sheet.put('x', stored, sheet.rounded(n));
  sheet.put('error', error, subtract(x, n));
  const S = sheet.put('S', Number(bits.sign));
  const E = sheet.put('E', Number.parseInt(bits.exponent, 2));
  const F = sheet.put('F', Number.parseInt(bits.fraction, 2));
  if (kind === 'infinite' || kind === 'not a number') return;
  const bias = 2 ** (exponentBits - 1) - 1;
  const normal = E.value > 0;
  const share = divide(F, 2 ** fractionBits);
  // Without a leading 1 the exponent stays at the least there is.
  const power = normal ? subtract(E, bias) : number(1 - bias);
  const sign = subtract(1, multiply(2, S));
  sheet.put('x[bits]', stored, multiply(sign, normal ? add(1, share) : share, call(TWO_TO, power)));
  const u = sheet.put('u', spacing, call(TWO_TO, subtract(power, fractionBits)));
  putNeighbour(sheet, 'down', described.nextDown, x, u);
  putNeighbour(sheet, 'up', described.nextUp, x, u);
}

/** A neighbour lies a spacing away; half of one where the exponent changes. */
function putNeighbour(sheet: Sheet, name: string, value: number, x: Operand, u: Operand): void {
  const half = divide(u, 2);
  const way = value > x.value ? add : subtract;
  const apart = Math.abs(value - x.value);
  const step = apart === u.value ? u : apart === u.value / 2 ? half : undefined;
  sheet.put(name, value, step && way(x, step));
}

/** n + m, each rounded first, and the sum again. */
export function putSum(sheet: Sheet, { n, m, format }: FloatProperties): void {
  const { to, add: sum } = arithmetic(format);
  const x = operand('x', to(n));
  const given = sheet.put('m', m);
  const y = sheet.put('y', to(m), sheet.rounded(given));
  const result = sheet.put('sum', sum(n, m), sheet.rounded(add(x, y)));
  if (Number.isFinite(result.value))
    sheet.put('lost', result.value - (x.value + y.value), subtract(result, add(x, y)));
}

/** A gradient as it is, and scaled before it is rounded and divided again in float32. */
export function putScaled(sheet: Sheet, { g, p, format }: FloatProperties): void {
  const { to } = arithmetic(format);
  const given = sheet.put('g', g);
  const scale = sheet.put('k', 2 ** p);
  sheet.put('g[plain]', to(g), sheet.rounded(given));
  const scaled = sheet.put('g[scaled]', to(g * scale.value), sheet.rounded(multiply(given, scale)));
  const unscaled = divide(scaled, scale);
  sheet.put('g[unscaled]', Math.fround(scaled.value / scale.value), call(rounding('float32'), unscaled));
}

/** The names of a softmax's numbers, both ways. */
export interface Softmax {
  readonly rows: readonly Readonly<
    Record<'logit' | 'power' | 'naive' | 'shifted' | 'shiftedPower' | 'stable', string>
  >[];
}

/** Softmax and log-sum-exp as they are defined, and shifted by the greatest logit. */
export function putSoftmax(sheet: Sheet, { logits, format }: FloatProperties): Softmax {
  const { add: sum, subtract: less, exp } = arithmetic(format);
  const found = stability(logits).find((row) => row.format === format);
  const z = logits.map((logit, i) => sheet.put(`z_${i + 1}`, logit));
  const m = sheet.put('z_max', Math.max(...logits), call('max', ...z));
  const total = (name: string, powers: readonly Operand[]) => {
    const [first = operand(name, 0), ...rest] = powers;
    return rest.reduce((all, power, i) => {
      // The last of the partial sums is the sum.
      const symbol = i === rest.length - 1 ? name : name.replace('[', `_${i + 2}[`);
      return sheet.put(symbol, sum(all.value, power.value), sheet.rounded(add(all, power)));
    }, first);
  };
  const powers = z.map((logit, i) =>
    sheet.put(`e_${i + 1}[naive]`, exp(logit.value), sheet.rounded(call('exp', sheet.rounded(logit)))),
  );
  const naive = total('Σ[naive]', powers);
  const shifted = z.map((logit, i) =>
    sheet.put(
      `d_${i + 1}`,
      less(logit.value, m.value),
      sheet.rounded(subtract(sheet.rounded(logit), sheet.rounded(m))),
    ),
  );
  const shiftedPowers = shifted.map((d, i) =>
    sheet.put(`e_${i + 1}[shifted]`, exp(d.value), sheet.rounded(call('exp', d))),
  );
  const stable = total('Σ[shifted]', shiftedPowers);
  const quotient = (kind: 'naive' | 'stable', of: readonly Operand[], by: Operand) =>
    of.map((power, i) => {
      const value = found?.softmax[kind][i] ?? Number.NaN;
      return sheet.put(`p_${i + 1}[${kind}]`, value, sheet.rounded(divide(power, by))).symbol;
    });
  const [naiveNames, stableNames] = [
    quotient('naive', powers, naive),
    quotient('stable', shiftedPowers, stable),
  ];
  const ln = (of: Operand) => sheet.rounded(call('ln', of));
  sheet.put('LSE[naive]', found?.logSumExp.naive ?? Number.NaN, ln(naive));
  sheet.put(
    'LSE[stable]',
    found?.logSumExp.stable ?? Number.NaN,
    sheet.rounded(add(ln(stable), sheet.rounded(m))),
  );
  return {
    rows: z.map(({ symbol }, i) => ({
      ...{ logit: symbol, power: powers[i]?.symbol ?? '', naive: naiveNames[i] ?? '' },
      ...{ shifted: shifted[i]?.symbol ?? '', shiftedPower: shiftedPowers[i]?.symbol ?? '' },
      stable: stableNames[i] ?? '',
    })),
  };
}
