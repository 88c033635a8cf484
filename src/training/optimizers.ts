import { ArgumentError } from '../graph/errors.ts';
import { add, div, exp, full, mul, sqrt, square, sub, zeros } from '../tensor/functions.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';

/** How weights follow their gradients. Its own state — steps done, rates, moving averages — are variables too. */
export abstract class Optimizer {
  abstract readonly className: 'SGD' | 'Adagrad' | 'RMSprop' | 'Adam';
  /** Steps done. */
  readonly iterations = new Variable(tensor(0, { dtype: 'int32' }), { name: 'iteration', trainable: false });
  /** May be assigned between steps without compiling anew. */
  readonly learningRate: Variable;
  #slots: Variable[][] | undefined;
  #weights: readonly Variable[] = [];

  constructor(learningRate: number) {
    if (!(learningRate > 0)) {
      throw new ArgumentError({
        asked: 'learning rate',
        expected: 'a number above 0',
        received: `${learningRate}`,
      });
    }
    this.learningRate = new Variable(tensor(learningRate), { name: 'learning_rate', trainable: false });
  }

  /** The arguments it was made with, by Keras's names in camelCase; the learning rate as it is now. */
  config(): Record<string, unknown> {
    return { learningRate: this.learningRate.read().item(), ...this.settings() };
  }

  protected abstract settings(): Record<string, unknown>;

  /** Initial values of the slots a weight has, in Keras's order. */
  protected abstract slotValues(weight: Variable): Tensor[];

  /** Assigns a weight and its slots. */
  protected abstract update(weight: Variable, gradient: Tensor, slots: readonly Variable[], step: Step): void;

  /** Makes the slots of the weights, once. @throws ArgumentError when it was built for other weights */
  build(weights: readonly Variable[]): void {
    if (this.#slots) {
      if (weights.length === this.#weights.length && weights.every((w, i) => w === this.#weights[i])) return;
      throw new ArgumentError({
        asked: `${this.className} optimizer`,
        expected: 'the weights it was first used with',
        received: 'others',
        fix: 'Make an optimizer for each model.',
      });
    }
    this.#weights = weights;
    this.#slots = weights.map((weight) =>
      this.slotValues(weight).map(
        (value) => new Variable(value, { name: `${weight.name} slot`, trainable: false }),
      ),
    );
  }

