import { describe, expect, test } from 'vitest';
import '../../src/index.ts';
import { ArgumentError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import { compile } from '../../src/tensor/compile.ts';
import { add, logSoftmax, matmul, mul, sigmoid, square, sub, sum } from '../../src/tensor/functions.ts';
import { valueAndGrad } from '../../src/tensor/gradient.ts';
import { type Tensor, tensor } from '../../src/tensor/tensor.ts';
import {
  backward,
  countParameters,
  forward,
  initialPerceptron,
  type MultilayerPerceptron,
} from '../../src/units/multilayer.ts';
import { learnExample, trainMultilayer } from '../../src/units/multilayerTraining.ts';
import { checkTrace } from './checkTrace.ts';

const XOR = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
};

describe('a new network', () => {
  test('4-2-1 has 10 weights and 3 biases', () => {
    expect(countParameters([4, 2, 1])).toEqual({ weights: 10, biases: 3 });
    const { weights, biases } = initialPerceptron([4, 2, 1]);
    expect([weights.flat(2).length, biases.flat().length]).toEqual([10, 3]);
  });

  test('starts uniform in [−0.5, 0.5], by its seed', () => {
    const { weights, biases } = initialPerceptron([40, 50, 10], { seed: 4 });
    const all = [...weights.flat(2), ...biases.flat()];
    expect(Math.min(...all)).toBeGreaterThanOrEqual(-0.5);
    expect(Math.max(...all)).toBeLessThanOrEqual(0.5);
    expect(Math.min(...all)).toBeLessThan(-0.49);
    expect(Math.max(...all)).toBeGreaterThan(0.49);
    const mean = all.reduce((total, value) => total + value, 0) / all.length;
    // Of uniform numbers of this width: variance 1/12, so the mean strays by √(1/12n) or so.
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 12 / all.length));
    const variance = all.reduce((total, value) => total + (value - mean) ** 2, 0) / all.length;
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(initialPerceptron([2, 2, 1], { seed: 1 })).toEqual(initialPerceptron([2, 2, 1], { seed: 1 }));
    expect(initialPerceptron([2, 2, 1], { seed: 1 })).not.toEqual(initialPerceptron([2, 2, 1], { seed: 2 }));
  });
});

/** ½ Σ (t − O)², or the cross-entropy of softmax, in plain numbers. */
function lossOf(network: MultilayerPerceptron, x: readonly number[], t: readonly number[]): number {
  const output = forward(network, x).outputs.at(-1) ?? [];
  if (network.output === 'softmax')
    return -t.reduce((total, p, k) => total + p * Math.log(output[k] ?? 0), 0);
  return t.reduce((total, value, k) => total + 0.5 * (value - (output[k] ?? 0)) ** 2, 0);
}

/** The gradients of the same loss by the library's own autodiff: all weights, then all biases. */
function autodiff(sizes: readonly number[], output: MultilayerPerceptron['output']) {
  const layers = sizes.length - 1;
  const loss = (x: Tensor, t: Tensor, parameters: readonly Tensor[]) => {
    let signal = x;
    for (let l = 0; l < layers; l++) {
      const net = add(matmul(signal, parameters[l] ?? 0), parameters[layers + l] ?? 0);
      signal = l === layers - 1 && output !== 'sigmoid' ? net : sigmoid(net);
    }
    return output === 'softmax'
      ? sum(mul(logSoftmax(signal), t.neg()))
      : mul(sum(square(sub(t, signal))), 0.5);
  };
  // Compiled once for all networks of these sizes.
  const gradients = compile(
    (x: Tensor, t: Tensor, ...parameters: Tensor[]) =>
      valueAndGrad((...given: Tensor[]) => loss(x, t, given))(...parameters)[1],
  );
  return (network: MultilayerPerceptron, x: readonly number[], t: readonly number[]) => {
    const parameters = [...network.weights, ...network.biases].map((values) =>
      tensor(structuredClone(values) as number[] | number[][]),
    );
    return gradients(tensor([[...x]]), tensor([[...t]]), ...parameters).map((g) =>
      [...g.dataSync()].map(Number),
    );
  };
}

/** What the network's own update moves, at α = 1: −∂loss, all weights, then all biases. */
function changes(network: MultilayerPerceptron, x: readonly number[], t: readonly number[]): number[][] {
  const learned = learnExample(network, x, t, 1).network;
  const layers = (of: MultilayerPerceptron) => [...of.weights.map((layer) => layer.flat()), ...of.biases];
  const before = layers(network);
  return layers(learned).map((layer, l) => layer.map((value, i) => value - (before[l]?.[i] ?? 0)));
}

/** The same network with one number moved: the i-th of a layer's weights, or of its biases. */
function nudged(network: MultilayerPerceptron, layer: number, i: number, by: number): MultilayerPerceptron {
  const layers = network.weights.length;
  const weights = network.weights.map((rows) => rows.map((row) => [...row]));
  const biases = network.biases.map((row) => [...row]);
  if (layer >= layers) {
    const row = biases[layer - layers] ?? [];
    row[i] = (row[i] ?? 0) + by;
  } else {
    const width = weights[layer]?.[0]?.length ?? 1;
    const row = weights[layer]?.[Math.floor(i / width)] ?? [];
    row[i % width] = (row[i % width] ?? 0) + by;
  }
  return { ...network, weights, biases };
}

const SIZES = [
  [1, 1],
  [3, 2],
  [2, 1, 1],
  [4, 2, 1],
  [2, 3, 2],
  [3, 4, 3],
  [2, 2, 2, 1],
  [3, 4, 2, 3],
] as const;

