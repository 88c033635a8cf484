/** The formulas that the course's algorithms share. Each computes exactly what the algorithm does, in its order. */
import {
  add,
  call,
  divide,
  type Expression,
  Formula,
  multiply,
  type NamedFunction,
  negate,
  number,
  type Operand,
  operand,
  subtract,
  sum,
} from './formula.ts';

/** A number and its name. */
export type Named = readonly [name: string, value: number];
/** Two numbers that are multiplied. */
export type Product = readonly [Named, Named];

const known = ([name, value]: Named): Operand => operand(name, value);
/** A formula without a value of its own: its result is what its right side comes to. */
function resulting(name: string, value: number, expression: Expression): Formula {
  return new Formula(operand(name, value), expression);
}

/** More terms than this are written with their middle left out. */
const SHORT = 8;
function total(terms: readonly Expression[]): Expression {
  const [only] = terms;
  if (only && terms.length === 1) return only;
  return terms.length > SHORT ? sum(terms) : add(...terms);
}

/** first + Σ wᵢxᵢ + last − minus; what is left out is not written. */
export function netInput(
  name: string,
  value: number,
  products: readonly Product[],
  { first, last, minus }: { readonly first?: Named; readonly last?: Named; readonly minus?: Named } = {},
): Formula {
  const terms: Expression[] = products.map(([a, b]) => multiply(known(a), known(b)));
  if (first) terms.unshift(known(first));
  if (last) terms.push(known(last));
  const whole = total(terms);
  return resulting(name, value, minus ? subtract(whole, known(minus)) : whole);
}

/** σ(net). */
export const sigmoidOf = (name: string, value: number, net: Named): Formula =>
  resulting(name, value, call('sigmoid', known(net)));

/** e^net / Σ e^net; every net is taken less the greatest, which changes nothing and keeps the powers finite. */
export function softmaxOf(name: string, value: number, net: Named, nets: readonly Named[]): Formula {
  const greatest = call('max', ...nets.map(known));
  const powerOf = (of: Named) => call('exp', subtract(known(of), greatest));
  return resulting(name, value, divide(powerOf(net), total(nets.map(powerOf))));
}

/** O(1 − O)(t − O). */
export const outputError = (name: string, value: number, output: Named, target: Named): Formula =>
  resulting(
    name,
    value,
    multiply(known(output), subtract(1, known(output)), subtract(known(target), known(output))),
  );

/** O(1 − O) Σ Error_k w_jk. */
export const hiddenError = (
  name: string,
  value: number,
  output: Named,
  products: readonly Product[],
): Formula =>
  resulting(
    name,
    value,
    multiply(
      known(output),
      subtract(1, known(output)),
      total(products.map(([a, b]) => multiply(known(a), known(b)))),
    ),
  );

/** 1 from 0 upwards, else 0. */
export const fires = (name: string, value: number, net: Named): Formula =>
  resulting(name, value, call('step', known(net)));

/** 1 above θ, −1 below −θ, else 0. */
const DEAD_ZONE: NamedFunction = {
  name: 'f',
  evaluate: (net = Number.NaN, theta = Number.NaN) => (net > theta ? 1 : net < -theta ? -1 : 0),
  range: (net = NOWHERE, theta = NOWHERE) => ({
    low: net.low < -theta.low ? -1 : net.low > theta.high ? 1 : 0,
    high: net.high > theta.low ? 1 : net.high < -theta.high ? -1 : 0,
  }),
  text: (net, theta) => `f(${net}, ${theta})`,
  latex: (net, theta) => `f\\left(${net}, ${theta}\\right)`,
  words: (net, theta) => `1 if ${net} is above ${theta}, −1 if it is below −${theta}, else 0`,
};
const NOWHERE = { low: Number.NaN, high: Number.NaN };

export const deadZone = (name: string, value: number, net: Named, theta: Named): Formula =>
  resulting(name, value, call(DEAD_ZONE, known(net), known(theta)));

