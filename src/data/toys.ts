import { ArgumentError } from '../graph/errors.ts';
import { ndarray } from '../graph/ndarray.ts';
import { RandomStream } from '../graph/threefry.ts';
import type { Examples } from './examples.ts';

/** How many examples, and how blurred. */
export interface ToyOptions {
  /** The number of examples. */
  readonly n?: number;
  /** The standard deviation of the normally distributed noise. */
  readonly noise?: number;
  readonly seed?: number;
}

/**
 * Two circles, one inside of the other; no straight line separates them.
 *
 *     (r cos φ, r sin φ) + noise,  φ uniform,  r = 1 for class 0 (outer) and ½ for class 1 (inner)
 */
export function circles({ n = 200, noise = 0.05, seed = 0 }: ToyOptions = {}): Examples {
  return pointsOf(['outer', 'inner'], { n, noise, seed }, (name, random) => {
    const angle = random.uniform(0, 2 * Math.PI);
    const radius = name === 0 ? 1 : 0.5;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/**
 * Two half moons that reach into one another.
 *
 *     class 0: (cos φ, sin φ) + noise;  class 1: (1 − cos φ, ½ − sin φ) + noise;  φ uniform in [0, π)
 */
export function moons({ n = 200, noise = 0.1, seed = 0 }: ToyOptions = {}): Examples {
  return pointsOf(['upper', 'lower'], { n, noise, seed }, (name, random) => {
    const angle = random.uniform(0, Math.PI);
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    return name === 0 ? [x, y] : [1 - x, 0.5 - y];
  });
}

/**
 * Exclusive or on a square: class 1 where the signs differ.
 *
 *     x₁, x₂ uniform in ±[0.1, 1);  y = 1 where x₁ x₂ < 0;  then noise is added to x
 */
export function xor({ n = 200, noise = 0.05, seed = 0 }: ToyOptions = {}): Examples {
  return pointsOf(['same sign', 'other sign'], { n, noise, seed }, (name, random) => {
    const side = random.integer(2) === 0 ? -1 : 1;
    const other = name === 0 ? side : -side;
    // The gap at the axes keeps the classes apart when there is no noise.
    return [side * random.uniform(0.1, 1), other * random.uniform(0.1, 1)];
  });
}

/**
 * Spirals that wind around one another, one a class.
 *
 *     (t cos φ, t sin φ) + noise,  φ = 2π (turns · t + class / arms),  t uniform in [0.1, 1)
 *
 * @param options.arms The number of spirals and of classes.
 * @param options.turns How often each winds around the centre.
 */
export function spirals(options: ToyOptions & { arms?: number; turns?: number } = {}): Examples {
  const { n = 300, noise = 0.02, seed = 0, arms = 3, turns = 0.75 } = options;
  return pointsOf(numbered('arm', arms), { n, noise, seed }, (arm, random) => {
    const t = random.uniform(0.1, 1);
    const angle = 2 * Math.PI * (turns * t + arm / arms);
    return [t * Math.cos(angle), t * Math.sin(angle)];
  });
}

/**
 * Clouds around centres that stand evenly on a circle of radius 1.
 *
 *     (cos φ, sin φ) + noise,  φ = 2π class / classes
 *
 * @param options.classes The number of clouds.
 */
export function blobs(options: ToyOptions & { classes?: number } = {}): Examples {
  const { n = 300, noise = 0.25, seed = 0, classes = 3 } = options;
  return pointsOf(numbered('blob', classes), { n, noise, seed }, (name) => {
    const angle = (2 * Math.PI * name) / classes;
    return [Math.cos(angle), Math.sin(angle)];
  });
}

/**
 * One wave of a sine, to be predicted as a number.
 *
 *     y = sin x + noise,  x uniform in [−π, π)
 */
export function sine({ n = 200, noise = 0.1, seed = 0 }: ToyOptions = {}): Examples {
  checkToy({ n, noise });
  const random = new RandomStream(seed);
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const at = random.uniform(-Math.PI, Math.PI);
    x[i] = at;
    y[i] = Math.sin(at) + noise * random.normal();
  }
  return { x: ndarray(x, [n, 1]), y: ndarray(y, [n, 1]), task: 'regression', featureNames: ['x'] };
}

/** Points of the plane; the classes take turns, so that they are equally many and any beginning holds all. */
function pointsOf(
  classNames: readonly string[],
  { n, noise, seed }: Required<ToyOptions>,
  point: (classIndex: number, random: RandomStream) => readonly [number, number],
): Examples {
  checkToy({ n, noise });
  const random = new RandomStream(seed);
  const x = new Float32Array(2 * n);
  const classes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const classIndex = i % classNames.length;
    const [first, second] = point(classIndex, random);
    classes[i] = classIndex;
    x[2 * i] = first + noise * random.normal();
    x[2 * i + 1] = second + noise * random.normal();
  }
  const binary = classNames.length === 2;
  return {
    x: ndarray(x, [n, 2]),
    y: binary ? ndarray(Float32Array.from(classes), [n, 1]) : ndarray(classes),
    task: binary ? 'binary' : 'classes',
    classNames,
    featureNames: ['x₁', 'x₂'],
  };
}

function numbered(noun: string, count: number): string[] {
  if (!Number.isInteger(count) || count < 2) {
    throw new ArgumentError({
      asked: `a number of ${noun}s`,
      expected: 'a whole number, at least 2',
      received: `${count}`,
    });
  }
  return Array.from({ length: count }, (_, i) => `${noun} ${i + 1}`);
}

/** @throws ArgumentError when there is nothing to make, or the noise is no deviation. */
export function checkToy({ n, noise }: { n: number; noise: number }): void {
  if (Number.isInteger(n) && n >= 1 && noise >= 0) return;
  throw new ArgumentError({
    asked: 'a toy data set',
    expected: 'a whole number n of at least 1, and noise of at least 0',
    received: `n ${n} and noise ${noise}`,
  });
}
