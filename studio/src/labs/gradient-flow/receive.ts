import type { NetworkDescription } from '../../network.ts';
import { ACTIVATIONS, type FlowProperties, MOST_PARAMETERS, RATES } from './properties.ts';

/** A network as it is, with its example where it has one. */
export function receive(network: NetworkDescription): Partial<FlowProperties> | string {
  const { sizes, weights, biases, activations, input, target, learningRate } = network;
  const known: readonly string[] = ACTIVATIONS;
  const strange = activations.find(
    (name, l) => !(known.includes(name) || (name === 'softmax' && l === activations.length - 1)),
  );
  if (strange !== undefined) return `This lab knows no layers of the kind “${strange}”.`;
  const [w, b] = [weights.flat(2), biases.flat()];
  if (w.length > MOST_PARAMETERS || b.length > MOST_PARAMETERS) {
    return `A network of ${w.length} weights has no place here: ${MOST_PARAMETERS} at most.`;
  }
  const example =
    input && target
      ? { x: input, t: target, data: 'example' as const }
      : { data: sizes[0] === 2 ? ('moons' as const) : ('normal' as const) };
  const rate = learningRate === undefined ? {} : { a: Math.min(learningRate, RATES.max) };
  return { sizes, w, b, acts: activations.join(','), ...example, ...rate };
}
