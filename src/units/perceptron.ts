import { ArgumentError } from '../graph/errors.ts';
import { checkAtLeast, checkCount, checkLength, checkRows } from './check.ts';
import { deadZone, netInput, stepped } from './formulas.ts';
import { inputName, named, weightName } from './names.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface PerceptronOptions {
  /** α: the size of a correction. */
  readonly learningRate?: number;
  /** θ: net inputs from −θ to θ give the output 0, which is never right. */
  readonly theta?: number;
  /** Epochs at most; the algorithm itself stops only for a separable table. */
  readonly epochs?: number;
  /** How many steps the trace holds. */
  readonly steps?: number;
}

/** What one example did in one epoch. */
export interface PerceptronRow {
  readonly epoch: number;
  /** From 1, in the order given. */
  readonly example: number;
  readonly x: readonly number[];
  readonly target: readonly number[];
  readonly net: readonly number[];
  readonly output: readonly number[];
  /** For each output unit, whether its column was corrected. */
  readonly corrected: readonly boolean[];
  /** weights[j][i] of output unit j and input i, after the example. */
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
}

export interface PerceptronsResult {
  /** weights[j][i]: from input i to output unit j. */
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
  /** The number of epochs that were run, the last without a change included. */
  readonly epochs: number;
  /** Whether it stopped by itself: an epoch changed nothing. */
  readonly stopped: boolean;
  readonly rows: readonly PerceptronRow[];
  readonly trace: Trace;
}

export interface PerceptronResult extends Omit<PerceptronsResult, 'weights' | 'biases'> {
  readonly weights: readonly number[];
  readonly bias: number;
}

/**
 * The perceptron's learning rule for one output unit, from weights and bias 0.
 *
 *     y_in = b + Σ xᵢwᵢ;  y = 1 if y_in > θ, 0 if −θ ≤ y_in ≤ θ, −1 if y_in < −θ
 *     if y ≠ t:  wᵢ += α t xᵢ,  b += α t;   stop after an epoch without a change
 *
 * @param inputs Input shape: rows of n numbers, learned from in this order
 * @param targets −1 or 1 for each row
 * @returns Output shape: n weights and a bias, with the trace of every step
 * @throws ArgumentError for targets other than −1 and 1, or rows that do not fit together
 * @see Rosenblatt, "The perceptron", 1958; Fausett, "Fundamentals of Neural Networks", 1994, section 2.3
 */
export function trainPerceptron(
  inputs: readonly (readonly number[])[],
  targets: readonly number[],
  options: PerceptronOptions = {},
): PerceptronResult {
  const columns = targets.map((target) => [target]);
  const { weights, biases, ...rest } = train(inputs, columns, options, '');
  return { ...rest, weights: weights[0] ?? [], bias: biases[0] ?? 0 };
}

/**
 * The same rule for m output units: each has its own column of weights and its own bias, and only the columns whose
 * output is wrong are corrected.
 *
 *     y_inⱼ = bⱼ + Σ xᵢwᵢⱼ;  if yⱼ ≠ tⱼ:  wᵢⱼ += α tⱼ xᵢ,  bⱼ += α tⱼ
 *
 * @param inputs Input shape: rows of n numbers
 * @param targets Rows of m targets, each −1 or 1
 * @returns Output shape: m columns of n weights, m biases
 * @throws ArgumentError for targets other than −1 and 1, or rows that do not fit together
 */
export function trainPerceptrons(
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  options: PerceptronOptions = {},
): PerceptronsResult {
  return train(inputs, targets, options, 'numbered');
}

/** f(y_in): 1 above θ, −1 below −θ, and 0 in the dead zone between, its ends included. */
export function perceptronOutput(net: number, theta: number): -1 | 0 | 1 {
  if (net > theta) return 1;
  return net < -theta ? -1 : 0;
}

/** The names of an output unit's numbers: without a number where there is one unit only. */
function unitNames(j: number, style: '' | 'numbered') {
  const suffix = style === '' ? '' : String(j + 1);
  return {
    net: `y_in${suffix}`,
    output: style === '' ? 'y' : `y_${suffix}`,
    target: style === '' ? 't' : `t_${suffix}`,
    bias: style === '' ? 'b' : `b_${suffix}`,
    weight: (i: number) => (style === '' ? weightName(i) : weightName(i, j + 1)),
  };
}

