import { add, div, greater, logicalAnd, mul, sqrt, square, sub, where } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { correction, MomentOptimizer, type MomentOptions } from './moments.ts';
import { fading, type Optimizer, type Step, towards } from './optimizer.ts';

class Lamb extends MomentOptimizer {
  readonly className = 'Lamb';

  protected update(
    weight: Variable,
    gradient: Tensor,
    [m, v]: readonly Variable[],
    { number, rate }: Step,
  ): void {
    if (!m || !v) return;
    const { beta1, beta2, epsilon } = this.settings();
    const mean = fading(towards(m.read(), gradient, 1 - beta1));
    const meanSquare = towards(v.read(), square(gradient), 1 - beta2);
    m.assign(mean);
    v.assign(meanSquare);
    const ofMean = div(1, correction(beta1, number));
    const ofSquare = div(1, correction(beta2, number));
    const move = div(mul(mean, ofMean), add(sqrt(mul(meanSquare, ofSquare)), epsilon));
    const [weightLength, moveLength] = [lengthOf(weight.read()), lengthOf(move)];
    const comparable = logicalAnd(greater(weightLength, 0), greater(moveLength, 0));
    const trust = where(comparable, div(weightLength, moveLength), 1);
    weight.assign(sub(weight.read(), mul(move, mul(trust, rate))));
  }
}

const lengthOf = (x: Tensor): Tensor => sqrt(square(x).sum());

/**
 * Adam's move r, made as long as the weight it moves: w ← w − α·(‖w‖/‖r‖)·r. For very large batches.
 *
 * @see You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, algorithm 2
 */
export const lamb = (options: MomentOptions = {}): Optimizer => new Lamb(options);
