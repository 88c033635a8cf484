import { backward } from '../../autodiff/backward.ts';
import { ArgumentError } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import { CompiledStep } from '../../tensor/compile.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Arrays } from '../../training/arrays.ts';
import { examplesOf, mapParts } from '../../training/examples.ts';
import type { Model } from '../../training/model.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import { lossOn } from '../../training/program.ts';
import { lanczos, type Multiply } from './eigenvalues.ts';
import { shown, type Verdict } from './verdict.ts';

/** The curvature of a loss where its weights are. */
export interface Curvature {
  /** The greatest eigenvalue of the Hessian: along its direction the loss curves most. */
  readonly greatest: number;
  /** The least one; below 0 the loss curves down there, and the place is no minimum. */
  readonly least: number;
  /** max |λ| / min |λ|, at most what float32 tells apart; a lower bound unless all eigenvalues are known. */
  readonly conditionNumber: number;
  readonly eigenvalues: readonly number[];
  readonly complete: boolean;
}

/** Products with the Hessian are float32: an eigenvalue smaller than this share of the greatest is noise. */
const NOISE = 1e-6;

/**
 * The product of the Hessian of a loss with a vector, H·v = ∇(∇L · v), as one program compiled once.
 *
 * @param loss reads the weights, and returns one number
 * @see Pearlmutter, "Fast exact multiplication by the Hessian", 1994
 */
export function hessianProduct(loss: () => Tensor, weights: readonly Variable[]): Multiply {
  const types = weights.map(({ shape }) => ({ dtype: 'float32' as const, shape }));
  const step = new CompiledStep((...vectors) => {
    const value = loss().node;
    const nodes = weights.map((weight) => weight.read().node);
    const along = backward(value, nodes)
      .map((node, i) => new Tensor(node, true).mul(vectors[i] as Tensor).sum())
      .reduce((a, b) => a.add(b));
    return backward(along.node, nodes).map((node) => new Tensor(node, true));
  }, types);
  return (vector) => {
    let from = 0;
    for (const [i, { shape }] of weights.entries()) {
      const data = Float32Array.from(vector.subarray(from, from + sizeOf(shape)));
      step.set(i, { dtype: 'float32', shape, data });
      from += data.length;
    }
    step.run();
    return Float64Array.from(step.outputs().flatMap(({ data }) => Array.from(data)));
  };
}

/**
 * Greatest and least curvature of a loss, by Lanczos with Hessian–vector products.
 *
 * @param loss reads the weights, and returns one number
 * @param options.steps products with the Hessian, 40 by default; as many as there are weights for all eigenvalues
 * @throws ArgumentError without weights
 */
export function curvatureOf(
  loss: () => Tensor,
  weights: readonly Variable[],
  options: { steps?: number; seed?: number } = {},
): Curvature {
  const size = weights.reduce((total, { shape }) => total + sizeOf(shape), 0);
  if (size === 0) throw new ArgumentError({ asked: 'curvature', expected: 'at least one trainable weight' });
  const { eigenvalues, complete } = lanczos(hessianProduct(loss, weights), size, options);
  const sizes = eigenvalues.map(Math.abs);
  const most = Math.max(...sizes);
  const smallest = Math.max(Math.min(...sizes), most * NOISE);
  return {
    greatest: eigenvalues.at(-1) ?? 0,
    least: eigenvalues[0] ?? 0,
    conditionNumber: most === 0 ? 1 : most / smallest,
    eigenvalues,
    complete,
  };
}

/** The curvature of a model's loss on given examples, as it is when it predicts: without dropout. */
export function lossCurvature(
  model: Model,
  x: Arrays,
  y: Arrays,
  options: { steps?: number; seed?: number } = {},
): Curvature {
  const examples = examplesOf(model, x, y);
  model.buildFor(examples.inputs);
  const batch = mapParts(examples, (array) => tensor(array));
  return curvatureOf(() => lossOn(model, batch, { training: false }).total, model.trainableWeights, options);
}

const ILL_CONDITIONED = 1e4;
const REMEDIES_CONDITION = [
  'Scale the inputs to mean 0 and deviation 1: long and short columns make long and steep valleys.',
  'Normalise between layers (batch or layer normalisation).',
  'Use an optimizer with a rate of its own for each weight: Adam, RMSprop, Adagrad; or momentum.',
];

/**
 * What a curvature means for an optimizer. Plain gradient descent diverges along the steepest direction iff
 * α > 2/λmax, with momentum β iff α > 2(1 + β)/λmax, with Nesterov's iff α > 2(1 + β)/((1 + 2β)·λmax).
 *
 * @see Goodfellow, Bengio and Courville, "Deep learning", 2016, section 4.3; Goh, "Why momentum really works", 2017
 */
export function curvatureVerdict(curvature: Curvature, optimizer: Optimizer): Verdict {
  const { greatest, least, conditionNumber } = curvature;
  const measured = { λmax: greatest, λmin: least, 'condition number': conditionNumber };
  const stability = descentStability(curvature, optimizer);
  const condition = `condition number ${curvature.complete ? '' : 'at least '}${shown(conditionNumber)}`;
  const common = { topic: 'curvature', measured: { ...measured, ...stability?.measured } } as const;
  if (stability && stability.product > stability.limit) {
    return {
      ...common,
      severity: 'problem',
      threshold: `α·λmax at most ${shown(stability.limit)}`,
      sentence: `The learning rate is too high for this curvature: α·λmax = ${shown(stability.product)}, and beyond ${shown(stability.limit)} gradient descent runs away along the steepest direction.`,
      remedies: [
        `Lower the learning rate below ${shown((stability.limit * stability.rate) / stability.product)}.`,
        ...REMEDIES_CONDITION,
      ],
    };
  }
  const ill = conditionNumber > ILL_CONDITIONED;
  const beside = stability ? ` α·λmax = ${shown(stability.product)} is below ${shown(stability.limit)}.` : '';
  return {
    ...common,
    severity: ill ? 'note' : 'good',
    threshold: `condition number at most ${ILL_CONDITIONED}${stability ? `, α·λmax at most ${shown(stability.limit)}` : ''}`,
    sentence: ill
      ? `The loss is ill-conditioned, ${condition}: a step short enough for the steepest direction hardly moves along the flattest.${beside}`
      : `The loss curves about alike in all directions, ${condition}.${beside}`,
    remedies: ill ? REMEDIES_CONDITION : [],
  };
}

interface Stability {
  readonly rate: number;
  readonly product: number;
  readonly limit: number;
  readonly measured: Readonly<Record<string, number>>;
}

/** α·λmax and its limit for the optimizers for which there is one. */
function descentStability({ greatest }: Curvature, optimizer: Optimizer): Stability | undefined {
  const { learningRate: rate, momentum = 0, nesterov } = optimizer.config();
  const plain = optimizer.className === 'SGD' && typeof rate === 'number' && typeof momentum === 'number';
  if (!plain) return undefined;
  const product = rate * greatest;
  const limit = (2 * (1 + momentum)) / (nesterov === true ? 1 + 2 * momentum : 1);
  return { rate, product, limit, measured: { α: rate, α·λmax: product } };
}