function train(
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  { learningRate = 1, theta = 0.2, epochs = 100, steps = STEP_LIMIT }: PerceptronOptions,
  style: '' | 'numbered',
): PerceptronsResult {
  const [n, m] = checkExamples(inputs, targets);
  checkAtLeast('the dead zone θ of a perceptron', theta, 0);
  checkCount('epochs of a perceptron', epochs);
  if (!(learningRate > 0) || !Number.isFinite(learningRate)) {
    throw new ArgumentError({
      asked: 'a learning rate',
      expected: 'a number above 0',
      received: `${learningRate}`,
    });
  }
  const weights = Array.from({ length: m }, () => new Array<number>(n).fill(0));
  const biases = new Array<number>(m).fill(0);
  const names = biases.map((_, j) => unitNames(j, style));
  const recorder = new Recorder(
    Object.assign(
      { α: learningRate, θ: theta },
      ...names.map(({ weight, bias }, j) => ({ ...named(weight, weights[j] ?? []), [bias]: 0 })),
    ),
    steps,
  );
  const rows: PerceptronRow[] = [];

  /** One output unit meets one example; true if its column was corrected. */
  const meet = (j: number, x: readonly number[], t: number, group: { epoch: number; example: number }) => {
    const column = weights[j] ?? [];
    const bias = biases[j] ?? 0;
    const name = names[j] ?? unitNames(j, style);
    const products = column.map(
      (w, i) =>
        [
          [inputName(i + 1), x[i] ?? 0],
          [name.weight(i + 1), w],
        ] as const,
    );
    const net = products.reduce((sum, [[, input], [, w]]) => sum + input * w, bias);
    const output = perceptronOutput(net, theta);
    const right = output === t;
    recorder.step(
      group,
      'net input',
      name.net,
      net,
      () => netInput(name.net, net, products, { first: [name.bias, bias] }),
      { ...named(inputName, x), [name.target]: t },
    );
    recorder.step(
      group,
      right ? 'output as desired: nothing changes' : 'output not as desired: correct',
      name.output,
      output,
      () => deadZone(name.output, output, [name.net, net], ['θ', theta]),
    );
    if (!right) {
      for (const [i, w] of column.entries()) {
        const next = w + learningRate * t * (x[i] ?? 0);
        const factors = [
          ['α', learningRate],
          [name.target, t],
          [inputName(i + 1), x[i] ?? 0],
        ] as const;
        column[i] = next;
        recorder.step(group, 'correct a weight', name.weight(i + 1), next, () =>
          stepped(name.weight(i + 1), next, w, factors),
        );
      }
      biases[j] = bias + learningRate * t;
      recorder.step(group, 'correct the bias', name.bias, bias + learningRate * t, () =>
        stepped(name.bias, bias + learningRate * t, bias, [
          ['α', learningRate],
          [name.target, t],
        ]),
      );
    }
    return { net, output, corrected: !right };
  };

  let stopped = false;
  let epoch = 0;
  while (!stopped && epoch < epochs) {
    epoch++;
    stopped = true;
    for (const [at, x] of inputs.entries()) {
      const target = targets[at] ?? [];
      const example = at + 1;
      const met = target.map((t, j) => meet(j, x, t, { epoch, example }));
      if (met.some(({ corrected }) => corrected)) stopped = false;
      rows.push({
        epoch,
        example,
        x,
        target,
        net: met.map(({ net }) => net),
        output: met.map(({ output }) => output),
        corrected: met.map(({ corrected }) => corrected),
        weights: weights.map((column) => [...column]),
        biases: [...biases],
      });
    }
  }
  return { weights, biases, epochs: epoch, stopped, rows, trace: recorder.finish() };
}

function checkExamples(
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
): [inputs: number, outputs: number] {
  checkLength('targets of a perceptron', targets, inputs.length);
  const n = checkRows('inputs of a perceptron', inputs);
  const m = checkRows('targets of a perceptron', targets);
  const wrong = targets.flat().find((t) => t !== 1 && t !== -1);
  if (wrong !== undefined) {
    throw new ArgumentError({
      asked: 'targets of a perceptron',
      expected: '−1 and 1',
      received: String(wrong),
      fix: 'Its output is −1, 0 or 1, and 0 is never right: write the label 0 as −1.',
    });
  }
  return [n, m];
}
