import { ArgumentError, ShapeError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import * as functions from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type CallContext, type Layer, LayerOfSeveral, type LayerOptions, type Mask } from './layer.ts';
import { SymbolicTensor } from './symbolic.ts';

type Merge = (inputs: readonly Tensor[]) => Tensor;

/** Joins inputs element by element; lengths of 1 stretch, and missing axes come after the batch. */
class Merging extends LayerOfSeveral {
  readonly className: string;
  override readonly supportsMasking = true;
  readonly #merge: Merge;
  readonly #count: number | undefined;

  constructor(className: string, merge: Merge, options: LayerOptions, count?: number) {
    super(options);
    this.className = className;
    this.#merge = merge;
    this.#count = count;
  }

  protected setUpMany(inputShapes: readonly Shape[]): undefined {
    const fits = this.#count === undefined ? inputShapes.length > 1 : inputShapes.length === this.#count;
    if (fits) return this.#checkShapes(inputShapes);
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}"`,
      expected:
        this.#count === undefined ? 'at least two inputs, in a list' : `${this.#count} inputs, in a list`,
      received: `${inputShapes.length}`,
    });
  }

  /** Aligned at the last axis, lengths are equal, or 1. */
  #checkShapes(shapes: readonly Shape[]): undefined {
    const rank = Math.max(...shapes.map(({ length }) => length));
    for (let fromEnd = 1; fromEnd <= rank; fromEnd++) {
      const lengths = new Set(
        shapes.map((shape) => shape.at(-fromEnd) ?? 1).filter((length) => length !== 1),
      );
      if (lengths.size <= 1) continue;
      throw new ShapeError({
        asked: `layer "${this.name || this.className}"`,
        expected: 'inputs of one shape, or of length 1 where they differ',
        received: shapes.map((shape) => `[${['batch', ...shape].join(', ')}]`).join(' and '),
        fix: 'Bring them to one shape first: with dense, with conv2D of size 1, or with reshape.',
      });
    }
    return undefined;
  }

  callMany(inputs: readonly Tensor[]): readonly Tensor[] {
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    return [
      this.#merge(
        inputs.map((x) => {
          const missing = Array.from({ length: rank - x.shape.length }, () => 1);
          return missing.length === 0 ? x : x.reshape([x.shape[0] ?? 1, ...missing, ...x.shape.slice(1)]);
        }),
      ),
    ];
  }

  /** A step counts where it counts in all inputs; it cannot be said where one has no mask. */
  protected override outputMasks(_: readonly Tensor[], __: readonly Tensor[], context: CallContext): Mask[] {
    return [allOf(context.masks ?? [])];
  }

  config() {
    return {};
  }
}

/** Where all masks hold; nothing where one is missing. */
export function allOf(masks: readonly Mask[]): Mask {
  const known = masks.filter((mask): mask is Tensor => mask !== undefined);
  if (known.length === 0 || known.length < masks.length) return undefined;
  return known.reduce(functions.logicalAnd);
}

/** A way to join: makes a layer, or joins symbolic tensors at once. */
export interface MergingFactory<Options extends LayerOptions = LayerOptions> {
  (options?: Options): Layer;
  (inputs: readonly SymbolicTensor[], options?: Options): SymbolicTensor;
}

/** Lets the factory of a layer be called on symbolic tensors as well, as Keras has it: `add([a, b])`. */
export function mergingFactory<Options extends LayerOptions>(
  make: (options: Options | undefined) => Layer,
): MergingFactory<Options> {
  function factory(options?: Options): Layer;
  function factory(inputs: readonly SymbolicTensor[], options?: Options): SymbolicTensor;
  function factory(given?: Options | readonly SymbolicTensor[], options?: Options): Layer | SymbolicTensor {
    return isInputs(given) ? make(options)(given) : make(given);
  }
  return factory;
}

export const isInputs = (given: unknown): given is readonly SymbolicTensor[] =>
  Array.isArray(given) && given.length > 0 && given.every((x) => x instanceof SymbolicTensor);

const merging = (className: string, merge: Merge, count?: number): MergingFactory =>
  mergingFactory((options = {}) => new Merging(className, merge, options, count));

/** Joins all inputs by a function of two. */
const pairwise =
  (join: (a: Tensor, b: Tensor) => Tensor): Merge =>
  (inputs) =>
    inputs.reduce(join);

/**
 * The sum of its inputs, element by element: `add([a, b])`, or `add()` for the layer.
 *
 * Input shapes: several that broadcast. Output shape: what they broadcast to.
 *
 * @see Keras `Add`
 */
export const add = merging('Add', pairwise(functions.add));

/** a − b, of exactly two inputs. Output shape: what they broadcast to. @see Keras `Subtract` */
export const subtract = merging('Subtract', pairwise(functions.sub), 2);

/** The product of its inputs, element by element. Output shape: what they broadcast to. @see Keras `Multiply` */
export const multiply = merging('Multiply', pairwise(functions.mul));

/** The mean of its inputs, element by element. Output shape: what they broadcast to. @see Keras `Average` */
export const average = merging('Average', (inputs) => inputs.reduce(functions.add).div(inputs.length));

/** The greatest of its inputs, element by element. Output shape: what they broadcast to. @see Keras `Maximum` */
export const maximum = merging('Maximum', pairwise(functions.maximum));

/** The least of its inputs, element by element. Output shape: what they broadcast to. @see Keras `Minimum` */
export const minimum = merging('Minimum', pairwise(functions.minimum));
