import { ArgumentError } from '../graph/errors.ts';
import { type Shape, sizeOf } from '../graph/ndarray.ts';
import type { Key } from '../graph/threefry.ts';
import { arange, equal, full, mul } from '../tensor/functions.ts';
import {
  nextKey,
  randomNormal as normal,
  randomTruncatedNormal,
  randomUniform as uniform,
} from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { orthonormal } from './orthonormal.ts';

/** How a weight starts. */
export interface Initializer {
  /** As Keras names it. */
  readonly className: string;
  /** The arguments it was made with, by Keras's names in camelCase. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The first value of a weight of `shape`, drawn with `key`, or with the seed it was made with. */
  make(shape: Shape, key: Key): Tensor;
}

export interface Seeded {
  /** Draws the same numbers for every weight; else each weight has a key of its own. */
  readonly seed?: number;
}

/** An initialiser whose numbers are drawn. */
function drawn(
  className: string,
  { seed, ...settings }: Seeded & Record<string, unknown>,
  draw: (shape: Shape, key: Key) => Tensor,
): Initializer {
  return {
    className,
    config: { ...settings, seed: seed ?? null },
    make: (shape, key) => draw(shape, seed === undefined ? key : nextKey(seed)),
  };
}

/** All numbers 0. */
export const zeros = (): Initializer => ({
  className: 'Zeros',
  config: {},
  make: (shape) => full(shape, 0),
});

/** All numbers 1. */
export const ones = (): Initializer => ({
  className: 'Ones',
  config: {},
  make: (shape) => full(shape, 1),
});

/** All numbers `value`, by default 0. */
export const constant = ({ value = 0 }: { value?: number } = {}): Initializer => ({
  className: 'Constant',
  config: { value },
  make: (shape) => full(shape, value),
});

/**
 * `gain` on the diagonal of a matrix, 0 elsewhere.
 *
 * @throws ArgumentError for a weight that is not a matrix
 */
export const identity = ({ gain = 1 }: { gain?: number } = {}): Initializer => ({
  className: 'Identity',
  config: { gain },
  make(shape) {
    const [rows = 0, columns = 0] = shape;
    if (shape.length !== 2) throw notA('identity', 'a matrix', shape);
    return mul(equal(arange(rows).reshape([rows, 1]), arange(columns)).cast('float32'), gain);
  },
});

export interface NormalArguments extends Seeded {
  readonly mean?: number;
  readonly stddev?: number;
}

/** Normally distributed numbers. */
export function randomNormal({ mean = 0, stddev = 0.05, ...rest }: NormalArguments = {}): Initializer {
  return drawn('RandomNormal', { mean, stddev, ...rest }, (shape, key) =>
    normal(shape, mean, stddev, { seed: key }),
  );
}

/** Normally distributed numbers, none further than two deviations from the mean. */
export function truncatedNormal({ mean = 0, stddev = 0.05, ...rest }: NormalArguments = {}): Initializer {
  return drawn('TruncatedNormal', { mean, stddev, ...rest }, (shape, key) =>
    randomTruncatedNormal(shape, mean, stddev, { seed: key }),
  );
}

export interface UniformArguments extends Seeded {
  readonly minval?: number;
  readonly maxval?: number;
}

/** Uniform in [minval, maxval). */
export function randomUniform({
  minval = -0.05,
  maxval = 0.05,
  ...rest
}: UniformArguments = {}): Initializer {
  return drawn('RandomUniform', { minval, maxval, ...rest }, (shape, key) =>
    uniform(shape, minval, maxval, { seed: key }),
  );
}

/** The inputs of a unit, its outputs, or the mean of both. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg';
export type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

export interface VarianceScalingArguments extends Seeded {
  readonly scale?: number;
  readonly mode?: FanMode;
  readonly distribution?: Distribution;
}

/** Units a weight connects: inputs and outputs of one unit, as Keras counts them. */
function fans(shape: Shape): { in: number; out: number } {
  const [inputs = 1, outputs = 1] = shape.length < 2 ? [shape[0], shape[0]] : shape.slice(-2);
  const field = sizeOf(shape.slice(0, -2));
  return { in: inputs * field, out: outputs * field };
}

/** A truncated normal has this deviation when the normal it is cut from has 1 and it is cut at ±2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

/** Numbers of variance scale / fan: uniform within ±√(3·scale/fan), or normal. */
function scaled(shape: Shape, key: Key, scale: number, mode: FanMode, distribution: Distribution): Tensor {
  const count = fans(shape);
  const fan = { fan_in: count.in, fan_out: count.out, fan_avg: (count.in + count.out) / 2 }[mode];
  const deviation = Math.sqrt(scale / Math.max(1, fan));
  if (distribution === 'untruncated_normal') return normal(shape, 0, deviation, { seed: key });
  if (distribution === 'truncated_normal') {
    return randomTruncatedNormal(shape, 0, deviation / TRUNCATED_DEVIATION, { seed: key });
  }
  const limit = Math.sqrt(3) * deviation;
  return uniform(shape, -limit, limit, { seed: key });
}

