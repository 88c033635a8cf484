import { RandomStream } from '../graph/threefry.ts';
import { checkAtLeast, checkCount, checkLength, checkRows } from './check.ts';
import { compete, moveTowards, weightState } from './competitive.ts';
import { neighbourhood } from './formulas.ts';
import { squaredDistances } from './prototypes.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface KohonenOptions {
  /** The grid of units. */
  readonly rows?: number;
  readonly columns?: number;
  /** α at the beginning; it falls to a hundredth, evenly in its logarithm. */
  readonly learningRate?: number;
  /** σ at the beginning, in steps of the grid: how far the winner takes others along. It falls to ½ in the same way. */
  readonly radius?: number;
  readonly epochs?: number;
  /** Of the first weights and of the order of the inputs. */
  readonly seed?: number;
  /** The first weights, one row a unit, row by row of the grid; else drawn within the range of the inputs. */
  readonly weights?: readonly (readonly number[])[];
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface KohonenResult {
  /** One row a unit, row by row of the grid. */
  readonly weights: readonly (readonly number[])[];
  /** The mean distance from an input to its nearest unit, before training and after each epoch. */
  readonly quantisationErrors: readonly number[];
  /** The share of inputs whose two nearest units are not neighbours on the grid, in the end. */
  readonly topographicError: number;
  readonly trace: Trace;
}

/** Neighbours further than this many σ are left where they are: they would move by less than a hundredth of a step. */
const REACH = 3;

/**
 * Kohonen's self-organising map: the winner learns and takes its neighbours on the grid along, so that near inputs
 * come to near units.
 *
 *     h_j = exp(−‖place_j − place_winner‖² / (2σ²)),   wᵢⱼ += α h_j (xᵢ − wᵢⱼ)
 *
 * @param inputs Input shape: rows of n numbers
 * @returns Output shape: one row of n weights for each unit of the grid
 * @throws ArgumentError for rows that do not fit together
 * @see Kohonen, "Self-organized formation of topologically correct feature maps", 1982
 */
export function kohonenMap(
  inputs: readonly (readonly number[])[],
  options: KohonenOptions = {},
): KohonenResult {
  const { rows = 5, columns = 5, learningRate = 0.5, epochs = 20, seed = 0, steps = STEP_LIMIT } = options;
  const radius = options.radius ?? Math.max(rows, columns) / 2;
  const n = checkRows('inputs of a Kohonen map', inputs);
  checkCount('rows of a Kohonen map', rows);
  checkCount('columns of a Kohonen map', columns);
  checkCount('epochs of a Kohonen map', epochs);
  checkAtLeast('the learning rate of a Kohonen map', learningRate, 0);
  checkAtLeast('the radius of a Kohonen map', radius, FINAL_RADIUS);
  const random = new RandomStream(seed);
  const weights = (options.weights ?? spread(inputs, rows * columns, random)).map((row) => [...row]);
  checkLength('first weights of a Kohonen map', weights, rows * columns);
  for (const row of weights) checkLength('first weights of a unit', row, n);
  const recorder = new Recorder({ α: learningRate, σ: radius, ...weightState(weights) }, steps);
  const errors = [quantisationError(weights, inputs)];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const [turn, at] of random.permutation(inputs.length).entries()) {
      const progress = ((epoch - 1) * inputs.length + turn) / Math.max(1, epochs * inputs.length - 1);
      const α = learningRate * FINAL_RATE ** progress;
      const σ = radius * (FINAL_RADIUS / radius) ** progress;
      const x = inputs[at] ?? [];
      const group = { epoch, example: at + 1 };
      const winner = compete(weights, x, recorder, group);
      for (const j of weights.keys()) {
        const apart = gridDistance(winner, j, columns);
        if (apart > (REACH * σ) ** 2) continue;
        const h = Math.exp(-apart / (2 * (σ * σ)));
        recorder.step(
          group,
          `how far unit ${j + 1} goes along`,
          `h_${j + 1}`,
          h,
          () => neighbourhood(`h_${j + 1}`, h, apart, ['σ', σ]),
          { α, σ },
        );
        moveTowards(
          weights,
          j,
          x,
          [
            ['α', α],
            [`h_${j + 1}`, h],
          ],
          recorder,
          group,
        );
      }
    }
    errors.push(quantisationError(weights, inputs));
  }
  return {
    weights,
    quantisationErrors: errors,
    topographicError: topographicError(weights, inputs, columns),
    trace: recorder.finish(),
  };
}

const FINAL_RATE = 0.01;
const FINAL_RADIUS = 0.5;

/** Rows drawn uniformly within the range of the inputs. */
function spread(inputs: readonly (readonly number[])[], count: number, random: RandomStream): number[][] {
  const ranges = (inputs[0] ?? []).map((_, i) => {
    const column = inputs.map((x) => x[i] ?? 0);
    return [
      column.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
      column.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    ] as const;
  });
  return Array.from({ length: count }, () => ranges.map(([low, high]) => random.uniform(low, high)));
}

/** The squared distance of two units on the grid. */
function gridDistance(a: number, b: number, columns: number): number {
  const down = Math.floor(a / columns) - Math.floor(b / columns);
  const across = (a % columns) - (b % columns);
  return down * down + across * across;
}

function quantisationError(
  weights: readonly (readonly number[])[],
  inputs: readonly (readonly number[])[],
): number {
  const distances = inputs.map((x) => Math.sqrt(Math.min(...squaredDistances(weights, x))));
  return distances.reduce((sum, distance) => sum + distance, 0) / inputs.length;
}

function topographicError(
  weights: readonly (readonly number[])[],
  inputs: readonly (readonly number[])[],
  columns: number,
): number {
  const torn = inputs.filter((x) => {
    const distances = squaredDistances(weights, x);
    const order = distances.map((_, j) => j).sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0));
    const [first = 0, second = first] = order;
    // Diagonal neighbours count as neighbours.
    return gridDistance(first, second, columns) > 2;
  });
  return torn.length / inputs.length;
}
