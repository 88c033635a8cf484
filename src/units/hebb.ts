import { checkAtLeast, checkCount, checkLength, checkRows } from './check.ts';
import { netInput, oja as ojaStep, stepped } from './formulas.ts';
import { inputName, named, weightName } from './names.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface HebbNetResult {
  readonly weights: readonly number[];
  readonly bias: number;
  readonly trace: Trace;
}

/**
 * Hebb's rule with a teacher: what is active together is tied together, in one pass over the examples.
 *
 *     wᵢ += xᵢ t,   b += t
 *
 * @param inputs Input shape: rows of n numbers, best −1 and 1: an input 0 teaches nothing
 * @param targets −1 or 1 for each row
 * @returns Output shape: n weights and a bias
 * @throws ArgumentError for rows that do not fit together
 * @see Hebb, "The Organization of Behavior", 1949; Fausett, "Fundamentals of Neural Networks", 1994, section 2.2
 */
export function hebbNet(inputs: readonly (readonly number[])[], targets: readonly number[]): HebbNetResult {
  const n = checkRows('inputs of a Hebb net', inputs);
  checkLength('targets of a Hebb net', targets, inputs.length);
  const weights = new Array<number>(n).fill(0);
  let bias = 0;
  const recorder = new Recorder({ ...named(weightName, weights), b: bias });
  for (const [at, x] of inputs.entries()) {
    const t = targets[at] ?? 0;
    const group = { example: at + 1 };
    const read = { ...named(inputName, x), t };
    for (const [i, w] of weights.entries()) {
      const input = x[i] ?? 0;
      weights[i] = w + input * t;
      recorder.step(
        group,
        'tie input to target',
        weightName(i + 1),
        w + input * t,
        () =>
          stepped(weightName(i + 1), w + input * t, w, [
            [inputName(i + 1), input],
            ['t', t],
          ]),
        read,
      );
    }
    const held = bias;
    bias += t;
    recorder.step(group, 'move the bias', 'b', bias, () => stepped('b', held + t, held, [['t', t]]));
  }
  return { weights, bias, trace: recorder.finish() };
}

export interface HebbianOptions {
  /** α: the size of a step. */
  readonly learningRate?: number;
  /** Passes over the examples. */
  readonly epochs?: number;
  /** The first weights; all 1/√n when left out. */
  readonly weights?: readonly number[];
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface HebbianResult {
  readonly weights: readonly number[];
  /** ‖w‖ after each epoch. */
  readonly norms: readonly number[];
  readonly trace: Trace;
}

/**
 * Hebb's rule without a teacher. It turns the weights towards the direction in which the inputs vary most, and lets
 * them grow without end.
 *
 *     y = Σ wᵢxᵢ,   wᵢ += α y xᵢ
 *
 * @param inputs Input shape: rows of n numbers, best with mean 0
 * @returns Output shape: n weights
 * @throws ArgumentError for rows that do not fit together
 */
export function hebbian(inputs: readonly (readonly number[])[], options: HebbianOptions = {}): HebbianResult {
  return learn(inputs, options, false);
}

/**
 * Oja's rule: Hebb's, with a decay that keeps ‖w‖ at 1. The weights come to the first principal component.
 *
 *     y = Σ wᵢxᵢ,   wᵢ += α y (xᵢ − y wᵢ)
 *
 * @param inputs Input shape: rows of n numbers with mean 0
 * @returns Output shape: n weights
 * @throws ArgumentError for rows that do not fit together
 * @see Oja, "A simplified neuron model as a principal component analyzer", 1982, equation 3
 */
export function oja(inputs: readonly (readonly number[])[], options: HebbianOptions = {}): HebbianResult {
  return learn(inputs, options, true);
}

function learn(
  inputs: readonly (readonly number[])[],
  options: HebbianOptions,
  decays: boolean,
): HebbianResult {
  const { learningRate = 0.01, epochs = 10, steps = STEP_LIMIT } = options;
  const n = checkRows('inputs of Hebbian learning', inputs);
  checkCount('epochs of Hebbian learning', epochs);
  checkAtLeast('the learning rate of Hebbian learning', learningRate, 0);
  const weights = [...(options.weights ?? new Array<number>(n).fill(1 / Math.sqrt(n)))];
  checkLength('first weights of Hebbian learning', weights, n);
  const recorder = new Recorder({ α: learningRate, ...named(weightName, weights) }, steps);
  const norms: number[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const [at, x] of inputs.entries()) {
      const group = { epoch, example: at + 1 };
      const products = weights.map(
        (w, i) =>
          [
            [weightName(i + 1), w],
            [inputName(i + 1), x[i] ?? 0],
          ] as const,
      );
      const y = products.reduce((sum, [[, w], [, input]]) => sum + w * input, 0);
      recorder.step(group, 'output', 'y', y, () => netInput('y', y, products), named(inputName, x));
      for (const [i, w] of weights.entries()) {
        const name = weightName(i + 1);
        const input = [inputName(i + 1), x[i] ?? 0] as const;
        const rate = ['α', learningRate] as const;
        const next = decays ? w + learningRate * y * (input[1] - y * w) : w + learningRate * y * input[1];
        weights[i] = next;
        recorder.step(group, 'move a weight', name, next, () =>
          decays
            ? ojaStep(name, next, w, rate, ['y', y], input)
            : stepped(name, next, w, [rate, ['y', y], input]),
        );
      }
    }
    norms.push(Math.hypot(...weights));
  }
  return { weights, norms, trace: recorder.finish() };
}
