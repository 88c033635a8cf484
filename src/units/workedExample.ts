import { checkCount } from './check.ts';
import { type MultilayerPerceptron, nodeNames, parameters, type Reading } from './multilayer.ts';
import { learnExample } from './multilayerTraining.ts';
import type { Slip } from './slips.ts';
import { Recorder, type State, type Trace } from './trace.ts';

/** The network of the lecture's solved example: 4 inputs, 2 hidden units, 1 output unit. */
export const WORKED_NETWORK: MultilayerPerceptron = {
  sizes: [4, 2, 1],
  weights: [
    [
      [0.3, 0.1],
      [-0.2, 0.4],
      [0.2, -0.3],
      [0.1, 0.4],
    ],
    [[-0.3], [0.2]],
  ],
  biases: [[0.2, 0.1], [-0.3]],
  output: 'sigmoid',
};

/** Its one example, and α. */
export const WORKED_INPUT: readonly number[] = [1, 1, 0, 1];
export const WORKED_TARGET = 1;
export const WORKED_RATE = 0.8;

/** One forward and backward pass with the update that follows, every number by its name in the lecture. */
export interface WorkedIteration {
  readonly iteration: number;
  /** Weights and biases before. */
  readonly before: State;
  /** I₅, I₆, I₇. */
  readonly nets: State;
  /** O₅, O₆, O₇. */
  readonly outputs: State;
  /** Desired less estimated output, of the first output unit. */
  readonly error: number;
  /** Error₅, Error₆, Error₇. */
  readonly errors: State;
  /** Weights and biases after. */
  readonly after: State;
}

export interface WorkedExample {
  /** Whether the lecture's slip was kept. */
  readonly asPrinted: boolean;
  readonly iterations: readonly WorkedIteration[];
  /** By how much the error fell from the first iteration to the second; 0 after one iteration. */
  readonly reduced: number;
  /** Where the printed tables differ from the right ones, whichever of them was computed. */
  readonly slips: readonly Slip[];
  readonly trace: Trace;
}

export interface WorkedOptions {
  /** Keep the lecture's slip — w₁₅ read where w₁₆ belongs — and compute on from it at full precision. */
  readonly asPrinted?: boolean;
  /** Forward and backward passes; the lecture shows two. */
  readonly iterations?: number;
  /** Another network, example or rate than the lecture's; the slips remain those of its tables. */
  readonly network?: MultilayerPerceptron;
  readonly input?: readonly number[];
  readonly target?: readonly number[];
  readonly learningRate?: number;
}

/**
 * The lecture's solved example of section 1.4, computed: right, or as it is printed.
 *
 * @returns Output shape: each iteration's numbers by name; the slips of the printed tables; a trace of every step
 * @throws ArgumentError for fewer than one iteration, or when example and network do not fit together
 */
export function workedExample({
  asPrinted = false,
  iterations = 2,
  ...changed
}: WorkedOptions = {}): WorkedExample {
  checkCount('iterations of the worked example', iterations);
  const lesson: Lesson = { ...LESSON, ...changed };
  const recorder = new Recorder({ α: lesson.learningRate, ...parameters(lesson.network) });
  const done = run(lesson, iterations, recorder, asPrinted ? asPrintedReading : undefined);
  const [first, second] = done;
  return {
    asPrinted,
    iterations: done,
    reduced: first && second ? first.error - second.error : 0,
    slips: workedSlips(),
    trace: recorder.finish(),
  };
}

/** From x₁ to unit 6 the lecture reads w₁₅ for w₁₆. */
const asPrintedReading: Reading = (layer, from, to) =>
  layer === 0 && from === 0 && to === 1 ? [0, 0] : [from, to];

/** What is learned, and by which steps. */
type Lesson = Required<Omit<WorkedOptions, 'asPrinted' | 'iterations'>>;
const LESSON: Lesson = {
  network: WORKED_NETWORK,
  input: WORKED_INPUT,
  target: [WORKED_TARGET],
  learningRate: WORKED_RATE,
};

function run(lesson: Lesson, count: number, recorder?: Recorder, reading?: Reading): WorkedIteration[] {
  const done: WorkedIteration[] = [];
  let { network } = lesson;
  for (let iteration = 1; iteration <= count; iteration++) {
    const before = parameters(network);
    const learned = learnExample(network, lesson.input, lesson.target, lesson.learningRate, {
      recording: recorder?.open({ iteration }),
      ...(reading && { reading }),
    });
    network = learned.network;
    const { nets, outputs } = learned.pass;
    const names = nodeNames(network);
    done.push({
      iteration,
      before,
      nets: byName(names.net, nets.slice(1)),
      outputs: byName(names.output, outputs.slice(1)),
      error: (lesson.target[0] ?? 0) - (outputs.at(-1)?.[0] ?? 0),
      errors: byName(names.error, learned.errors),
      after: parameters(network),
    });
  }
  return done;
}

/** The numbers of each layer after the input layer, by name. */
function byName(name: (l: number, i: number) => string, layers: readonly (readonly number[])[]): State {
  return Object.fromEntries(
    layers.flatMap((layer, l) => layer.map((value, i) => [name(l + 1, i), value] as const)),
  );
}

/** The slips of the printed tables, with what is right computed from the right ones. */
function workedSlips(): Slip[] {
  const right = run(LESSON, 2);
  const kept = run(LESSON, 2, undefined, asPrintedReading);
  const shown = (iterations: WorkedIteration[], at: number, name: string) =>
    (iterations[at]?.nets[name] ?? Number.NaN).toFixed(4).replace('-', '−');
  const misread = 'x₁·w₁₅ stands where x₁·w₁₆ belongs';
  return [
    {
      where: '1.4 solved example, iteration 1, net input of unit 6',
      printed: 'I₆ = 1.2',
      correct: `I₆ = ${shown(right, 0, 'I_6')}`,
      why: `${misread}: 0.3 was added for 0.1. Everything computed from I₆ is off with it.`,
      at: { iteration: 1, name: 'I_6' },
    },
    {
      where: '1.4 solved example, iteration 2, net input of unit 6',
      printed: 'I₆ = 1.204',
      correct: `I₆ = ${shown(right, 1, 'I_6')}`,
      why: `${misread} again: 0.292 was added for 0.104.`,
      at: { iteration: 2, name: 'I_6' },
    },
    {
      where: '1.4 solved example, iteration 2, net input of unit 7',
      printed: 'I₇ = −0.326',
      correct: `I₇ = ${shown(right, 1, 'I_7')}`,
      why: `It was copied from iteration 1: the printed sum comes to ${shown(kept, 1, 'I_7')}, and that is what its output O₇ = 0.474 was computed from.`,
      at: { iteration: 2, name: 'I_7' },
    },
  ];
}
