import type { NetworkDescription } from '../../network.ts';
import { parametersOf } from '../../properties.ts';
import type { NetworkParts } from './compute.ts';
import { ACTIVATIONS, type FlowProperties, MOST_PARAMETERS, RATES } from './properties.ts';

/** A network as it is, with its example where it has one. */
export function receive(network: NetworkDescription): Partial<FlowProperties> | string {
  const { sizes, weights, biases, activations, input, target, loss = 'mse', learningRate } = network;
  const known: readonly string[] = ACTIVATIONS;
  const strange = activations.find(
    (name, l) => !(known.includes(name) || (name === 'softmax' && l === activations.length - 1)),
  );
  if (strange !== undefined) return `This lab knows no layers of the kind “${strange}”.`;
  const [w, b] = [weights.flat(2), biases.flat()];
  const count = parametersOf(sizes);
  if (count > MOST_PARAMETERS) {
    return `A network of ${count} weights and biases has no place here: ${MOST_PARAMETERS} at most.`;
  }
  const example =
    input && target
      ? { x: input, t: target, data: 'example' as const }
      : { data: sizes[0] === 2 ? ('moons' as const) : ('normal' as const) };
  const rate = learningRate === undefined ? {} : { a: Math.min(learningRate, RATES.max) };
  return { sizes, w, b, acts: activations.join(','), loss, ...example, ...rate };
}

/** A network of plain layers as it is now, for other labs. */
export function describeNetwork(parts: NetworkParts, learningRate: number): NetworkDescription {
  const { sizes, activations, weights, biases, input, target, outputs, loss } = parts;
  const [w, b] = [weights.values(), biases.values()];
  const taken = (from: Iterator<number>, count = 0) =>
    Array.from({ length: count }, () => Number(from.next().value ?? 0));
  const after = sizes.slice(1);
  return {
    ...{ sizes: [...sizes], activations: [...activations], input: [...input], target: [...target] },
    weights: after.map((units, l) => Array.from({ length: sizes[l] ?? 0 }, () => taken(w, units))),
    biases: after.map((units) => taken(b, units)),
    outputs: outputs.map((layer) => [...layer]),
    ...{ loss, learningRate },
  };
}