function randomCase(
  random: RandomStream,
  sizes: readonly number[],
  output: MultilayerPerceptron['output'] = 'sigmoid',
) {
  const network = initialPerceptron(sizes, { seed: random.bits(), output });
  const scale = random.uniform(1, 6);
  const wide = (values: readonly number[]) => values.map((value) => value * scale);
  return {
    network: {
      ...network,
      weights: network.weights.map((layer) => layer.map(wide)),
      biases: network.biases.map(wide),
    },
    x: Array.from({ length: sizes[0] ?? 0 }, () => random.uniform(-1, 1)),
    t: Array.from({ length: sizes.at(-1) ?? 0 }, () => random.uniform()),
  };
}

describe('backward propagation', () => {
  test('of 1,000 random sigmoid networks is a central difference of ½ Σ (t − O)²', () => {
    const random = new RandomStream(5);
    const step = 1e-5;
    for (let made = 0; made < 1000; made++) {
      const { network, x, t } = randomCase(random, SIZES[made % SIZES.length] ?? [1, 1]);
      for (const [layer, values] of changes(network, x, t).entries()) {
        for (const [i, change] of values.entries()) {
          const above = lossOf(nudged(network, layer, i, step), x, t);
          const below = lossOf(nudged(network, layer, i, -step), x, t);
          const slope = (above - below) / (2 * step);
          if (Math.abs(change + slope) > 1e-8) expect(change).toBeCloseTo(-slope, 8);
        }
      }
    }
  });

  test('of 1,000 random sigmoid networks is −autodiff of the same loss', () => {
    const random = new RandomStream(5);
    const compiled = SIZES.map((sizes) => autodiff(sizes, 'sigmoid'));
    for (let made = 0; made < 1000; made++) {
      const at = made % SIZES.length;
      const { network, x, t } = randomCase(random, SIZES[at] ?? [1, 1]);
      const gradients = compiled[at]?.(network, x, t) ?? [];
      for (const [layer, values] of changes(network, x, t).entries()) {
        for (const [i, change] of values.entries()) {
          const slope = gradients[layer]?.[i] ?? Number.NaN;
          // The tensors are float32.
          if (!(Math.abs(change + slope) < 2e-6)) expect(change).toBeCloseTo(-slope, 6);
        }
      }
    }
  });

  test.each(['softmax', 'linear'] as const)('of a %s output is that of its own loss', (output) => {
    const random = new RandomStream(6);
    const sizes = [3, 4, 3];
    const compiled = autodiff(sizes, output);
    for (let made = 0; made < 20; made++) {
      const { network, x, t: any } = randomCase(random, sizes, output);
      const total = any.reduce((sum, value) => sum + value, 0);
      const t = output === 'softmax' ? any.map((value) => value / total) : any;
      const gradients = compiled(network, x, t);
      for (const [layer, values] of changes(network, x, t).entries())
        for (const [i, change] of values.entries())
          expect(change).toBeCloseTo(-(gradients[layer]?.[i] ?? 0), 5);
      checkTrace(trainMultilayer(network, [x], [t], { epochs: 2 }).trace);
    }
  });

  test('gives each unit the negative slope of the loss by its net input', () => {
    const { network, x, t } = randomCase(new RandomStream(7), [3, 4, 2]);
    const errors = backward(network, forward(network, x), t);
    // Of the output layer, a bias moves the net input one to one.
    expect(changes(network, x, t).at(-1)).toEqual(errors.at(-1)?.map((error) => expect.closeTo(error, 12)));
  });
});

describe('training', () => {
  test('learns XOR in two layers, and stops by the error threshold', () => {
    const start = initialPerceptron([2, 3, 1], { seed: 1 });
    const result = trainMultilayer(start, XOR.inputs, XOR.targets, {
      learningRate: 0.8,
      epochs: 20_000,
      errorThreshold: 0.01,
      steps: 0,
    });
    expect(result.stoppedBy).toBe('threshold');
    expect(result.errors.at(-1)).toBeLessThan(0.01);
    expect(result.errors.at(-2)).toBeGreaterThanOrEqual(0.01);
    expect(result.errors.length).toBe(result.epochs);
    const outputs = XOR.inputs.map((x) =>
      Math.round(forward(result.network, x).outputs.at(-1)?.[0] ?? Number.NaN),
    );
    expect(outputs).toEqual([0, 1, 1, 0]);
  });

  test('stops by epochs, and leaves the first network as it was', () => {
    const start = initialPerceptron([2, 2, 1]);
    const copy = structuredClone(start);
    const result = trainMultilayer(start, XOR.inputs, XOR.targets, { epochs: 3 });
    expect(result).toMatchObject({ epochs: 3, stoppedBy: 'epochs' });
    expect(start).toEqual(copy);
    checkTrace(result.trace);
    expect(result.trace.at(result.trace.length).w_13).toBe(result.network.weights[0]?.[0]?.[0]);
  });

  test.each([
    ['inputs of another length', () => forward(initialPerceptron([2, 1]), [1])],
    ['targets of another length', () => learnExample(initialPerceptron([2, 1]), [1, 2], [1, 0], 1)],
    ['one layer', () => initialPerceptron([2])],
    ['a layer without units', () => initialPerceptron([2, 0, 1])],
    ['no examples', () => trainMultilayer(initialPerceptron([2, 1]), [], [])],
  ])('refuses %s', (_, run) => {
    expect(run).toThrow(ArgumentError);
  });
});
