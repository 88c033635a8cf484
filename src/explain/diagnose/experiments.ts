import { ndarray } from '../../graph/ndarray.ts';
import { activation as activationLayer } from '../../layers/activation.ts';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { batchNormalization } from '../../layers/batchNormalization.ts';
import { dense } from '../../layers/dense.ts';
import type { Initializer } from '../../layers/initializers.ts';
import { input } from '../../layers/input.ts';
import { add } from '../../layers/merging.ts';
import type { SymbolicTensor } from '../../layers/symbolic.ts';
import { grad } from '../../tensor/gradient.ts';
import { nextKey, randomNormal } from '../../tensor/random.ts';
import { tensor } from '../../tensor/tensor.ts';
import { examplesOf } from '../../training/examples.ts';
import { model as functional, type Model, sequential } from '../../training/model.ts';
import { signalMeter } from './signals.ts';

export interface DepthExperiment {
  readonly depth?: number;
  readonly width?: number;
  readonly activation: ActivationName;
  readonly initializer: Initializer | string;
  /** Normalises net inputs over the batch before each activation. */
  readonly batchNormalization?: boolean;
  /** Adds to the output of each layer what went in. */
  readonly residual?: boolean;
  /** Standard normal inputs sent through. */
  readonly examples?: number;
  readonly seed?: number;
}

export interface DepthFigures {
  /** Variance of the outputs of each layer, the first first. */
  readonly variances: readonly number[];
  /** ‖∂L/∂a‖ at each layer, the first first. */
  readonly gradientNorms: readonly number[];
  /** ‖∂L/∂a‖ at the first layer over that at the last. */
  readonly flow: number;
}

/**
 * What becomes of signals in a deep stack of dense layers, by initialiser and activation: normal inputs go forward, and
 * the mean square of the outputs is sent back.
 *
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, section 4
 */
export function signalByDepth(experiment: DepthExperiment): DepthFigures {
  const { depth = 10, width = 64, examples = 128, seed = 0 } = experiment;
  const model = deepModel(experiment, depth, width);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const x = randomNormal([examples, width], 0, 1, { seed: nextKey(seed) }).value();
  const y = ndarray(new Float32Array(examples * width), [examples, width]);
  const all = signalMeter(model)(examplesOf(model, x, y));
  const each = all.length / depth;
  const signals = all.filter((_, i) => (i + 1) % each === 0);
  const gradientNorms = signals.map(({ gradientNorm }) => gradientNorm);
  return {
    variances: signals.map(({ deviation }) => deviation ** 2),
    gradientNorms,
    flow: (gradientNorms[0] ?? 0) / (gradientNorms.at(-1) ?? 1),
  };
}

/** So many layers one after the other; with remedies, each is a block of layers that ends in what is measured. */
function deepModel(experiment: DepthExperiment, depth: number, width: number): Model {
  const { activation, initializer, batchNormalization: normalises = false, residual = false } = experiment;
  const options = { kernelInitializer: initializer };
  if (!normalises && !residual) {
    const layers = Array.from({ length: depth }, () => dense(width, { activation, ...options }));
    return sequential([input([width]), ...layers]);
  }
  const inputs = input([width]);
  let value: SymbolicTensor = inputs;
  for (let i = 0; i < depth; i++) {
    const before = value;
    value = dense(width, options)(value);
    if (normalises) value = batchNormalization()(value, { training: true });
    value = activationLayer(activation)(value);
    if (residual) value = add()([before, value]);
  }
  return functional({ inputs, outputs: value });
}

/**
 * What is left of a gradient after a number of layers by the slopes of the activation alone, f′(z)^depth.
 *
 * @param z the sum at which the slope is taken, 0 by default: where σ′ is greatest
 */
export function slopeProduct(activation: ActivationName, depth: number, z = 0): number {
  return (
    grad((x) => activationOf(activation)(x).sum())(tensor([z]))
      .reshape([])
      .item() ** depth
  );
}
