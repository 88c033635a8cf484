import type { Node } from '../../../graph/ops.ts';
import { call, type Expression, operand, power, sum, symbolText } from '../../../units/formula.ts';
import { formulaFor, type Quantity } from '../quantity.ts';
import type { Recording } from '../recording.ts';
import type { Section } from '../section.ts';
import type { Update } from '../update.ts';

const SINGLE = { shape: [], shared: true, role: 'step' } as const;

/** What a step has that belongs to no single weight: the rate of a schedule, and the lengths that clipping asks for. */
export function stepSection(recording: Recording, update: Update): Section | undefined {
  const { rate, rateRule, clipping, className } = update;
  const isByLength = clipping !== undefined && clipping.kind !== 'value';
  if (!rateRule && !isByLength) return undefined;
  const now: Quantity = {
    ...SINGLE,
    key: 'step.α',
    title: 'learning rate',
    symbol: () => rate.symbol,
    value: () => rate.value,
    ...(rateRule && { formula: () => formulaFor(now, 0, 0, rateRule) }),
  };
  return {
    key: 'step',
    name: 'step',
    title: `the step of ${className}`,
    ...(isByLength && { rule: namesOf(recording, update) }),
    quantities: [...(rateRule ? [now] : []), ...(isByLength ? lengths(recording, update) : [])],
  };
}

/** The length of each weight's gradient, and of all together where that counts. */
function lengths(recording: Recording, update: Update): Quantity[] {
  const { weights, clipping, lengthOf, length } = update;
  const each: Quantity = {
    ...SINGLE,
    shape: [weights.length],
    key: 'step.n',
    title: 'length of the gradient',
    symbol: (at) => `n_${at + 1}`,
    value: (at) => lengthOf(at),
    formula: (at) => formulaFor(each, at, 0, rootOfSquares(recording, weights[at]?.node)),
  };
  if (clipping?.kind === 'norm') return [each];
  const all: Quantity = {
    ...SINGLE,
    key: 'step.N',
    title: 'length of all gradients together',
    symbol: () => 'n',
    value: () => length(),
    formula: () => {
      const squares = weights.map((_, at) => power(operand(`n_${at + 1}`, lengthOf(at)), 2));
      return formulaFor(all, 0, 0, call('sqrt', sum(squares)));
    },
  };
  return [each, all];
}

/** √(Σ g²) over a weight's gradient. */
function rootOfSquares(recording: Recording, node: Node | undefined): Expression {
  const gradient = Array.from((node && recording.gradient(node)?.data) ?? [], Number);
  const squares = gradient.map((g, at) => power(operand(`g_${at + 1}`, g / recording.divisor), 2));
  return call('sqrt', sum(squares, { index: 'i', general: power(operand('g_i', 0), 2) }));
}

/** `n₁ of dense kernel, n₂ of dense bias`. */
function namesOf({ calls }: Recording, { weights }: Update): string {
  const layers = [...new Set(calls.map(({ layer }) => layer))];
  const names = weights.map(({ node }, at) => {
    const layer = layers.find((one) => one.weights.some((weight) => weight.node === node));
    const weight = layer?.weights.find((one) => one.node === node);
    return `${symbolText(`n_${at + 1}`)} of ${layer?.name ?? ''} ${weight?.name ?? ''}`;
  });
  const shown = names.length > 12 ? [...names.slice(0, 12), '…'] : names;
  return `The length of a gradient is n = √(Σᵢ gᵢ²): ${shown.join(', ')}`;
}
