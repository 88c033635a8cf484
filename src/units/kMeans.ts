import { RandomStream } from '../graph/threefry.ts';
import { checkCount, checkLength, checkRows } from './check.ts';
import { compete, weightState } from './competitive.ts';
import { mean } from './formulas.ts';
import { inputName, weightName } from './names.ts';
import { squaredDistances, startingRows } from './prototypes.ts';
import { Recorder, STEP_LIMIT, type Trace } from './trace.ts';

export interface KMeansOptions {
  /** k: how many clusters. */
  readonly clusters?: number;
  /** Passes at most. */
  readonly epochs?: number;
  /** Of the inputs that the centres start at (k-means++). */
  readonly seed?: number;
  /** The first centres, one row a cluster. */
  readonly centres?: readonly (readonly number[])[];
  /** How many steps the trace holds. */
  readonly steps?: number;
}

export interface KMeansResult {
  readonly centres: readonly (readonly number[])[];
  /** The cluster of each input, from 0. */
  readonly assignments: readonly number[];
  /** The sum of squared distances to the centres, after each assignment; it never rises. */
  readonly inertias: readonly number[];
  readonly epochs: number;
  /** Whether it came to rest: no input changed its cluster. */
  readonly stopped: boolean;
  readonly trace: Trace;
}

/**
 * k-means by Lloyd's algorithm: each input goes to its nearest centre, each centre to the mean of its inputs, until
 * nothing changes. A centre without inputs stays.
 *
 *     cluster(x) = argmin_j Σ (xᵢ − wᵢⱼ)²,   wⱼ = mean of the inputs of cluster j
 *
 * @param inputs Input shape: rows of n numbers
 * @returns Output shape: k centres of n numbers
 * @throws ArgumentError for rows that do not fit together
 * @see Lloyd, "Least squares quantization in PCM", 1982; Arthur and Vassilvitskii, "k-means++", 2007
 */
export function kMeans(inputs: readonly (readonly number[])[], options: KMeansOptions = {}): KMeansResult {
  const { clusters = 2, epochs = 100, seed = 0, steps = STEP_LIMIT } = options;
  const n = checkRows('inputs of k-means', inputs);
  checkCount('epochs of k-means', epochs);
  const centres = (options.centres ?? spreadCentres(inputs, clusters, seed)).map((row) => [...row]);
  checkCount('clusters of k-means', centres.length);
  for (const row of centres) checkLength('first centres of k-means', row, n);
  const recorder = new Recorder(weightState(centres), steps);
  const inertias: number[] = [];
  let assignments: number[] = [];
  let stopped = false;
  while (!stopped && inertias.length < epochs) {
    const epoch = inertias.length + 1;
    const next = inputs.map((x, at) => compete(centres, x, recorder, { epoch, example: at + 1 }));
    stopped = next.every((cluster, at) => cluster === assignments[at]);
    assignments = next;
    inertias.push(inertia(centres, inputs));
    if (!stopped) moveCentres(centres, inputs, assignments, recorder, epoch);
  }
  return { centres, assignments, inertias, epochs: inertias.length, stopped, trace: recorder.finish() };
}

function moveCentres(
  centres: readonly number[][],
  inputs: readonly (readonly number[])[],
  assignments: readonly number[],
  recorder: Recorder,
  epoch: number,
): void {
  for (const [j, centre] of centres.entries()) {
    const members = inputs.filter((_, at) => assignments[at] === j);
    if (members.length === 0) continue;
    for (const i of centre.keys()) {
      const column = members.map((x) => x[i] ?? 0);
      const next = column.reduce((sum, value) => sum + value, 0) / members.length;
      centre[i] = next;
      const name = weightName(i + 1, j + 1);
      recorder.step(
        { epoch, cluster: j + 1 },
        `move centre ${j + 1} to the mean of its inputs`,
        name,
        next,
        () =>
          mean(
            name,
            next,
            column.map((value) => [inputName(i + 1), value]),
          ),
      );
    }
  }
}

function inertia(centres: readonly (readonly number[])[], inputs: readonly (readonly number[])[]): number {
  return inputs.reduce((sum, x) => sum + Math.min(...squaredDistances(centres, x)), 0);
}

/** k-means++: each further centre is an input, drawn in proportion to its squared distance from those there are. */
function spreadCentres(
  inputs: readonly (readonly number[])[],
  clusters: number,
  seed: number,
): (readonly number[])[] {
  const centres = startingRows(inputs, clusters, seed).slice(0, 1);
  const random = new RandomStream(seed);
  while (centres.length < clusters) {
    const weights = inputs.map((x) => Math.min(...squaredDistances(centres, x)));
    let left = random.uniform(
      0,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    const chosen = weights.findIndex((weight) => {
      left -= weight;
      return weight > 0 && left < 0;
    });
    // Fewer different inputs than clusters: a centre stands double.
    centres.push(inputs[Math.max(chosen, 0)] ?? []);
  }
  return centres;
}
