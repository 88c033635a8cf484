import { ArgumentError } from '../graph/errors.ts';
import { add, clip, div, maximum, mul, sqrt, square, sum } from '../tensor/functions.ts';
import type { Axes, Tensor } from '../tensor/tensor.ts';

/** What a weight must satisfy after every step of training. */
export interface Constraint {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The nearest weight that satisfies it, of the same shape. */
  call(weight: Tensor): Tensor;
}

/** Keeps divisions from 0. */
const EPSILON = 1e-7;

/** The lengths of the vectors along some axes, which stay as length 1. */
const lengths = (weight: Tensor, axis: Axes): Tensor => sqrt(sum(square(weight), axis, true));

/** A weight whose vectors get other lengths. */
const resized = (weight: Tensor, wanted: Tensor, now: Tensor): Tensor =>
  mul(weight, div(wanted, add(now, EPSILON)));

export interface NormArguments {
  /** The axes a vector runs along: 0 for the weights into each unit of a dense layer. */
  readonly axis?: Axes;
}

/**
 * Vectors no longer than `maxValue`, 2 by default.
 *
 * @see Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014, section 5.1
 */
export const maxNorm = ({
  maxValue = 2,
  axis = 0,
}: NormArguments & { maxValue?: number } = {}): Constraint => ({
  className: 'MaxNorm',
  config: { maxValue, axis },
  call(weight) {
    const now = lengths(weight, axis);
    return resized(weight, clip(now, 0, maxValue), now);
  },
});

/** No number below 0. */
export const nonNeg = (): Constraint => ({
  className: 'NonNeg',
  config: {},
  call: (weight) => maximum(weight, 0),
});

/** Vectors of length 1. */
export const unitNorm = ({ axis = 0 }: NormArguments = {}): Constraint => ({
  className: 'UnitNorm',
  config: { axis },
  call: (weight) => mul(weight, div(1, add(lengths(weight, axis), EPSILON))),
});

export interface MinMaxNormArguments extends NormArguments {
  readonly minValue?: number;
  readonly maxValue?: number;
  /** 1 enforces the lengths at once; less moves them there by this share at every step. */
  readonly rate?: number;
}

/** Vectors no shorter than `minValue` (0) and no longer than `maxValue` (1). */
export const minMaxNorm = ({
  minValue = 0,
  maxValue = 1,
  rate = 1,
  axis = 0,
}: MinMaxNormArguments = {}): Constraint => ({
  className: 'MinMaxNorm',
  config: { minValue, maxValue, rate, axis },
  call(weight) {
    const now = lengths(weight, axis);
    const wanted = clip(now, minValue, maxValue);
    return resized(weight, rate === 1 ? wanted : add(mul(wanted, rate), mul(now, 1 - rate)), now);
  },
});

const CONSTRAINTS = { maxNorm, nonNeg, unitNorm, minMaxNorm };

/**
 * A constraint, or the one of a name with its defaults, in camel case or as Keras writes it.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function constraintOf(given: Constraint | string): Constraint {
  if (typeof given !== 'string') return given;
  const plain = given.replaceAll('_', '').toLowerCase();
  const found = Object.entries(CONSTRAINTS).find(([name]) => name.toLowerCase() === plain);
  if (found) return found[1]();
  throw new ArgumentError({
    asked: `constraint "${given}"`,
    expected: `one of ${Object.keys(CONSTRAINTS).join(', ')}`,
  });
}
