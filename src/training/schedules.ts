import { ArgumentError } from '../graph/errors.ts';
import {
  add,
  cos,
  div,
  exp,
  floor,
  less,
  lessEqual,
  log,
  minimum,
  mul,
  neg,
  pow,
  sub,
  where,
} from '../tensor/functions.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

/**
 * A learning rate that follows the number of steps done. It is part of the compiled step: following it needs no
 * compilation.
 */
export interface Schedule {
  /** As Keras names it. */
  readonly className: string;
  /** The arguments it was made with, by Keras's names in camelCase. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The rate after `iteration` steps: int32[] → float32[]. */
  call(iteration: Tensor): Tensor;
}

/** A schedule whose formula takes the steps done as a float. */
function schedule(
  className: string,
  config: Record<string, unknown>,
  rate: (step: Tensor) => Tensor,
): Schedule {
  for (const name of ['decaySteps', 'firstDecaySteps']) {
    const steps = config[name];
    if (steps !== undefined && !(typeof steps === 'number' && steps > 0)) {
      throw new ArgumentError({
        asked: `${className} with ${name} ${steps}`,
        expected: 'a number of steps above 0',
      });
    }
  }
  return { className, config, call: (iteration) => rate(iteration.cast('float32')) };
}

/** baseˣ for a base above 0. */
const power = (base: number, x: Tensor): Tensor => exp(mul(x, Math.log(base)));

export interface DecayArguments {
  readonly initialLearningRate: number;
  /** Over so many steps the rate decays once by `decayRate`. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Decays in jumps, once every `decaySteps`. */
  readonly staircase?: boolean;
}

/** α·rᵖ, p = steps done / decaySteps. */
export function exponentialDecay({
  initialLearningRate,
  decaySteps,
  decayRate,
  staircase = false,
}: DecayArguments): Schedule {
  return schedule('ExponentialDecay', { initialLearningRate, decaySteps, decayRate, staircase }, (step) =>
    mul(power(decayRate, periods(step, decaySteps, staircase)), initialLearningRate),
  );
}

/** α/(1 + r·p), p = steps done / decaySteps. */
export function inverseTimeDecay({
  initialLearningRate,
  decaySteps,
  decayRate,
  staircase = false,
}: DecayArguments): Schedule {
  return schedule('InverseTimeDecay', { initialLearningRate, decaySteps, decayRate, staircase }, (step) =>
    div(initialLearningRate, add(mul(periods(step, decaySteps, staircase), decayRate), 1)),
  );
}

function periods(step: Tensor, decaySteps: number, staircase: boolean): Tensor {
  const passed = div(step, decaySteps);
  return staircase ? floor(passed) : passed;
}

/**
 * `values[0]` up to the step `boundaries[0]`, `values[1]` up to `boundaries[1]`, … and the last value after that.
 *
 * @throws ArgumentError unless there is one value more than boundaries
 */
export function piecewiseConstantDecay({
  boundaries,
  values,
}: {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
}): Schedule {
  if (values.length !== boundaries.length + 1) {
    throw new ArgumentError({
      asked: 'PiecewiseConstantDecay',
      expected: 'one value more than boundaries',
      received: `${values.length} values and ${boundaries.length} boundaries`,
    });
  }
  return schedule('PiecewiseConstantDecay', { boundaries, values }, (step) =>
    boundaries.reduceRight(
      (later, boundary, i) => where(lessEqual(step, boundary), tensor(values[i] ?? 0), later),
      tensor(values.at(-1) ?? 0),
    ),
  );
}

export interface PolynomialDecayArguments {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate?: number;
  readonly power?: number;
  /** Begins again, each time with longer `decaySteps`, instead of staying at the end. */
  readonly cycle?: boolean;
}

/** (α − end)·(1 − p)^power + end, p = steps done / decaySteps, at most 1. */
export function polynomialDecay({
  initialLearningRate,
  decaySteps,
  endLearningRate = 0.0001,
  power: exponent = 1,
  cycle = false,
}: PolynomialDecayArguments): Schedule {
  const config = { initialLearningRate, decaySteps, endLearningRate, power: exponent, cycle };
  return schedule('PolynomialDecay', config, (step) => {
    const passed = div(step, decaySteps);
    // How many times decaySteps, rounded up: at least once.
    const rounds = where(lessEqual(passed, 0), 1, neg(floor(neg(passed))));
    const part = cycle ? div(passed, rounds) : minimum(passed, 1);
    const left = pow(sub(1, part), exponent);
    return add(mul(left, initialLearningRate - endLearningRate), endLearningRate);
  });
}

export interface CosineDecayArguments {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  /** The rate it ends at, as a share of that it decays from. */
  readonly alpha?: number;
  /** The rate reached after `warmupSteps`, from which it then decays. */
  readonly warmupTarget?: number;
  readonly warmupSteps?: number;
}

/**
 * Half a cosine from the initial rate down to `alpha` of it; before it, if there is a `warmupTarget`, a straight
 * line up to that.
 *
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, equation 5
 */
export function cosineDecay({
  initialLearningRate,
  decaySteps,
  alpha = 0,
  warmupTarget,
  warmupSteps = 0,
}: CosineDecayArguments): Schedule {
  const config = { initialLearningRate, decaySteps, alpha, warmupTarget: warmupTarget ?? null, warmupSteps };
  return schedule('CosineDecay', config, (step) => {
    const top = warmupTarget ?? initialLearningRate;
    const before = warmupTarget === undefined ? 0 : warmupSteps;
    const part = minimum(div(sub(step, before), decaySteps), 1);
    const decayed = mul(cosine(part, alpha), top);
    if (before === 0) return decayed;
    const rising = add(mul(step, (top - initialLearningRate) / before), initialLearningRate);
    return where(less(step, before), rising, decayed);
  });
}

/** From 1 at part 0 down to `alpha` at part 1, its upper end times `height`. */
function cosine(part: Tensor, alpha: number, height: Tensor = tensor(1)): Tensor {
  const half = mul(add(cos(mul(part, Math.PI)), 1), 0.5);
  return add(mul(mul(half, height), 1 - alpha), alpha);
}

export interface CosineDecayRestartsArguments {
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  /** Each decay takes so many times as long as the one before. */
  readonly tMul?: number;
  /** Each begins at so many times the rate of the one before. */
  readonly mMul?: number;
  readonly alpha?: number;
}

/**
 * Cosine decays, one after the other.
 *
 * @see Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017
 */
export function cosineDecayRestarts({
  initialLearningRate,
  firstDecaySteps,
  tMul = 2,
  mMul = 1,
  alpha = 0,
}: CosineDecayRestartsArguments): Schedule {
  const config = { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
  return schedule('CosineDecayRestarts', config, (step) => {
    const passed = div(step, firstDecaySteps);
    const [restarts, part] = tMul === 1 ? equalRounds(passed) : growingRounds(passed, tMul);
    return mul(cosine(part, alpha, power(mMul, restarts)), initialLearningRate);
  });
}

/** Rounds done and the part of the present one, all of length 1. */
function equalRounds(passed: Tensor): [restarts: Tensor, part: Tensor] {
  const restarts = floor(passed);
  return [restarts, sub(passed, restarts)];
}

/** The same for rounds of length 1, t, t², …: n of them take (1 − tⁿ)/(1 − t). */
function growingRounds(passed: Tensor, growth: number): [restarts: Tensor, part: Tensor] {
  const restarts = floor(div(log(add(mul(passed, growth - 1), 1)), Math.log(growth)));
  const length = power(growth, restarts);
  const before = div(sub(1, length), 1 - growth);
  return [restarts, div(sub(passed, before), length)];
}
