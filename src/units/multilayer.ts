import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { checkCount, checkLength } from './check.ts';
import { inputName, weightName } from './names.ts';
import type { State } from './trace.ts';

/** What the output layer does with its net input: one choice for each task. */
export type OutputActivation = 'sigmoid' | 'softmax' | 'linear';

/** The lecture's multi-layer perceptron: fully connected layers of sigmoid units. */
export interface MultilayerPerceptron {
  /** Units of each layer, the input layer first. */
  readonly sizes: readonly number[];
  /** weights[l][i][j]: from unit i of layer l to unit j of layer l + 1. */
  readonly weights: readonly (readonly (readonly number[])[])[];
  /** biases[l][j]: of unit j of layer l + 1. */
  readonly biases: readonly (readonly number[])[];
  /** sigmoid for yes or no, softmax for one class of many, linear for a number. */
  readonly output: OutputActivation;
  /** What the inputs are called; x₁, x₂, … when left out. */
  readonly inputNames?: readonly string[];
}

/** All numbers of one forward pass; of each layer from the input layer on. */
export interface ForwardPass {
  /** I: net inputs; of the input layer, the inputs. */
  readonly nets: readonly (readonly number[])[];
  /** O: outputs; of the input layer, the inputs. */
  readonly outputs: readonly (readonly number[])[];
}

/** The names of a network's numbers: its nodes are counted through all layers, as the lecture does. */
export function nodeNames({ sizes, inputNames }: Pick<MultilayerPerceptron, 'sizes' | 'inputNames'>) {
  const before = sizes.map((_, l) => sizes.slice(0, l).reduce((sum, size) => sum + size, 0));
  const node = (l: number, i: number) => (before[l] ?? 0) + i + 1;
  return {
    node,
    net: (l: number, i: number) => `I_${node(l, i)}`,
    output: (l: number, i: number) => (l === 0 ? (inputNames?.[i] ?? inputName(i + 1)) : `O_${node(l, i)}`),
    error: (l: number, i: number) => `Error_${node(l, i)}`,
    target: (l: number, i: number) => `t_${node(l, i)}`,
    difference: (l: number, i: number) => `e_${node(l, i)}`,
    bias: (l: number, i: number) => `θ_${node(l, i)}`,
    /** From unit i of layer l to unit j of the next. */
    weight: (l: number, i: number, j: number) => weightName(node(l, i), node(l + 1, j)),
  };
}

/**
 * A network as training starts: every weight and bias uniform in [−0.5, 0.5).
 *
 * @param sizes Units of each layer, the input layer first: `[4, 2, 1]`
 * @throws ArgumentError for fewer than two layers or a layer without units
 */
export function initialPerceptron(
  sizes: readonly number[],
  options: { readonly seed?: number; readonly output?: OutputActivation } = {},
): MultilayerPerceptron {
  if (sizes.length < 2) {
    throw new ArgumentError({
      asked: 'layers of a multi-layer perceptron',
      expected: 'an input layer and an output layer at least',
      received: `[${sizes.join(', ')}]`,
    });
  }
  for (const size of sizes) checkCount('units of a layer', size);
  const random = new RandomStream(options.seed ?? 0);
  const draw = (count: number) => Array.from({ length: count }, () => random.uniform(-0.5, 0.5));
  const after = sizes.slice(1);
  return {
    sizes,
    weights: after.map((size, l) => Array.from({ length: sizes[l] ?? 0 }, () => draw(size))),
    biases: after.map(draw),
    output: options.output ?? 'sigmoid',
  };
}

/** How many weights and biases layers of these sizes have. */
export function countParameters(sizes: readonly number[]): { weights: number; biases: number } {
  const after = sizes.slice(1);
  return {
    weights: after.reduce((sum, size, l) => sum + size * (sizes[l] ?? 0), 0),
    biases: after.reduce((sum, size) => sum + size, 0),
  };
}

/** All weights and biases by name. */
export function parameters(network: MultilayerPerceptron): State {
  const names = nodeNames(network);
  const weights = network.weights.flatMap((layer, l) =>
    layer.flatMap((row, i) => row.map((value, j) => [names.weight(l, i, j), value] as const)),
  );
  const biases = network.biases.flatMap((layer, l) =>
    layer.map((value, j) => [names.bias(l + 1, j), value] as const),
  );
  return Object.fromEntries([...weights, ...biases]);
}

