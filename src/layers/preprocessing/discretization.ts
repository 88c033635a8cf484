import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { greaterEqual } from '../../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor, toArray } from '../../tensor/tensor.ts';
import { Layer, type LayerOptions } from '../layer.ts';
import { checkMode, encodeCategories, OUTPUT_MODES, type OutputMode } from './categories.ts';

export interface DiscretizationOptions extends LayerOptions {
  /** Where one bin ends and the next begins, ascending; instead of `numBins`. */
  readonly binBoundaries?: readonly number[];
  /** How many bins of about as many numbers each `adapt` makes. */
  readonly numBins?: number;
  /** How closely `adapt` looks: it keeps about 1/epsilon numbers of the data. 0.01 by default. */
  readonly epsilon?: number;
  /** `int` by default. */
  readonly outputMode?: OutputMode;
}

/** Numbers to those of the bins they fall into: see `discretization`. */
export class Discretization extends Layer {
  readonly className = 'Discretization';
  readonly #numBins: number | undefined;
  readonly #epsilon: number;
  readonly #outputMode: OutputMode;
  #boundaries: readonly number[] | undefined;

  constructor({
    binBoundaries,
    numBins,
    epsilon = 0.01,
    outputMode = 'int',
    ...options
  }: DiscretizationOptions) {
    super(options);
    checkMode('discretization', outputMode, OUTPUT_MODES);
    if ((binBoundaries === undefined) === (numBins === undefined)) {
      throw new ArgumentError({ asked: 'discretization', expected: 'either binBoundaries or numBins' });
    }
    if (numBins !== undefined && !(Number.isInteger(numBins) && numBins > 0)) {
      throw new ArgumentError({
        asked: `discretization with numBins ${numBins}`,
        expected: 'a whole number, at least 1',
      });
    }
    this.#boundaries = binBoundaries;
    this.#numBins = numBins;
    this.#epsilon = epsilon;
    this.#outputMode = outputMode;
  }

  /** The boundaries, given or found by `adapt`. */
  get binBoundaries(): readonly number[] | undefined {
    return this.#boundaries;
  }

  /** Finds boundaries between which about as many numbers of the data lie. Call before the model is used. */
  adapt(data: TensorLike): void {
    if (this.#numBins === undefined) {
      throw new ArgumentError({
        asked: 'adapt of a discretization layer',
        expected: 'one that was given numBins',
      });
    }
    const summary = compress(summarize(toArray(data).data, this.#epsilon), this.#epsilon);
    this.#boundaries = compress(summary, 1 / this.#numBins).values.slice(0, -1);
  }

  protected setUp(_inputShape: Shape): undefined {}

  call(x: Tensor): Tensor {
    if (!this.#boundaries) {
      throw new ArgumentError({
        asked: `layer "${this.name || this.className}"`,
        expected: 'boundaries of bins',
        fix: 'Call adapt(data) before the layer is used.',
      });
    }
    const count = this.#boundaries.length;
    if (count === 0) return encodeCategories(x.mul(0), this.#outputMode, 1);
    const boundaries = tensor([...this.#boundaries]);
    // [..., boundaries]: a number is in the bin after all boundaries that it reaches.
    const bins = greaterEqual(x.reshape([...x.shape, 1]), boundaries)
      .cast('int32')
      .sum(-1);
    return encodeCategories(bins, this.#outputMode, count + 1);
  }

  config() {
    return {
      binBoundaries: this.#boundaries ? [...this.#boundaries] : null,
      numBins: this.#numBins ?? null,
      epsilon: this.#epsilon,
      outputMode: this.#outputMode,
    };
  }
}

/** Some numbers of sorted data, and how many each stands for. */
interface Summary {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/** About 1/epsilon of the sorted numbers, in even steps; all of them, if there are fewer. */
function summarize(data: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(data).sort();
  const step = Math.max(sorted.length * epsilon, 1);
  const values: number[] = [];
  for (let at = Math.trunc(step - 1); at < sorted.length; at += Math.trunc(step))
    values.push(sorted[at] ?? 0);
  return { values, weights: values.map(() => step) };
}

/** A summary of about 1/epsilon numbers, at even shares of the weight, by straight lines between the known ones. */
function compress(summary: Summary, epsilon: number): Summary {
  if (summary.values.length * epsilon < 1) return summary;
  let total = 0;
  const reached = summary.weights.map((weight) => {
    total += weight;
    return total;
  });
  const shares = reached.map((weight) => weight / total);
  const wanted: number[] = [];
  for (let i = 0; i < Math.ceil(1 / epsilon); i++) wanted.push(epsilon + i * epsilon);
  const values = wanted.map((share) => Math.fround(interpolate(share, shares, summary.values)));
  const upTo = wanted.map((share) => interpolate(share, shares, reached));
  return { values, weights: upTo.map((weight, i) => Math.fround(weight - (upTo[i - 1] ?? 0))) };
}

/** The height at `x` of the line through (xs, ys), level beyond its ends. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const after = xs.findIndex((other) => other > x);
  if (after < 0) return ys.at(-1) ?? 0;
  if (after === 0) return ys[0] ?? 0;
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [xs[after - 1], xs[after], ys[after - 1], ys[after]];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

/**
 * The number of the bin each number lies in; a boundary belongs to the bin above it.
 *
 * Input shape: [batch, …]. Output shape: the same, or that of the output mode.
 *
 * @throws ArgumentError when neither or both of `binBoundaries` and `numBins` are given.
 * @see Keras `Discretization`
 */
export function discretization(options: DiscretizationOptions): Discretization {
  return new Discretization(options);
}
