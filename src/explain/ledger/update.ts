import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import type { Model } from '../../training/model.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import type { Recording } from './recording.ts';
import type { Update } from './section.ts';

/** Settings under which a step of SGD is −rate·gradient and nothing else. */
const PLAIN: Readonly<Record<string, unknown>> = {
  momentum: 0,
  nesterov: false,
  weightDecay: null,
  clipnorm: null,
  globalClipnorm: null,
  clipvalue: null,
  useEma: false,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
};

/** What an optimizer would make of the weights, without changing anything: found out when it is first asked. */
export function updateOf(model: Model, optimizer: Optimizer, recording: Recording, examples: number): Update {
  const config = optimizer.config();
  const plain = Object.entries(PLAIN).every(([name, value]) => (config[name] ?? value) === value);
  const rate = plain && optimizer.className === 'SGD' && typeof config.learningRate === 'number';
  let fresh: ReadonlyMap<Node, NDArray> | undefined;
  return {
    className: optimizer.className,
    rate: rate ? Number(config.learningRate) : undefined,
    after(weight) {
      fresh ??= weightsAfter(model, optimizer, recording, examples);
      return fresh.get(weight);
    },
  };
}

/** Runs one step of the optimizer from the weights that were recorded, and puts everything back. */
function weightsAfter(
  model: Model,
  optimizer: Optimizer,
  recording: Recording,
  examples: number,
): Map<Node, NDArray> {
  const weights = model.trainableWeights;
  const gradients = weights.map(({ node, shape }): NDArray => {
    const sum = recording.gradient(node)?.data;
    return { dtype: 'float32', shape, data: Float32Array.from(sum ?? [], (g: number) => g / examples) };
  });
  optimizer.build(weights);
  const state = [...weights, ...optimizer.variables];
  const saved = state.map((variable) => variable.value());
  try {
    for (const weight of weights) weight.assign(recording.value(weight.node));
    const step = new CompiledStep((...given) => {
      optimizer.apply(given, weights);
      return [];
    }, gradients);
    gradients.forEach((gradient, i) => {
      step.set(i, gradient);
    });
    step.run();
    return new Map(weights.map((weight) => [weight.node, weight.value()]));
  } finally {
    state.forEach((variable, i) => {
      const value = saved[i];
      if (value) variable.assign(value);
    });
  }
}
