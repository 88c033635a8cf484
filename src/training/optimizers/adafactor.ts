import {
  add,
  div,
  exp,
  expandDims,
  log,
  maximum,
  mean,
  minimum,
  mul,
  sqrt,
  square,
  sub,
  zeros,
} from '../../tensor/functions.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { type Optimizer, type OptimizerOptions, type Step, WeightOptimizer } from './optimizer.ts';

export interface AdafactorOptions extends OptimizerOptions {
  /** The moving means forget by 1 − t^beta2Decay after t steps. */
  readonly beta2Decay?: number;
  readonly epsilon1?: number;
  readonly epsilon2?: number;
  readonly clipThreshold?: number;
  /** The rate is at most 1/√t. */
  readonly relativeStep?: boolean;
}

class Adafactor extends WeightOptimizer {
  readonly className = 'Adafactor';
  readonly #settings: Required<Omit<AdafactorOptions, keyof OptimizerOptions>>;

  constructor({
    beta2Decay = -0.8,
    epsilon1 = 1e-30,
    epsilon2 = 1e-3,
    clipThreshold = 1,
    relativeStep = true,
    ...options
  }: AdafactorOptions) {
    super(options);
    this.#settings = { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep };
  }

  protected settings() {
    return this.#settings;
  }

  /** Mean squares of rows, of columns, and of all; for vectors only the last, and two places without use. */
  protected slotValues({ shape }: Variable) {
    if (shape.length < 2) {
      const unused = tensor(0, { dtype: 'int32' });
      return [unused, unused, zeros(shape)];
    }
    const columns = [...shape.slice(0, -2), shape.at(-1) ?? 1];
    return [zeros(shape.slice(0, -1)), zeros(columns), zeros(shape)];
  }

  protected update(weight: Variable, gradient: Tensor, slots: readonly Variable[], step: Step): void {
    const all = slots[2];
    if (!all) return;
    const { beta2Decay, epsilon1, epsilon2, clipThreshold, relativeStep } = this.#settings;
    const share = exp(mul(log(step.number), beta2Decay));
    const inverseRoot = div(1, sqrt(step.number));
    const limited = relativeStep && !this.schedule ? minimum(step.rate, inverseRoot) : step.rate;
    const rate = mul(maximum(rootMeanSquare(weight.read()), epsilon2), minimum(limited, inverseRoot));
    const squares = add(square(gradient), epsilon1);
    const size = this.#size(all, slots, squares, share);
    all.assign(size);
    const move = div(gradient, sqrt(size));
    const shorter = div(rate, maximum(mul(rootMeanSquare(move), 1 / clipThreshold), 1));
    weight.assign(sub(weight.read(), mul(move, shorter)));
  }

  /** The mean square of each number: for matrices the product of those of its row and its column. */
  #size(all: Variable, [rows, columns]: readonly Variable[], squares: Tensor, share: Tensor): Tensor {
    const moved = (slot: Variable, to: Tensor) => add(slot.read(), mul(sub(to, slot.read()), share));
    if (squares.shape.length < 2 || !rows || !columns) return moved(all, squares);
    const ofRows = moved(rows, mean(squares, -1));
    const ofColumns = moved(columns, mean(squares, -2));
    rows.assign(ofRows);
    columns.assign(ofColumns);
    const relative = div(ofRows, mean(ofRows, -1, true));
    return mul(expandDims(relative, -1), expandDims(ofColumns, -2));
  }
}

const rootMeanSquare = (x: Tensor): Tensor => sqrt(mean(square(x)));

/**
 * Adam without its memory: for a matrix, mean squares of rows and columns stand for those of all its numbers.
 *
 * @see Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018, algorithm 4
 */
export const adafactor = (options: AdafactorOptions = {}): Optimizer => new Adafactor(options);
