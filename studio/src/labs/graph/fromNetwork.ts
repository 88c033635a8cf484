import { notify } from '../../frame/notices.ts';
import { LOSS_NAMES } from '../../losses.ts';
import type { NetworkDescription } from '../../network.ts';
import { type GraphProperties, LONGEST, MOST_STEPS, MOST_VALUES, VALUE_RANGE } from './properties.ts';

/** What an activation makes of a net input, as an expression; of softmax only the net input is shown. */
const ACTIVATIONS: Readonly<Record<string, (net: string) => string>> = {
  linear: (net) => net,
  softmax: (net) => net,
  sigmoid: (net) => `sigmoid(${net})`,
  tanh: (net) => `tanh(${net})`,
  relu: (net) => `relu(${net})`,
  leakyRelu: (net) => `max(${net},0.2*(${net}))`,
  elu: (net) => `max(${net},0)+exp(min(${net},0))-1`,
  silu: (net) => `(${net})*sigmoid(${net})`,
  gelu: (net) => `(${net})*(1+erf((${net})/sqrt(2)))/2`,
  softplus: (net) => `ln(1+exp(${net}))`,
  softsign: (net) => `(${net})/(1+max(${net},0-(${net})))`,
};
/** Inputs of a unit that are shown one by one: each needs two values and two operations. */
const MOST_INPUTS = 12;

/** An expression with values for its variables, in the order in which they are met. */
class Writer {
  readonly values = new Map<string, number>();

  name(name: string, value: number): string {
    this.values.set(name, value);
    return name;
  }
}

/**
 * A network as an expression of its inputs and weights, at the example it came with; of one that is too large, the
 * output unit alone. A sentence where that cannot be.
 */
export function fromNetwork(network: NetworkDescription): Partial<GraphProperties> | string {
  const { sizes, activations, target, loss } = network;
  const unknown = activations.find((name) => !(name in ACTIVATIONS));
  if (unknown !== undefined) return `The graph lab has no function “${unknown}”.`;
  const unit = Math.max(0, sizes.at(-1) === 1 ? 0 : (target?.indexOf(Math.max(...target)) ?? 0));
  const whole = stepsOf(sizes) <= MOST_STEPS ? wholeNetwork(network, unit) : undefined;
  const without = [
    activations.at(-1) === 'softmax' ? 'the softmax after it' : '',
    loss === undefined ? '' : `its loss, ${LOSS_NAMES[loss]}`,
  ].filter((one) => one !== '');
  const left = without.length === 0 ? '' : ` Y is without ${without.join(' and ')}.`;
  const output = activations.at(-1) === 'softmax' ? 'net input' : 'output';
  if (whole && fits(whole)) {
    if (left !== '') notify(`Here is the ${output} of unit ${unit + 1} of the last layer.${left}`);
    return whole;
  }
  const part = lastUnit(network, unit);
  if (!part || !fits(part.properties)) {
    return `A ${sizes.join('-')} network has too many steps for this stage, and so has its output unit.`;
  }
  const rest = part.left === 0 ? '' : ` Its ${part.left} weakest inputs are taken together, as r.`;
  notify(
    `A ${sizes.join('-')} network has too many steps for this stage: here is its output unit, with what the layer before gives it.${rest}${left}`,
  );
  return part.properties;
}

/** Inputs, parameters, and what a unit does with them. */
const stepsOf = (sizes: readonly number[]): number =>
  sizes.slice(1).reduce((sum, units, l) => sum + units * (3 * (sizes[l] ?? 0) + 1 + 1), sizes[0] ?? 0);

const fits = ({ expr = '', x = [] }: Partial<GraphProperties>): boolean =>
  expr.length <= LONGEST &&
  x.length <= MOST_VALUES &&
  x.every((value) => value >= VALUE_RANGE.min && value <= VALUE_RANGE.max);

function propertiesOf(writer: Writer, expression: string): Partial<GraphProperties> {
  return { expr: `Y = ${expression}`, x: [...writer.values.values()], at: 0 };
}

function netInput(
  writer: Writer,
  network: NetworkDescription,
  layer: number,
  unit: number,
  from: (i: number) => string,
  weight: (i: number) => string,
  bias: string,
): string {
  const { weights, biases } = network;
  const terms = (weights[layer] ?? []).map(
    (row, i) => `${writer.name(weight(i), row[unit] ?? 0)}*${from(i)}`,
  );
  return [...terms, writer.name(bias, biases[layer]?.[unit] ?? 0)].join('+');
}

function wholeNetwork(network: NetworkDescription, unit: number): Partial<GraphProperties> {
  const { sizes, activations, input } = network;
  const writer = new Writer();
  const before = sizes.map((_, l) => sizes.slice(0, l).reduce((sum, size) => sum + size, 0));
  const number = (l: number, i: number) => (before[l] ?? 0) + i + 1;
  const output = (l: number, j: number): string => {
    if (l === 0) return writer.name(`x${j + 1}`, input?.[j] ?? 1);
    const net = netInput(
      writer,
      network,
      l - 1,
      j,
      (i) => output(l - 1, i),
      (i) => `w${number(l - 1, i)}${number(l, j)}`,
      `b${number(l, j)}`,
    );
    return grouped(ACTIVATIONS[activations[l - 1] ?? 'linear']?.(net) ?? net, activations[l - 1]);
  };
  return propertiesOf(writer, output(sizes.length - 1, unit));
}

/** A sum that a weight multiplies stands in parentheses. */
const grouped = (text: string, activation: string | undefined) =>
  activation === 'linear' || activation === 'elu' || activation === 'softmax' ? `(${text})` : text;

/** The output unit alone; of many inputs the strongest, and the sum of the rest as one number. */
function lastUnit(
  network: NetworkDescription,
  unit: number,
): { readonly properties: Partial<GraphProperties>; readonly left: number } | undefined {
  const { sizes, outputs, input, weights, biases, activations } = network;
  const layer = sizes.length - 2;
  const given = layer === 0 ? input : outputs?.[layer - 1];
  if (!given) return undefined;
  const rows = given.map((value, i) => ({ i, value, weight: weights[layer]?.[i]?.[unit] ?? 0 }));
  const strength = ({ value, weight }: (typeof rows)[number]) => Math.abs(value * weight);
  const strongest = rows.toSorted((a, b) => strength(b) - strength(a)).slice(0, MOST_INPUTS);
  const shown = rows.length > MOST_INPUTS ? rows.filter((row) => strongest.includes(row)) : rows;
  const rest = rows.filter((row) => !shown.includes(row));
  const writer = new Writer();
  const name = layer === 0 ? 'x' : 'h';
  const terms = shown.map(({ i, value, weight }) => {
    const factor = writer.name(`w${i + 1}`, weight);
    return `${factor}*${writer.name(`${name}${i + 1}`, value)}`;
  });
  if (rest.length > 0) {
    const sum = rest.reduce((total, { value, weight }) => total + value * weight, 0);
    terms.push(writer.name('r', sum));
  }
  const net = [...terms, writer.name('b', biases[layer]?.[unit] ?? 0)].join('+');
  const properties = propertiesOf(writer, ACTIVATIONS[activations.at(-1) ?? 'linear']?.(net) ?? net);
  return { properties, left: rest.length };
}
