import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';
import { checkCount, checkLength, checkRows } from './check.ts';
import { energyOf, energyStep, netInput, signOf } from './formulas.ts';
import { weightName } from './names.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

/** weights[i][j] between units i and j: symmetric, and 0 from a unit to itself. */
export interface HopfieldNet {
  readonly weights: readonly (readonly number[])[];
}

/**
 * A Hopfield net that remembers these patterns.
 *
 *     w_ij = Σ over patterns of sᵢsⱼ,   w_ii = 0
 *
 * @param patterns Input shape: rows of n numbers, each −1 or 1
 * @returns Output shape: n × n weights
 * @throws ArgumentError for numbers other than −1 and 1
 * @see Hopfield, "Neural networks and physical systems with emergent collective computational abilities", 1982, equation 2
 */
export function hopfieldNet(patterns: readonly (readonly number[])[]): HopfieldNet {
  const n = checkRows('patterns of a Hopfield net', patterns);
  for (const pattern of patterns) checkSigns('patterns of a Hopfield net', pattern);
  const places = Array.from({ length: n }, (_, i) => i);
  const weight = (i: number, j: number) =>
    i === j ? 0 : patterns.reduce((sum, pattern) => sum + (pattern[i] ?? 0) * (pattern[j] ?? 0), 0);
  return { weights: places.map((i) => places.map((j) => weight(i, j))) };
}

/**
 * E = −½ Σ wᵢⱼ sᵢ sⱼ. With one unit changing at a time it never rises, which is why recall comes to rest.
 *
 * @param state Input shape: n numbers, each −1 or 1
 */
export function hopfieldEnergy({ weights }: HopfieldNet, state: readonly number[]): number {
  return -pairsOf(state.length).reduce(
    (sum, [i, j]) => sum + (weights[i]?.[j] ?? 0) * (state[i] ?? 0) * (state[j] ?? 0),
    0,
  );
}

export interface RecallOptions {
  /** One unit after another, each seeing what those before it did; or all at the same moment. */
  readonly mode?: 'asynchronous' | 'synchronous';
  /** The order in which units take their turn, counted from 0; drawn anew for each sweep when left out. */
  readonly order?: readonly number[];
  /** Of the order. */
  readonly seed?: number;
  /** Sweeps over all units at most. */
  readonly sweeps?: number;
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface RecallResult {
  readonly state: readonly number[];
  /** The state before the first sweep and after each. */
  readonly states: readonly (readonly number[])[];
  /** The energy of each of these states. */
  readonly energies: readonly number[];
  /** How it ended: at rest, going to and fro between states (synchronous only), or out of sweeps. */
  readonly end: 'fixed point' | 'cycle' | 'sweeps';
  /** The number of states it goes through again and again: 1 at rest, undefined out of sweeps. */
  readonly period?: number;
  readonly trace: Trace;
}

/**
 * Recall: from a state, each unit takes the sign of its net input, until nothing changes.
 *
 *     hᵢ = Σ wᵢⱼsⱼ,   sᵢ = sign hᵢ, and as it was where hᵢ = 0
 *
 * @param start Input shape: n numbers, each −1 or 1
 * @returns Output shape: n numbers, each −1 or 1
 * @throws ArgumentError for numbers other than −1 and 1, or an order that is not one of all units
 */
export function recall(
  net: HopfieldNet,
  start: readonly number[],
  options: RecallOptions = {},
): RecallResult {
  const { mode = 'asynchronous', seed = 0, sweeps = 100, steps = STEP_LIMIT } = options;
  const n = net.weights.length;
  checkLength('the state of a Hopfield net', start, n);
  checkSigns('the state of a Hopfield net', start);
  checkCount('sweeps of a recall', sweeps);
  if (options.order) checkOrder(options.order, n);
  const random = new RandomStream(seed);
  const recorder = new Recorder(initialState(net, start), steps);
  const states: (readonly number[])[] = [start];
  const energies = [hopfieldEnergy(net, start)];
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    const before = states.at(-1) ?? start;
    const order = options.order ?? (mode === 'synchronous' ? places(n) : [...random.permutation(n)]);
    const state = sweepOnce(net, before, order, mode, recorder, sweep);
    const seen = states.findLastIndex((old) => old.every((value, i) => value === state[i]));
    states.push(state);
    energies.push(hopfieldEnergy(net, state));
    const period = states.length - 1 - seen;
    // In an order drawn anew, only rest repeats itself.
    if (seen >= 0 && (period === 1 || mode === 'synchronous')) {
      const end = period === 1 ? 'fixed point' : 'cycle';
      return { state, states, energies, end, period, trace: recorder.finish() };
    }
  }
  return { state: states.at(-1) ?? start, states, energies, end: 'sweeps', trace: recorder.finish() };
}

