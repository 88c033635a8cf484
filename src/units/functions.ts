import { erf } from '../backends/reference/erf.ts';

/** An interval that a number is known to lie in. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A function that a formula may call: how it is computed, and how it is written. */
export interface NamedFunction {
  readonly name: string;
  readonly evaluate: (...values: number[]) => number;
  /** All results of arguments from intervals lie in what this gives. */
  readonly range: (...intervals: Interval[]) => Interval;
  readonly text: (...values: string[]) => string;
  readonly latex: (...values: string[]) => string;
  readonly words: (...values: string[]) => string;
}

/** The range of a function that never falls as an argument grows. */
export function rising(evaluate: (...values: number[]) => number): NamedFunction['range'] {
  return (...intervals) => ({
    low: evaluate(...intervals.map(({ low }) => low)),
    high: evaluate(...intervals.map(({ high }) => high)),
  });
}

/** The range of a function of one argument that changes by no more than its argument, and stays within ±`bound`. */
function gentle(evaluate: (value: number) => number, bound: number): NamedFunction['range'] {
  return ({ low, high } = { low: Number.NaN, high: Number.NaN }) => {
    const [middle, reach] = [evaluate((low + high) / 2), (high - low) / 2];
    if (!(reach < 2 * bound)) return { low: -bound, high: bound };
    return { low: Math.max(middle - reach, -bound), high: Math.min(middle + reach, bound) };
  };
}

/** A function written `name(arguments)` that never falls. */
export function named(
  name: string,
  evaluate: (...values: number[]) => number,
  { latex = `\\${name}`, words = `${name} of`, range = rising(evaluate) } = {},
): NamedFunction {
  return {
    name,
    evaluate,
    range,
    text: (...values) => `${name}(${values.join(', ')})`,
    latex: (...values) => `${latex}\\left(${values.join(', ')}\\right)`,
    words: (...values) => `${words} ${values.join(' and ')}`,
  };
}

const operator = (name: string) => ({ latex: `\\operatorname{${name}}` });
const enclosed = (
  name: string,
  [open, close]: readonly [string, string],
  [latexOpen, latexClose]: readonly [string, string],
) => ({
  name,
  text: (...values: string[]) => `${open}${values.join(', ')}${close}`,
  latex: (...values: string[]) => `${latexOpen}${values.join(', ')}${latexClose}`,
});

/** What is more than a name or a number stands in parentheses. */
const atomic = (text: string) => (/[^\p{L}\p{N}._′]/u.test(text) ? `(${text})` : text);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Whether one number is less than, or equal to, another: 1, 0, or not known from their intervals. */
function compared(
  name: string,
  sign: string,
  words: string,
  evaluate: (a: number, b: number) => number,
): NamedFunction {
  return {
    name,
    evaluate: (a = Number.NaN, b = Number.NaN) => evaluate(a, b),
    range: () => ({ low: 0, high: 1 }),
    text: (a, b) => `[${a} ${sign} ${b}]`,
    latex: (a, b) => `\\left[${a} ${sign} ${b}\\right]`,
    words: (a, b) => `1 if ${a} ${words} ${b}, else 0`,
  };
}

/** The functions of the course and of the primitive operations. */
export const FUNCTIONS = {
  sigmoid: named('σ', sigmoid, { latex: '\\sigma', words: 'the sigmoid of' }),
  tanh: named('tanh', Math.tanh, { words: 'the hyperbolic tangent of' }),
  exp: named('exp', Math.exp, { words: 'e to the power of' }),
  ln: named('ln', Math.log, { words: 'the natural logarithm of' }),
  log1p: {
    ...named('ln', Math.log1p, { words: 'the natural logarithm of 1 plus' }),
    name: 'log1p',
    text: (x: string) => `ln(1 + ${x})`,
    latex: (x: string) => `\\ln\\left(1 + ${x}\\right)`,
  },
  expm1: {
    ...named('expm1', Math.expm1, { words: 'e to the power less 1 of' }),
    text: (x: string) => `(exp(${x}) − 1)`,
    latex: (x: string) => `\\left(e^{${x}} - 1\\right)`,
  },
  sin: named('sin', Math.sin, { words: 'the sine of', range: gentle(Math.sin, 1) }),
  cos: named('cos', Math.cos, { words: 'the cosine of', range: gentle(Math.cos, 1) }),
  erf: named('erf', erf, { ...operator('erf'), words: 'the error function of' }),
  relu: named('relu', (x) => Math.max(x ?? Number.NaN, 0), {
    ...operator('ReLU'),
    words: 'the positive part of',
  }),
  max: named('max', Math.max, { words: 'the greatest of' }),
  min: named('min', Math.min, { words: 'the least of' }),
  sqrt: {
    ...named('√', Math.sqrt, { words: 'the square root of' }),
    latex: (x: string) => `\\sqrt{${x}}`,
  },
  /** A base above 0 to the power of any number. */
  pow: {
    name: 'pow',
    evaluate: (base: number, exponent: number) => base ** exponent,
    range: (base: Interval, exponent: Interval) => {
      const ends = [base.low, base.high].flatMap((b) => [b ** exponent.low, b ** exponent.high]);
      return { low: Math.min(...ends), high: Math.max(...ends) };
    },
    text: (base: string, exponent: string) => `${atomic(base)}^${atomic(exponent)}`,
    latex: (base: string, exponent: string) => `\\left(${base}\\right)^{${exponent}}`,
    words: (base: string, exponent: string) => `${base} to the power of ${exponent}`,
  },
  abs: {
    ...enclosed('abs', ['|', '|'], ['\\left|', '\\right|']),
    evaluate: Math.abs,
    range: ({ low, high }: Interval) => ({
      low: low > 0 ? low : high < 0 ? -high : 0,
      high: Math.max(-low, high),
    }),
    words: (x: string) => `the magnitude of ${x}`,
  },
  floor: {
    ...enclosed('floor', ['⌊', '⌋'], ['\\lfloor ', ' \\rfloor']),
    evaluate: Math.floor,
    range: rising(Math.floor),
    words: (x: string) => `${x} rounded down`,
  },
  /** 1 from 0 upwards, 0 below: the threshold unit's. */
  step: named('step', (x = Number.NaN) => Number(x >= 0), {
    ...operator('step'),
    words: 'the step function of',
  }),
  sign: named('sign', Math.sign, { ...operator('sign'), words: 'the sign of' }),
  less: compared('less', '<', 'is less than', (a, b) => Number(a < b)),
  equal: compared('equal', '=', 'equals', (a, b) => Number(a === b)),
  /** The second where the first is not 0, else the third. */
  where: {
    name: 'where',
    evaluate: (condition: number, a: number, b: number) => (condition ? a : b),
    range: (condition: Interval, a: Interval, b: Interval) => {
      if (condition.low > 0 || condition.high < 0) return a;
      if (condition.low === 0 && condition.high === 0) return b;
      return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
    },
    text: (condition: string, a: string, b: string) => `(${a} if ${condition}, else ${b})`,
    latex: (condition: string, a: string, b: string) =>
      `\\begin{cases}${a} & \\text{if } ${condition}\\\\ ${b} & \\text{else}\\end{cases}`,
    words: (condition: string, a: string, b: string) => `${a} where ${condition} holds, else ${b}`,
  },
} as const satisfies Readonly<Record<string, NamedFunction>>;

export type FunctionName = keyof typeof FUNCTIONS;