  /** All slots in Keras's order: interleaved, weight by weight. */
  get slots(): readonly Variable[] {
    return (this.#slots ?? []).flat();
  }

  get variables(): readonly Variable[] {
    return [this.iterations, this.learningRate, ...this.slots];
  }

  /** One step: assigns every weight. Meant to run inside of a compiled function. */
  apply(gradients: readonly Tensor[], weights: readonly Variable[]): void {
    this.build(weights);
    const count = this.iterations.read().add(1);
    const step = { number: count.cast('float32'), rate: this.learningRate.read() };
    for (const [i, weight] of weights.entries()) {
      this.update(weight, gradients[i] as Tensor, this.#slots?.[i] ?? [], step);
    }
    this.iterations.assign(count);
  }
}

interface Step {
  /** 1 for the first, as float32[]. */
  readonly number: Tensor;
  readonly rate: Tensor;
}

/** a moved towards b by the fraction `by`. */
const towards = (a: Tensor, b: Tensor, by: number) => add(a, mul(sub(b, a), by));

class SGD extends Optimizer {
  readonly className = 'SGD';
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor({ learningRate = 0.01, momentum = 0, nesterov = false }: SGDOptions) {
    super(learningRate);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
  }

  protected settings() {
    return { momentum: this.#momentum, nesterov: this.#nesterov };
  }

  protected slotValues({ shape }: Variable) {
    return this.#momentum === 0 ? [] : [zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [velocity]: readonly Variable[],
    { rate }: Step,
  ): void {
    const descent = mul(gradient, rate);
    if (!velocity) {
      weight.assign(sub(weight.read(), descent));
      return;
    }
    const next = sub(mul(velocity.read(), this.#momentum), descent);
    const move = this.#nesterov ? sub(mul(next, this.#momentum), descent) : next;
    weight.assign(add(weight.read(), move));
    velocity.assign(next);
  }
}

class Adagrad extends Optimizer {
  readonly className = 'Adagrad';
  readonly #options: Required<Omit<AdagradOptions, 'learningRate'>>;

  constructor({ learningRate = 0.001, initialAccumulatorValue = 0.1, epsilon = 1e-7 }: AdagradOptions) {
    super(learningRate);
    this.#options = { initialAccumulatorValue, epsilon };
  }

  protected settings() {
    return this.#options;
  }

  protected slotValues({ shape }: Variable) {
    return [full(shape, this.#options.initialAccumulatorValue)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [accumulator]: readonly Variable[],
    { rate }: Step,
  ): void {
    if (!accumulator) return;
    const total = add(accumulator.read(), square(gradient));
    weight.assign(sub(weight.read(), div(mul(gradient, rate), sqrt(add(total, this.#options.epsilon)))));
    accumulator.assign(total);
  }
}

class RMSprop extends Optimizer {
  readonly className = 'RMSprop';
  readonly #options: Required<Omit<RMSpropOptions, 'learningRate'>>;

  constructor({
    learningRate = 0.001,
    rho = 0.9,
    momentum = 0,
    epsilon = 1e-7,
    centered = false,
  }: RMSpropOptions) {
    super(learningRate);
    this.#options = { rho, momentum, epsilon, centered };
  }

  protected settings() {
    return this.#options;
  }

  protected slotValues({ shape }: Variable) {
    const { momentum, centered } = this.#options;
    return [zeros(shape), ...(momentum > 0 ? [zeros(shape)] : []), ...(centered ? [zeros(shape)] : [])];
  }

  /** Kind by kind, where the others go weight by weight: so Keras orders those of this one. */
  override get slots(): readonly Variable[] {
    const { momentum, centered } = this.#options;
    const kinds = 1 + (momentum > 0 ? 1 : 0) + (centered ? 1 : 0);
    const slots = super.slots;
    return Array.from({ length: kinds }, (_, kind) => slots.filter((_, i) => i % kinds === kind)).flat();
  }

  protected update(weight: Variable, gradient: Tensor, slots: readonly Variable[], { rate }: Step): void {
    const { rho, momentum, epsilon, centered } = this.#options;
    const [squares, ...others] = slots;
    const velocity = momentum > 0 ? others.shift() : undefined;
    const average = centered ? others.shift() : undefined;
    if (!squares) return;
    const meanSquare = towards(squares.read(), square(gradient), 1 - rho);
    squares.assign(meanSquare);
    let spread = meanSquare;
    if (average) {
      const meanGradient = towards(average.read(), gradient, 1 - rho);
      average.assign(meanGradient);
      spread = sub(meanSquare, square(meanGradient));
    }
    const move = div(mul(gradient, rate), sqrt(add(spread, epsilon)));
    if (!velocity) {
      weight.assign(sub(weight.read(), move));
      return;
    }
    const next = add(mul(velocity.read(), momentum), move);
    velocity.assign(next);
    weight.assign(sub(weight.read(), next));
  }
}

class Adam extends Optimizer {
  readonly className = 'Adam';
  readonly #options: Required<Omit<AdamOptions, 'learningRate'>>;

  constructor({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions) {
    super(learningRate);
    this.#options = { beta1, beta2, epsilon };
  }

  protected settings() {
    return { ...this.#options, amsgrad: false };
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape), zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, v]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !v) return;
    const { beta1, beta2, epsilon } = this.#options;
    const power = (beta: number) => exp(mul(number, Math.log(beta)));
    // Both corrections for the zero start in the rate, a single number.
    const corrected = div(mul(rate, sqrt(sub(1, power(beta2)))), sub(1, power(beta1)));
    const mean = towards(m.read(), gradient, 1 - beta1);
    const meanSquare = towards(v.read(), square(gradient), 1 - beta2);
    m.assign(mean);
    v.assign(meanSquare);
    weight.assign(sub(weight.read(), div(mul(mean, corrected), add(sqrt(meanSquare), epsilon))));
  }
}

export interface SGDOptions {
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
}
export interface AdagradOptions {
  readonly learningRate?: number;
  readonly initialAccumulatorValue?: number;
  readonly epsilon?: number;
}
export interface RMSpropOptions {
  readonly learningRate?: number;
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly centered?: boolean;
}
export interface AdamOptions {
  readonly learningRate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** w ← w − α·g; with momentum, v ← μ·v − α·g and w ← w + v (Nesterov: w ← w + μ·v − α·g). */
export const sgd = (options: SGDOptions = {}): Optimizer => new SGD(options);
/**
 * a ← a + g², w ← w − α·g/√(a + ε).
 * @see Duchi et al., "Adaptive subgradient methods", 2011
 */
export const adagrad = (options: AdagradOptions = {}): Optimizer => new Adagrad(options);
/**
 * s ← ρ·s + (1 − ρ)·g², w ← w − α·g/√(s + ε).
 * @see Hinton, "Neural networks for machine learning", 2012, lecture 6e
 */
export const rmsprop = (options: RMSpropOptions = {}): Optimizer => new RMSprop(options);
/**
 * m, v: moving means of g and g²; w ← w − α·(√(1 − β₂ᵗ)/(1 − β₁ᵗ))·m/(√v + ε).
 * @see Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 2
 */
export const adam = (options: AdamOptions = {}): Optimizer => new Adam(options);

const BY_NAME: Readonly<Record<string, () => Optimizer>> = { sgd, adagrad, rmsprop, adam };
export type OptimizerName = 'sgd' | 'adagrad' | 'rmsprop' | 'adam';

/**
 * An optimizer, or the one of a name with its defaults.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function optimizerOf(given: Optimizer | string): Optimizer {
  if (typeof given !== 'string') return given;
  const name = given.toLowerCase();
  const make = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  if (!make) {
    throw new ArgumentError({
      asked: `optimizer "${given}"`,
      expected: `one of ${Object.keys(BY_NAME).join(', ')}`,
    });
  }
  return make();
}
