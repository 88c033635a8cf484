import { add, div, mul, sqrt, square, sub, zeros } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type Optimizer, type OptimizerOptions, type Step, towards, WeightOptimizer } from './optimizer.ts';

export interface AdadeltaOptions extends OptimizerOptions {
  readonly rho?: number;
  readonly epsilon?: number;
}

class Adadelta extends WeightOptimizer {
  readonly className = 'Adadelta';
  readonly #rho: number;
  readonly #epsilon: number;

  constructor({ rho = 0.95, epsilon = 1e-7, ...options }: AdadeltaOptions) {
    super(options);
    this.#rho = rho;
    this.#epsilon = epsilon;
  }

  protected settings() {
    return { rho: this.#rho, epsilon: this.#epsilon };
  }

  protected slotValues({ shape }: Variable) {
    return [zeros(shape), zeros(shape)];
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [squares, moves]: readonly Variable[],
    { rate }: Step,
  ): void {
    if (!squares || !moves) return;
    const meanSquare = towards(squares.read(), square(gradient), 1 - this.#rho);
    // √a/√b as √(a/b): one root and one division.
    const ratio = sqrt(div(add(moves.read(), this.#epsilon), add(meanSquare, this.#epsilon)));
    const move = mul(ratio, gradient);
    squares.assign(meanSquare);
    moves.assign(towards(moves.read(), square(move), 1 - this.#rho));
    weight.assign(sub(weight.read(), mul(move, rate)));
  }
}

/**
 * s ← ρ·s + (1 − ρ)·g², δ = √(d + ε)/√(s + ε)·g, d ← ρ·d + (1 − ρ)·δ², w ← w − α·δ.
 *
 * @param options.rho ρ, 0.95 by default
 * @see Zeiler, "Adadelta: an adaptive learning rate method", 2012, algorithm 1
 */
export const adadelta = (options: AdadeltaOptions = {}): Optimizer => new Adadelta(options);