/** old + the product of the factors, as the correction of a weight. */
export const stepped = (name: string, value: number, old: number, factors: readonly Named[]): Formula =>
  resulting(
    name,
    value,
    add(
      operand(name, old),
      factors.length === 1 ? total(factors.map(known)) : multiply(...factors.map(known)),
    ),
  );

/** old + α·y·(x − y·old). */
export function oja(name: string, value: number, old: number, rate: Named, y: Named, x: Named): Formula {
  const decay = subtract(known(x), multiply(known(y), operand(name, old)));
  return resulting(name, value, add(operand(name, old), multiply(known(rate), known(y), decay)));
}

/** old + rate·(to − old), the rate being a product. */
export const attracted = (
  name: string,
  value: number,
  old: number,
  rates: readonly Named[],
  to: Named,
): Formula =>
  resulting(
    name,
    value,
    add(operand(name, old), multiply(...rates.map(known), subtract(known(to), operand(name, old)))),
  );

export const difference = (name: string, value: number, from: Named, what: Named): Formula =>
  resulting(name, value, subtract(known(from), known(what)));

export const product = (name: string, value: number, factors: readonly Named[]): Formula =>
  resulting(name, value, multiply(...factors.map(known)));

export const added = (name: string, value: number, terms: readonly Named[]): Formula =>
  resulting(name, value, total(terms.map(known)));

/** The mean of the terms. */
export const mean = (name: string, value: number, terms: readonly Named[]): Formula =>
  resulting(name, value, divide(total(terms.map(known)), number(terms.length)));

/** Σ (a − b)². */
export function squaredDistance(name: string, value: number, pairs: readonly Product[]): Formula {
  const squares = pairs.map(([a, b]) => {
    const apart = subtract(known(a), known(b));
    return multiply(apart, apart);
  });
  return resulting(name, value, total(squares));
}

/** The number, from 1, of the least value; the first of equals. */
const ARG_MIN: NamedFunction = {
  name: 'argmin',
  evaluate: (...values) => values.indexOf(Math.min(...values)) + 1,
  range: (...intervals) => {
    const reach = Math.min(...intervals.map(({ high }) => high));
    const possible = intervals.flatMap(({ low }, at) => (low <= reach ? [at + 1] : []));
    return { low: Math.min(...possible), high: Math.max(...possible) };
  },
  text: (...values) => `argmin(${values.join(', ')})`,
  latex: (...values) => `\\operatorname{argmin}\\left(${values.join(', ')}\\right)`,
  words: (...values) => `the number of the least of ${values.join(', ')}`,
};

export const nearest = (name: string, value: number, distances: readonly Named[]): Formula =>
  resulting(name, value, call(ARG_MIN, ...distances.map(known)));

/** exp(−d / (2σ²)), d being a squared distance on the grid. */
export function neighbourhood(name: string, value: number, squared: number, width: Named): Formula {
  const spread = known(width);
  return resulting(
    name,
    value,
    call('exp', divide(negate(number(squared)), multiply(2, multiply(spread, spread)))),
  );
}

/** The sign of the net input; the state as it was where that is 0. */
export function signOf(name: string, value: number, net: Named, old: Named): Formula {
  return resulting(
    name,
    value,
    call('where', call('equal', known(net), 0), known(old), call('sign', known(net))),
  );
}

/** −½ Σ wᵢⱼ sᵢ sⱼ over all pairs, each counted once: −Σ of the products. */
export function energyOf(name: string, value: number, pairs: readonly (readonly Named[])[]): Formula {
  return resulting(name, value, negate(total(pairs.map((pair) => multiply(...pair.map(known))))));
}

/** E − 2 s h: what the turn of one unit, to s, does to the energy. */
export const energyStep = (name: string, value: number, old: number, state: Named, net: Named): Formula =>
  resulting(name, value, subtract(operand(name, old), multiply(2, known(state), known(net))));

/** The same number under another name. */
export const copied = (name: string, value: number, from: Named): Formula =>
  resulting(name, value, known(from));

/** rate·old + new. */
export const blended = (name: string, value: number, rate: Named, old: number, fresh: Named): Formula =>
  resulting(name, value, add(multiply(known(rate), operand(name, old)), known(fresh)));
