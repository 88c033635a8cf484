import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { sizeOf } from '../graph/ndarray.ts';
import type { Key } from '../graph/threefry.ts';
import { full } from '../tensor/functions.ts';
import { randomTruncatedNormal, randomUniform } from '../tensor/random.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** How a weight starts. */
export interface Initializer {
  readonly name: InitializerName;
  readonly config: Readonly<Record<string, number | null>>;
  /** The first value of a weight of `shape`, drawn with `key`. */
  make(shape: Shape, key: Key): Tensor;
}

/** Units a weight connects: inputs and outputs of one unit, as Keras counts them. */
function fans(shape: Shape): { in: number; out: number } {
  const [inputs = 1, outputs = 1] = shape.length < 2 ? [shape[0], shape[0]] : shape.slice(-2);
  const field = sizeOf(shape.slice(0, -2));
  return { in: inputs * field, out: outputs * field };
}

/** A truncated normal has this deviation when the normal it is cut from has 1 and it is cut at ±2. */
const TRUNCATED_DEVIATION = 0.8796256610342398;

type Mode = 'in' | 'out' | 'average';

/**
 * Numbers whose variance is `scale` / fan: uniform within ±√(3·scale/fan), or normal.
 *
 * @see Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
 *   equation 16; He et al., "Delving deep into rectifiers", 2015, equation 10; LeCun et al., "Efficient
 *   BackProp", 1998, section 4.6.
 */
function scaled(
  name: InitializerName,
  scale: number,
  mode: Mode,
  distribution: 'uniform' | 'normal',
): Initializer {
  return {
    name,
    config: { seed: null },
    make(shape, key) {
      const count = fans(shape);
      const fan = mode === 'average' ? (count.in + count.out) / 2 : count[mode];
      const variance = scale / Math.max(1, fan);
      if (distribution === 'normal') {
        return randomTruncatedNormal(shape, 0, Math.sqrt(variance) / TRUNCATED_DEVIATION, { seed: key });
      }
      const limit = Math.sqrt(3 * variance);
      return randomUniform(shape, -limit, limit, { seed: key });
    },
  };
}

/** Uniform in [minval, maxval). */
export function uniform({ minval = -0.05, maxval = 0.05 } = {}): Initializer {
  return {
    name: 'randomUniform',
    config: { minval, maxval, seed: null },
    make: (shape, key) => randomUniform(shape, minval, maxval, { seed: key }),
  };
}

const constant = (name: 'zeros' | 'ones', value: number): Initializer => ({
  name,
  config: {},
  make: (shape) => full(shape, value),
});

const INITIALIZERS = {
  zeros: constant('zeros', 0),
  ones: constant('ones', 1),
  randomUniform: uniform(),
  glorotUniform: scaled('glorotUniform', 1, 'average', 'uniform'),
  glorotNormal: scaled('glorotNormal', 1, 'average', 'normal'),
  heUniform: scaled('heUniform', 2, 'in', 'uniform'),
  heNormal: scaled('heNormal', 2, 'in', 'normal'),
  lecunUniform: scaled('lecunUniform', 1, 'in', 'uniform'),
  lecunNormal: scaled('lecunNormal', 1, 'in', 'normal'),
} satisfies Record<string, Initializer>;

export type InitializerName =
  | 'zeros'
  | 'ones'
  | 'randomUniform'
  | `${'glorot' | 'he' | 'lecun'}${'Uniform' | 'Normal'}`;

/**
 * An initialiser, or the one of a name.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function initializerOf(given: Initializer | string): Initializer {
  if (typeof given !== 'string') return given;
  if (!Object.hasOwn(INITIALIZERS, given)) {
    throw new ArgumentError({
      asked: `initializer "${given}"`,
      expected: `one of ${Object.keys(INITIALIZERS).join(', ')}`,
    });
  }
  return INITIALIZERS[given as InitializerName];
}
