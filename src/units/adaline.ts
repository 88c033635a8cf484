import { checkAtLeast, checkCount, checkLength, checkRows } from './check.ts';
import { difference, netInput, stepped } from './formulas.ts';
import { inputName, named, weightName } from './names.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface AdalineOptions {
  /** α: the size of a step. */
  readonly learningRate?: number;
  /** Epochs at most. */
  readonly epochs?: number;
  /** It stops when an epoch as a whole moved no weight by more than this. */
  readonly tolerance?: number;
  /** The first weights; 0 when left out. */
  readonly weights?: readonly number[];
  readonly bias?: number;
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface AdalineResult {
  readonly weights: readonly number[];
  readonly bias: number;
  readonly epochs: number;
  /** Whether it stopped by itself, its weights at rest. */
  readonly stopped: boolean;
  /** The mean of (t − y_in)² over each epoch, measured before each correction. */
  readonly errors: readonly number[];
  readonly trace: Trace;
}

/**
 * Adaline, the adaptive linear neuron: the delta rule of Widrow and Hoff. It corrects by how far the net input is
 * from the target, not by whether the output is wrong, and so comes to the least squared error even where no line
 * separates.
 *
 *     y_in = b + Σ xᵢwᵢ;   wᵢ += α (t − y_in) xᵢ,   b += α (t − y_in)
 *
 * @param inputs Input shape: rows of n numbers, learned from in this order
 * @param targets One number for each row
 * @returns Output shape: n weights and a bias
 * @throws ArgumentError for rows that do not fit together
 * @see Widrow and Hoff, "Adaptive switching circuits", 1960
 */
export function trainAdaline(
  inputs: readonly (readonly number[])[],
  targets: readonly number[],
  options: AdalineOptions = {},
): AdalineResult {
  const { learningRate = 0.1, epochs = 100, tolerance = 1e-4, steps = STEP_LIMIT } = options;
  const n = checkRows('inputs of an Adaline', inputs);
  checkLength('targets of an Adaline', targets, inputs.length);
  checkCount('epochs of an Adaline', epochs);
  checkAtLeast('the learning rate of an Adaline', learningRate, 0);
  const weights = [...(options.weights ?? new Array<number>(n).fill(0))];
  checkLength('first weights of an Adaline', weights, n);
  let bias = options.bias ?? 0;
  const recorder = new Recorder({ α: learningRate, ...named(weightName, weights), b: bias }, steps);
  const errors: number[] = [];
  let stopped = false;
  while (!stopped && errors.length < epochs) {
    let squares = 0;
    const before = [...weights, bias];
    for (const [at, x] of inputs.entries()) {
      const group = { epoch: errors.length + 1, example: at + 1 };
      const t = targets[at] ?? 0;
      const held = bias;
      const products = weights.map(
        (w, i) =>
          [
            [inputName(i + 1), x[i] ?? 0],
            [weightName(i + 1), w],
          ] as const,
      );
      const net = products.reduce((sum, [[, input], [, w]]) => sum + input * w, bias);
      const error = t - net;
      recorder.step(
        group,
        'net input',
        'y_in',
        net,
        () => netInput('y_in', net, products, { first: ['b', held] }),
        {
          ...named(inputName, x),
          t,
        },
      );
      recorder.step(group, 'error', 'δ', error, () => difference('δ', error, ['t', t], ['y_in', net]));
      for (const [i, w] of weights.entries()) {
        const change = learningRate * error * (x[i] ?? 0);
        weights[i] = w + change;
        recorder.step(group, 'correct a weight', weightName(i + 1), w + change, () =>
          stepped(weightName(i + 1), w + change, w, [
            ['α', learningRate],
            ['δ', error],
            [inputName(i + 1), x[i] ?? 0],
          ]),
        );
      }
      const moved = held + learningRate * error;
      bias = moved;
      recorder.step(group, 'correct the bias', 'b', moved, () =>
        stepped('b', moved, held, [
          ['α', learningRate],
          ['δ', error],
        ]),
      );
      squares += error * error;
    }
    errors.push(squares / inputs.length);
    // Weights that have become NaN are never near what they were.
    stopped = [...weights, bias].every((value, i) => Math.abs(value - (before[i] ?? 0)) <= tolerance);
  }
  return { weights, bias, epochs: errors.length, stopped, errors, trace: recorder.finish() };
}
