import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { concat, div, full, logicalAnd, matmul, maximum, sqrt, square, sum } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CallContext, type Layer, LayerOfSeveral, type LayerOptions, type Mask } from './layer.ts';
import { isInputs, mergingFactory } from './merging.ts';
import type { SymbolicTensor } from './symbolic.ts';

export interface ConcatenateOptions extends LayerOptions {
  /** Along which axis, the batch being axis 0; the last by default. */
  readonly axis?: number;
}

class Concatenate extends LayerOfSeveral {
  readonly className = 'Concatenate';
  override readonly supportsMasking = true;
  readonly #axis: number;

  constructor({ axis = -1, ...options }: ConcatenateOptions) {
    super(options);
    this.#axis = axis;
  }

  protected setUpMany(inputShapes: readonly Shape[]): undefined {
    const [first = [], ...others] = inputShapes;
    const along = this.#along(first.length + 1) - 1;
    for (const other of others) {
      const same = other.length === first.length && other.every((n, i) => i === along || n === first[i]);
      if (same) continue;
      const wanted = first.map((n, i) => (i === along ? '…' : n)).join(', ');
      throw this.misfit(
        `all inputs to be [batch, ${wanted}], as the first is`,
        other,
        'Only the axis it joins along may differ.',
      );
    }
  }

  #along(rank: number): number {
    const along = this.#axis < 0 ? this.#axis + rank : this.#axis;
    if (along >= 1 && along < rank) return along;
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}" along axis ${this.#axis}`,
      expected: `an axis of its inputs other than the batch, 1 … ${rank - 1}`,
    });
  }

  callMany(inputs: readonly Tensor[]): readonly Tensor[] {
    return [concat(inputs, this.#axis)];
  }

  /** Along time masks are joined too; else a step counts where it counts in all inputs that say so. */
  protected override outputMasks(
    inputs: readonly Tensor[],
    [output]: readonly Tensor[],
    { masks = [] }: CallContext,
  ): Mask[] {
    if (!output || masks.every((mask) => mask === undefined)) return [undefined];
    const filled = inputs.map((x, i) => masks[i] ?? full(x.shape.slice(0, 2), 1, 'bool'));
    if (this.#along(output.shape.length) === 1) return [concat(filled, 1)];
    return [filled.reduce(logicalAnd)];
  }

  config() {
    return { axis: this.#axis };
  }
}

/**
 * Its inputs one after another along an axis: `concatenate([a, b])`, or `concatenate({ axis })` for the layer.
 *
 * Input shapes: several that differ at most along the axis. Output shape: theirs, with the lengths along it added.
 *
 * @throws ShapeError when others differ
 * @see Keras `Concatenate`
 */
export const concatenate = mergingFactory<ConcatenateOptions>((options = {}) => new Concatenate(options));

export interface DotOptions extends LayerOptions {
  /** Whether both are first made unit vectors along the axes, for the cosine; false by default. */
  readonly normalize?: boolean;
}

class Dot extends LayerOfSeveral {
  readonly className = 'Dot';
  readonly #axes: number | readonly [number, number];
  readonly #normalize: boolean;

  constructor(axes: number | readonly number[], { normalize = false, ...options }: DotOptions) {
    super(options);
    const [left, right] = typeof axes === 'number' ? [axes, axes] : Array.from(axes);
    if (left === undefined || right === undefined || left === 0 || right === 0) {
      throw new ArgumentError({
        asked: 'Dot',
        expected: 'one axis for both inputs, or two, none of them the batch',
        received: JSON.stringify(axes),
      });
    }
    this.#axes = typeof axes === 'number' ? axes : [left, right];
    this.#normalize = normalize;
  }

  protected setUpMany(inputShapes: readonly Shape[]): undefined {
    const [a, b, ...more] = inputShapes;
    if (!a || !b || more.length > 0) {
      throw new ArgumentError({
        asked: `layer "${this.name || this.className}"`,
        expected: 'two inputs, in a list',
        received: `${inputShapes.length}`,
      });
    }
    const [left, right] = this.#places(a.length + 1, b.length + 1);
    const [lengthA, lengthB] = [a[left - 1], b[right - 1]];
    if (lengthA !== undefined && lengthA === lengthB) return;
    throw this.misfit(
      `the second input to be ${lengthA} long along axis ${right}, as the first is along ${left}`,
      b,
    );
  }

  #places(rankA: number, rankB: number): [number, number] {
    const [left, right] = typeof this.#axes === 'number' ? [this.#axes, this.#axes] : this.#axes;
    return [left < 0 ? left + rankA : left, right < 0 ? right + rankB : right];
  }

  callMany(inputs: readonly Tensor[]): readonly Tensor[] {
    const [a, b] = inputs as readonly [Tensor, Tensor];
    const [left, right] = this.#places(a.shape.length, b.shape.length);
    const [x, y] = this.#normalize ? [unit(a, left), unit(b, right)] : [a, b];
    const [length = 1, batch = 1] = [x.shape[left], x.shape[0]];
    const restX = x.shape.filter((_, axis) => axis !== 0 && axis !== left);
    const restY = y.shape.filter((_, axis) => axis !== 0 && axis !== right);
    const rows = movedLast(x, left).reshape([batch, -1, length]);
    const columns = movedLast(y, right).reshape([batch, -1, length]).transpose();
    const rest = [...restX, ...restY];
    return [matmul(rows, columns).reshape([batch, ...(rest.length > 0 ? rest : [1])])];
  }

  config() {
    return {
      axes: typeof this.#axes === 'number' ? this.#axes : [...this.#axes],
      normalize: this.#normalize,
    };
  }
}

const unit = (x: Tensor, axis: number): Tensor => div(x, sqrt(maximum(sum(square(x), axis, true), 1e-12)));

function movedLast(x: Tensor, axis: number): Tensor {
  const others = [...x.shape.keys()].filter((other) => other !== axis);
  return x.transpose([...others, axis]);
}

/**
 * The scalar products of two inputs along an axis of each, example by example: `dot([a, b], axes)`, or `dot(axes)` for
 * the layer.
 *
 * Input shapes: [batch, …, n, …] twice. Output shape: [batch, …rest of the first, …rest of the second], or [batch, 1].
 *
 * @throws ShapeError when the axes differ in length
 * @see Keras `Dot`
 */
export function dot(axes: number | readonly number[], options?: DotOptions): Layer;
export function dot(
  inputs: readonly SymbolicTensor[],
  axes: number | readonly number[],
  options?: DotOptions,
): SymbolicTensor;
export function dot(
  given: readonly SymbolicTensor[] | number | readonly number[],
  second: number | readonly number[] | DotOptions = {},
  options: DotOptions = {},
): Layer | SymbolicTensor {
  if (!isInputs(given)) return new Dot(given as number | readonly number[], second as DotOptions);
  return new Dot(second as number | readonly number[], options)(given);
}