function sweepOnce(
  net: HopfieldNet,
  before: readonly number[],
  order: readonly number[],
  mode: 'asynchronous' | 'synchronous',
  recorder: Recorder,
  sweep: number,
): readonly number[] {
  const state = [...before];
  const seen = mode === 'synchronous' ? before : state;
  const nets: number[] = [];
  let energy = hopfieldEnergy(net, before);
  const look = (i: number) => {
    const products = neighbours(net, seen, i);
    const h = products.reduce((sum, [[, weight], [, s]]) => sum + weight * s, 0);
    nets[i] = h;
    recorder.step({ sweep, unit: i + 1 }, `net input of unit ${i + 1}`, `h_${i + 1}`, h, () =>
      netInput(`h_${i + 1}`, h, products),
    );
  };
  const turn = (i: number) => {
    const [h, old] = [nets[i] ?? 0, before[i] ?? 0];
    const next = h === 0 ? old : Math.sign(h);
    state[i] = next;
    const title = next === old ? `unit ${i + 1} stays` : `unit ${i + 1} turns`;
    recorder.step({ sweep, unit: i + 1 }, title, `s_${i + 1}`, next, () =>
      signOf(`s_${i + 1}`, next, [`h_${i + 1}`, h], [`s_${i + 1}`, old]),
    );
  };
  if (mode === 'synchronous') {
    for (const i of order) look(i);
    for (const i of order) turn(i);
    recordEnergy(net, state, recorder, { sweep });
  } else {
    for (const i of order) {
      look(i);
      turn(i);
      if (state[i] === before[i]) continue;
      const [s, h, held] = [state[i] ?? 0, nets[i] ?? 0, energy];
      energy -= 2 * s * h;
      recorder.step({ sweep, unit: i + 1 }, 'the energy falls', 'E', energy, () =>
        energyStep('E', held - 2 * s * h, held, [`s_${i + 1}`, s], [`h_${i + 1}`, h]),
      );
    }
  }
  return state;
}

function recordEnergy(
  net: HopfieldNet,
  state: readonly number[],
  recorder: Recorder,
  group: Readonly<Record<string, number>>,
): void {
  if (!recorder.open(group)) return;
  const energy = hopfieldEnergy(net, state);
  const values = [...state];
  recorder.step(group, 'energy', 'E', energy, () =>
    energyOf(
      'E',
      energy,
      pairsOf(values.length).map(([i, j]) => [
        [weightName(i + 1, j + 1), net.weights[i]?.[j] ?? 0],
        [`s_${i + 1}`, values[i] ?? 0],
        [`s_${j + 1}`, values[j] ?? 0],
      ]),
    ),
  );
}

const places = (n: number) => Array.from({ length: n }, (_, i) => i);
const pairsOf = (n: number) => places(n).flatMap((i) => places(i).map((j) => [j, i] as const));

/** What unit i sees: every other unit by its weight. */
const neighbours = ({ weights }: HopfieldNet, state: readonly number[], i: number) =>
  places(state.length)
    .filter((j) => j !== i)
    .map(
      (j) =>
        [
          [weightName(j + 1, i + 1), weights[j]?.[i] ?? 0],
          [`s_${j + 1}`, state[j] ?? 0],
        ] as const,
    );

function initialState(net: HopfieldNet, start: readonly number[]): Record<string, number> {
  const weights = pairsOf(start.length).flatMap(([i, j]) => {
    const weight = net.weights[i]?.[j] ?? 0;
    return [
      [weightName(i + 1, j + 1), weight],
      [weightName(j + 1, i + 1), weight],
    ] as const;
  });
  return Object.fromEntries([
    ...weights,
    ...start.map((value, i) => [`s_${i + 1}`, value] as const),
    ['E', hopfieldEnergy(net, start)],
  ]);
}

function checkSigns(asked: string, values: readonly number[]): void {
  const wrong = values.find((value) => value !== 1 && value !== -1);
  if (wrong !== undefined) throw new ArgumentError({ asked, expected: '−1 and 1', received: String(wrong) });
}

function checkOrder(order: readonly number[], n: number): void {
  checkLength('the order of units', order, n);
  const missing = places(n).find((i) => !order.includes(i));
  if (missing !== undefined) {
    throw new ArgumentError({
      asked: 'the order of units',
      expected: `each of 0 to ${n - 1} once`,
      received: `[${order.join(', ')}]`,
    });
  }
}
