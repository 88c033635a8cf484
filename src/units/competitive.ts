import { checkAtLeast, checkCount, checkLength, checkRows } from './check.ts';
import { attracted, nearest, squaredDistance } from './formulas.ts';
import { inputName, named, weightName } from './names.ts';
import { squaredDistances, startingRows } from './prototypes.ts';
import { type Group, Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface CompetitiveOptions {
  readonly units?: number;
  /** α: how far the winner moves towards the input. */
  readonly learningRate?: number;
  readonly epochs?: number;
  /** Of the examples that the weights start at. */
  readonly seed?: number;
  /** The first weights, one row a unit; else as many of the inputs, drawn by the seed. */
  readonly weights?: readonly (readonly number[])[];
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface CompetitiveResult {
  /** weights[j][i]: unit j's position. */
  readonly weights: readonly (readonly number[])[];
  /** The unit nearest to each input in the end, from 0. */
  readonly winners: readonly number[];
  /** Units that won no input in the last epoch. */
  readonly dead: readonly number[];
  readonly trace: Trace;
}

/**
 * Competitive learning: the unit nearest to the input wins, and only the winner learns.
 *
 *     winner = argmin_j Σ (xᵢ − wᵢⱼ)²,   wᵢⱼ += α (xᵢ − wᵢⱼ) of the winner
 *
 * @param inputs Input shape: rows of n numbers
 * @returns Output shape: one row of n weights for each unit
 * @throws ArgumentError for rows that do not fit together
 * @see Rumelhart and Zipser, "Feature discovery by competitive learning", 1985
 */
export function competitiveLearning(
  inputs: readonly (readonly number[])[],
  options: CompetitiveOptions = {},
): CompetitiveResult {
  const { units = 2, learningRate = 0.1, epochs = 20, seed = 0, steps = STEP_LIMIT } = options;
  const n = checkRows('inputs of competitive learning', inputs);
  checkCount('epochs of competitive learning', epochs);
  checkAtLeast('the learning rate of competitive learning', learningRate, 0);
  const weights = (options.weights ?? startingRows(inputs, units, seed)).map((row) => [...row]);
  for (const row of weights) checkLength('first weights of competitive learning', row, n);
  const recorder = new Recorder({ α: learningRate, ...weightState(weights) }, steps);
  let won = new Set<number>();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    won = new Set();
    for (const [at, x] of inputs.entries()) {
      const group = { epoch, example: at + 1 };
      const winner = compete(weights, x, recorder, group);
      won.add(winner);
      moveTowards(weights, winner, x, [['α', learningRate]], recorder, group);
    }
  }
  const winners = inputs.map((x) => winnerOf(squaredDistances(weights, x)));
  const dead = weights.flatMap((_, j) => (won.has(j) ? [] : [j]));
  return { weights, winners, dead, trace: recorder.finish() };
}

/** The weights of all units by name. */
export function weightState(weights: readonly (readonly number[])[]): Record<string, number> {
  return Object.assign({}, ...weights.map((row, j) => named((i) => weightName(i, j + 1), row)));
}

/** The unit nearest to x, from 0; of equals, the first. */
export function compete(
  weights: readonly (readonly number[])[],
  x: readonly number[],
  recorder: Recorder,
  group: Group,
): number {
  const distances = squaredDistances(weights, x);
  let read = named(inputName, x);
  for (const [j, distance] of distances.entries()) {
    recorder.step(
      group,
      `squared distance to unit ${j + 1}`,
      `d_${j + 1}`,
      distance,
      () =>
        squaredDistance(
          `d_${j + 1}`,
          distance,
          x.map((value, i) => [
            [inputName(i + 1), value],
            [weightName(i + 1, j + 1), weights[j]?.[i] ?? 0],
          ]),
        ),
      read,
    );
    read = {};
  }
  const winner = winnerOf(distances);
  recorder.step(group, `unit ${winner + 1} wins`, 'winner', winner + 1, () =>
    nearest(
      'winner',
      winner + 1,
      distances.map((distance, j) => [`d_${j + 1}`, distance]),
    ),
  );
  return winner;
}

const winnerOf = (distances: readonly number[]) => distances.indexOf(Math.min(...distances));

/** Moves a unit towards x by the product of the rates. */
export function moveTowards(
  weights: readonly number[][],
  unit: number,
  x: readonly number[],
  rates: readonly (readonly [string, number])[],
  recorder: Recorder,
  group: Group,
): void {
  const row = weights[unit] ?? [];
  const rate = rates.reduce((total, [, value]) => total * value, 1);
  for (const [i, w] of row.entries()) {
    const input = x[i] ?? 0;
    const next = w + rate * (input - w);
    row[i] = next;
    const name = weightName(i + 1, unit + 1);
    recorder.step(group, `move unit ${unit + 1}`, name, next, () =>
      attracted(name, next, w, rates, [inputName(i + 1), input]),
    );
  }
}