/**
 * Numbers whose variance is `scale` / fan, so that signals keep theirs from layer to layer.
 *
 * @param mode which fan: the weights that enter a unit (fan_in), leave it (fan_out), or their mean (fan_avg)
 * @param distribution truncated_normal by default
 * @throws ArgumentError for a scale that is not above 0, an unknown mode or distribution
 */
export function varianceScaling({
  scale = 1,
  mode = 'fan_in',
  distribution = 'truncated_normal',
  ...rest
}: VarianceScalingArguments = {}): Initializer {
  if (!(scale > 0)) {
    throw new ArgumentError({ asked: 'varianceScaling', expected: 'a scale above 0', received: `${scale}` });
  }
  oneOf('mode', mode, ['fan_in', 'fan_out', 'fan_avg']);
  oneOf('distribution', distribution, ['truncated_normal', 'untruncated_normal', 'uniform']);
  return drawn('VarianceScaling', { scale, mode, distribution, ...rest }, (shape, key) =>
    scaled(shape, key, scale, mode, distribution),
  );
}

function oneOf(what: string, given: string, allowed: readonly string[]): void {
  if (allowed.includes(given)) return;
  throw new ArgumentError({
    asked: `varianceScaling with ${what} "${given}"`,
    expected: `one of ${allowed.join(', ')}`,
  });
}

/** The initialisers of the literature: scaled variance with a name of its own. */
const named =
  (className: string, scale: number, mode: FanMode, distribution: Distribution) =>
  (seeded: Seeded = {}): Initializer =>
    drawn(className, { ...seeded }, (shape, key) => scaled(shape, key, scale, mode, distribution));

/**
 * Uniform within ±√(6/(fan in + fan out)).
 *
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
 *   equation 16
 */
export const glorotUniform = named('GlorotUniform', 1, 'fan_avg', 'uniform');
/** Truncated normal of variance 2/(fan in + fan out). @see glorotUniform */
export const glorotNormal = named('GlorotNormal', 1, 'fan_avg', 'truncated_normal');
/**
 * Uniform within ±√(6/fan in).
 *
 * @see He et al., "Delving deep into rectifiers", 2015, equation 10
 */
export const heUniform = named('HeUniform', 2, 'fan_in', 'uniform');
/** Truncated normal of variance 2/fan in. @see heUniform */
export const heNormal = named('HeNormal', 2, 'fan_in', 'truncated_normal');
/**
 * Uniform within ±√(3/fan in).
 *
 * @see LeCun et al., "Efficient BackProp", 1998, section 4.6
 */
export const lecunUniform = named('LecunUniform', 1, 'fan_in', 'uniform');
/** Truncated normal of variance 1/fan in. @see lecunUniform */
export const lecunNormal = named('LecunNormal', 1, 'fan_in', 'truncated_normal');

/**
 * A matrix whose rows or columns, whichever are fewer, are orthogonal and of length `gain`; a weight of more axes is
 * taken as [product of the others, last].
 *
 * @throws ArgumentError for a weight of fewer than two axes
 * @see Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014
 */
export function orthogonal({ gain = 1, ...rest }: Seeded & { gain?: number } = {}): Initializer {
  return drawn('Orthogonal', { gain, ...rest }, (shape, key) => {
    if (shape.length < 2) throw notA('orthogonal', 'at least two axes', shape);
    const columns = shape.at(-1) ?? 1;
    const rows = sizeOf(shape) / columns;
    const draws = normal([Math.min(rows, columns), Math.max(rows, columns)], 0, 1, { seed: key });
    // [fewer, more], its rows orthonormal.
    const basis = orthonormal(draws);
    return mul(rows > columns ? basis.transpose() : basis, gain).reshape(shape);
  });
}

const notA = (name: string, expected: string, shape: Shape): ArgumentError =>
  new ArgumentError({
    asked: `initializer "${name}"`,
    expected: `a weight of ${expected}`,
    received: `[${shape.join(', ')}]`,
  });

const INITIALIZERS = {
  zeros,
  ones,
  constant,
  identity,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
} satisfies Record<string, () => Initializer>;

export type InitializerName = keyof typeof INITIALIZERS;

/**
 * An initialiser, or the one of a name with its defaults, in camel case or as Keras writes it.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function initializerOf(given: Initializer | string): Initializer {
  if (typeof given !== 'string') return given;
  const camel = given.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const name = camel.charAt(0).toLowerCase() + camel.slice(1);
  if (!Object.hasOwn(INITIALIZERS, name)) {
    throw new ArgumentError({
      asked: `initializer "${given}"`,
      expected: `one of ${Object.keys(INITIALIZERS).join(', ')}`,
    });
  }
  return INITIALIZERS[name as InitializerName]();
}
