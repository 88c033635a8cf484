import type { NetworkDescription } from '../../network.ts';
import { parametersOf } from '../../properties.ts';
import { ACTIVATIONS, type ActivationName, type MlpProperties, MOST, PROPERTIES } from './properties.ts';

const isKnown = (name: string): name is ActivationName => ACTIVATIONS.some((known) => known === name);

/** Any network of fully connected layers, with its example and its loss. */
export function receive(network: NetworkDescription): Partial<MlpProperties> | string {
  const { sizes, weights, biases, activations, input, target, loss, learningRate } = network;
  const [hidden, last = 'linear'] = [activations.slice(0, -1), activations.at(-1)];
  const out = last === 'softmax' ? last : isKnown(last) ? last : undefined;
  const strange = out ? hidden.find((name) => !isKnown(name)) : last;
  if (strange !== undefined || !out) return `This lab knows no units of the kind “${strange}”.`;
  const [w, b] = [weights.flat(2), biases.flat()];
  if (
    parametersOf(sizes) > MOST.parameters ||
    sizes.length > MOST.layers ||
    sizes.some((size) => size > MOST.units)
  ) {
    return `A ${sizes.join('-')} network has no place here: ${MOST.layers} layers of ${MOST.units} units at most.`;
  }
  const ones = (size = 0) => Array.from({ length: size }, () => 1);
  return {
    ...{ sizes, w, b, out, at: 0, unit: 0, printed: false },
    // All sigmoid is what is left out.
    acts: hidden.every((name) => name === 'sigmoid') ? PROPERTIES.acts.fallback : hidden.filter(isKnown),
    x: input ?? ones(sizes[0]),
    t: target ?? ones(sizes.at(-1)),
    loss: loss ?? 'half',
    ...(learningRate !== undefined && { a: Math.min(learningRate, 10) }),
  };
}