/** Which weight is read for the one from unit `from` of layer `layer` to unit `to`: its place in that layer. */
export type Reading = (layer: number, from: number, to: number) => readonly [from: number, to: number];
export const faithful: Reading = (_, from, to) => [from, to];

/**
 * Forward propagation.
 *
 *     I_j = Σ O_i w_ij + θ_j,   O_j = 1 / (1 + e^(−I_j))
 *
 * @param x Input shape: as many numbers as the input layer has units
 * @param reading Another weight in a weight's place: only the lecture's printed example needs it
 * @returns Output shape: for each layer as many numbers as it has units
 * @throws ArgumentError when there are not as many inputs as the input layer has units
 */
export function forward(
  network: MultilayerPerceptron,
  x: readonly number[],
  reading: Reading = faithful,
): ForwardPass {
  checkLength('inputs of a multi-layer perceptron', x, network.sizes[0] ?? 0);
  const nets: (readonly number[])[] = [x];
  const outputs: (readonly number[])[] = [x];
  for (const [l, layer] of network.weights.entries()) {
    const before = outputs[l] ?? [];
    const net = (network.biases[l] ?? []).map((bias, j) => {
      const weighted = before.reduce((sum, value, i) => {
        const [from, to] = reading(l, i, j);
        return sum + value * (layer[from]?.[to] ?? 0);
      }, 0);
      return weighted + bias;
    });
    nets.push(net);
    outputs.push(activate(activationOf(network, l + 1), net));
  }
  return { nets, outputs };
}

/** Hidden layers are of sigmoid units. */
export function activationOf({ sizes, output }: MultilayerPerceptron, layer: number): OutputActivation {
  return layer === sizes.length - 1 ? output : 'sigmoid';
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function activate(kind: OutputActivation, nets: readonly number[]): readonly number[] {
  if (kind === 'linear') return nets;
  if (kind === 'sigmoid') return nets.map(sigmoid);
  const greatest = Math.max(...nets);
  const powers = nets.map((net) => Math.exp(net - greatest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/**
 * Backward propagation: the error of every unit, which is the negative derivative of the loss by its net input.
 *
 *     Error_k = O_k (1 − O_k) (t_k − O_k)      of a sigmoid output, whose loss is ½ Σ (t − O)²
 *     Error_k = t_k − O_k                      of a linear output (the same loss) and of softmax (cross-entropy)
 *     Error_j = O_j (1 − O_j) Σ Error_k w_jk   of a hidden unit
 *
 * @param target Input shape: as many numbers as the output layer has units
 * @returns Output shape: for each layer after the input layer as many numbers as it has units
 * @throws ArgumentError when there are not as many targets as the output layer has units
 */
export function backward(
  network: MultilayerPerceptron,
  { outputs }: ForwardPass,
  target: readonly number[],
): readonly (readonly number[])[] {
  const last = network.weights.length;
  checkLength('targets of a multi-layer perceptron', target, network.sizes[last] ?? 0);
  const atOutput = (outputs[last] ?? []).map((value, k) => {
    const apart = (target[k] ?? 0) - value;
    return network.output === 'sigmoid' ? value * (1 - value) * apart : apart;
  });
  const errors: (readonly number[])[] = [atOutput];
  for (let l = last - 1; l > 0; l--) {
    const above = errors[0] ?? [];
    const layer = (outputs[l] ?? []).map((value, j) => {
      const row = network.weights[l]?.[j] ?? [];
      return value * (1 - value) * above.reduce((sum, error, k) => sum + error * (row[k] ?? 0), 0);
    });
    errors.unshift(layer);
  }
  return errors;
}

/**
 * Every weight and bias moved by its own error.
 *
 *     w_ij += α · Error_j · O_i,   θ_j += α · Error_j
 *
 * @param errors Input shape: for each layer after the input layer as many numbers as it has units
 * @returns Output shape: a network of the same sizes
 */
export function update(
  network: MultilayerPerceptron,
  { outputs }: ForwardPass,
  errors: readonly (readonly number[])[],
  learningRate: number,
): MultilayerPerceptron {
  const weights = network.weights.map((layer, l) =>
    layer.map((row, i) =>
      row.map((weight, j) => weight + learningRate * (errors[l]?.[j] ?? 0) * (outputs[l]?.[i] ?? 0)),
    ),
  );
  const biases = network.biases.map((layer, l) =>
    layer.map((bias, j) => bias + learningRate * (errors[l]?.[j] ?? 0)),
  );
  return { ...network, weights, biases };
}
