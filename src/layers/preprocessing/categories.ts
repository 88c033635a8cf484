import { ArgumentError } from '../../graph/errors.ts';
import type { Shape } from '../../graph/ndarray.ts';
import { mul, oneHot } from '../../tensor/functions.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type CallContext, type CallSite, type Layer, LayerOfSeveral, type LayerOptions } from '../layer.ts';

/**
 * How categories are said, of […, n] numbers of categories:
 *
 * | mode | is | shape |
 * |---|---|---|
 * | `int` | the numbers themselves | that of the input |
 * | `one_hot` | 1 at each one's place | […, n, depth]; without n, if it is 1 |
 * | `multi_hot` | 1 at the place of each that occurs among the n | […, depth] |
 * | `count` | how often each occurs | […, depth] |
 */
export type OutputMode = 'int' | 'one_hot' | 'multi_hot' | 'count';

export const OUTPUT_MODES: readonly OutputMode[] = ['int', 'one_hot', 'multi_hot', 'count'];

/** @throws ArgumentError when it is none of the modes. */
export function checkMode(asked: string, mode: OutputMode, modes: readonly OutputMode[]): void {
  if (modes.includes(mode)) return;
  throw new ArgumentError({ asked: `${asked} with outputMode "${mode}"`, expected: modes.join(', ') });
}

/** Numbers of categories in an output mode. The first axis is the batch. Weights, if any, are what each counts. */
export function encodeCategories(
  indices: Tensor,
  mode: OutputMode,
  depth: number,
  countWeights?: Tensor,
): Tensor {
  const numbers = indices.cast('int32');
  if (mode === 'int') return numbers;
  const rank = numbers.shape.length;
  const single = rank > 1 && numbers.shape.at(-1) === 1;
  if (mode === 'one_hot')
    return oneHot(single ? numbers.reshape(numbers.shape.slice(0, -1)) : numbers, depth);
  // Keras counts along the axis after the batch, and takes several of a kind along the last.
  const axis = mode === 'count' ? Math.min(1, rank - 1) : rank - 1;
  const places = oneHot(numbers, depth);
  if (mode === 'multi_hot') return places.max(axis);
  return (countWeights ? mul(places, countWeights.reshape([...numbers.shape, 1])) : places).sum(axis);
}

class CategoryEncoding extends LayerOfSeveral {
  readonly className = 'CategoryEncoding';
  override readonly takesAnyDtype = true;
  readonly #numTokens: number;
  readonly #outputMode: OutputMode;

  constructor(numTokens: number, { outputMode = 'multi_hot', ...options }: CategoryEncodingOptions) {
    super(options);
    if (!Number.isInteger(numTokens) || numTokens < 1) {
      throw new ArgumentError({
        asked: 'categoryEncoding',
        expected: 'a whole number of tokens, at least 1',
        received: `${numTokens}`,
      });
    }
    checkMode('categoryEncoding', outputMode, ['one_hot', 'multi_hot', 'count']);
    this.#numTokens = numTokens;
    this.#outputMode = outputMode;
  }

  protected setUpMany(inputShapes: readonly Shape[], { inputNames = [] }: CallSite): undefined {
    const counts = this.#outputMode === 'count';
    if (inputShapes.length === 1 || (counts && inputShapes.length === 2)) return;
    throw new ArgumentError({
      asked: `categoryEncoding of outputMode "${this.#outputMode}"`,
      expected: counts ? 'numbers of categories, and maybe countWeights' : 'numbers of categories alone',
      received: `${inputShapes.length} inputs${inputNames.includes('countWeights') ? ', countWeights among them' : ''}`,
      ...(!counts && { fix: "countWeights need outputMode: 'count'." }),
    });
  }

  callMany([x, countWeights]: readonly Tensor[], _context: CallContext): readonly Tensor[] {
    return [encodeCategories(x as Tensor, this.#outputMode, this.#numTokens, countWeights)];
  }

  config() {
    return { numTokens: this.#numTokens, outputMode: this.#outputMode };
  }
}

export interface CategoryEncodingOptions extends LayerOptions {
  /** `multi_hot` by default. */
  readonly outputMode?: Exclude<OutputMode, 'int'>;
}

/**
 * Numbers of categories, 0 to `numTokens` − 1, as zeros and ones, or as counts.
 *
 * Input shape: [batch, n]; to count, maybe what each counts as well, `layer(x, { countWeights })`, of the same shape.
 * Output shape: [batch, numTokens]; of `one_hot` [batch, n, numTokens], or [batch, numTokens]
 * if n is 1.
 *
 * @see Keras `CategoryEncoding`
 */
export function categoryEncoding(numTokens: number, options: CategoryEncodingOptions = {}): Layer {
  return new CategoryEncoding(numTokens, options);
}
