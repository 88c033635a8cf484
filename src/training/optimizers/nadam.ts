import { add, div, exp, mul, sqrt, square, sub } from '../../tensor/functions.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { correction, MomentOptimizer, type MomentOptions } from './moments.ts';
import { fading, type Optimizer, type Step, state, towards } from './optimizer.ts';

class Nadam extends MomentOptimizer {
  readonly className = 'Nadam';
  /** The product of the momenta of all steps so far. */
  readonly #product = state(tensor(1), 'momentum product');

  protected override get shared() {
    return [this.#product];
  }

  /** The momentum of a step: β₁·(1 − ½·0.96ᵗ). */
  #momentum(number: Tensor): Tensor {
    const { beta1 } = this.settings();
    return sub(beta1, mul(exp(mul(number, Math.log(0.96))), beta1 / 2));
  }

  protected override begin({ number }: Step): void {
    this.#product.assign(mul(this.#product.read(), this.#momentum(number)));
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, v]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !v) return;
    const { beta1, beta2, epsilon } = this.settings();
    const [present, next] = [this.#momentum(number), this.#momentum(add(number, 1))];
    const product = this.#product.read();
    // Single numbers: the shares of the mean and of the gradient, and the correction of the mean square.
    const ofMean = div(mul(rate, next), sub(1, mul(product, next)));
    const ofGradient = div(mul(rate, sub(1, present)), sub(1, product));
    const corrected = div(1, correction(beta2, number));
    const mean = fading(towards(m.read(), gradient, 1 - beta1));
    const meanSquare = towards(v.read(), square(gradient), 1 - beta2);
    m.assign(mean);
    v.assign(meanSquare);
    const move = add(mul(mean, ofMean), mul(gradient, ofGradient));
    weight.assign(sub(weight.read(), div(move, add(sqrt(mul(meanSquare, corrected)), epsilon))));
  }
}

/**
 * Adam with Nesterov's momentum: the mean as it will be after the next step.
 *
 * @see Dozat, "Incorporating Nesterov momentum into Adam", 2016, algorithm 2
 */
export const nadam = (options: MomentOptions = {}): Optimizer => new Nadam(options);
