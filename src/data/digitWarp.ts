import type { RandomStream } from '../graph/threefry.ts';

/** A smooth distortion of the unit square: (x, y) → (x, y) + offset. */
export type Displace = (x: number, y: number) => readonly [number, number];

/** Control points a side; with cubic splines, waves about half as wide as the digit. */
const KNOTS = 6;

/**
 * Elastic distortion: a random displacement at each point of a coarse grid, smoothed by a cubic B-spline, so that
 * neighbours move together, as they do under a hand in a hurry.
 *
 * @param strength The standard deviation of the displacement at the grid's points, as a part of the square's side.
 * @see Simard, Steinkraus & Platt, "Best Practices for Convolutional Neural Networks", ICDAR 2003, section 2; their
 * field is smoothed by a Gaussian and applied to pixels, ours to the pen's way, which keeps its edges sharp.
 */
export function elasticWarp(random: RandomStream, strength: number): Displace {
  const knots = new Float64Array(2 * KNOTS * KNOTS).map(() => strength * random.normal());
  const across = new Float64Array(4);
  const down = new Float64Array(4);
  return (x, y) => {
    const column = splineWeights(x, across);
    const row = splineWeights(y, down);
    let dx = 0;
    let dy = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) {
        const weight = (down[i] as number) * (across[j] as number);
        const knot = 2 * ((row + i) * KNOTS + column + j);
        dx += weight * (knots[knot] as number);
        dy += weight * (knots[knot + 1] as number);
      }
    }
    return [dx, dy];
  };
}

/** Writes the weights of the four knots around `at` (0 … 1) and returns the first one's number. */
function splineWeights(at: number, weights: Float64Array): number {
  const place = Math.min(Math.max(at, 0), 1) * (KNOTS - 3);
  const first = Math.min(Math.floor(place), KNOTS - 4);
  const t = place - first;
  const rest = 1 - t;
  const cube = t * t * t;
  weights[0] = (rest * rest * rest) / 6;
  weights[1] = (3 * cube - 6 * t * t + 4) / 6;
  weights[2] = (-3 * cube + 3 * t * t + 3 * t + 1) / 6;
  weights[3] = cube / 6;
  return first;
}
