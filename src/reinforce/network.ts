import { ArgumentError } from '../graph/errors.ts';
import { dense } from '../layers/dense.ts';
import { input } from '../layers/input.ts';
import { CompiledStep } from '../tensor/compile.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Model, sequential } from '../training/model.ts';
import type { Environment } from './environment.ts';

/** What an agent sees, for a network: a row of numbers. */
export type Vector = ArrayLike<number>;

/** How many numbers an observation has. @throws ArgumentError where observations are not one row of numbers */
export function observationLength({ observationSpace, name }: Environment<Vector>): number {
  const [length, ...further] = observationSpace.kind === 'box' ? observationSpace.shape : [];
  if (length === undefined || further.length > 0) {
    throw new ArgumentError({
      asked: `a network for "${name}"`,
      expected: 'observations that are one row of numbers',
      fix: 'For states that can be counted use qLearning or sarsa.',
    });
  }
  return length;
}

/** Two hidden layers, the default of agents that learn with networks. */
export function multilayerPerceptron(inputs: number, outputs: number, hidden = 64): Model {
  return sequential([
    input([inputs]),
    dense(hidden, { activation: 'relu', kernelInitializer: 'heUniform' }),
    dense(hidden, { activation: 'relu', kernelInitializer: 'heUniform' }),
    dense(outputs),
  ]);
}

/** A network made ready for observations. @throws ArgumentError when it has another number of outputs */
export function builtNetwork(network: Model, inputs: number, outputs: number): Model {
  network.build([inputs]);
  const shape = network.outputShape;
  if (shape.length !== 1 || shape[0] !== outputs) {
    throw new ArgumentError({
      asked: `network "${network.name}" of an agent`,
      expected: `${outputs} outputs`,
      received: `[${shape.join(', ')}]`,
    });
  }
  return network;
}

/** A network applied to one observation at a time, as one program. */
export class SingleOutput {
  readonly #step: CompiledStep;
  readonly #inputs: number;

  constructor(network: Model, inputs: number) {
    this.#inputs = inputs;
    const type = { dtype: 'float32' as const, shape: [1, inputs] };
    this.#step = new CompiledStep((x) => [network.call(x as Tensor, { training: false })], [type]);
  }

  of(observation: Vector): ArrayLike<number> {
    this.#step.set(0, {
      dtype: 'float32',
      shape: [1, this.#inputs],
      data: Float32Array.from(observation),
    });
    this.#step.run();
    return this.#step.outputs()[0]?.data ?? [];
  }
}
