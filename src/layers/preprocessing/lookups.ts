import { ArgumentError } from '../../graph/errors.ts';
import { ndarray, type Shape } from '../../graph/ndarray.ts';
import { add, equal, gather, greaterEqual, less, logicalOr, mul, where } from '../../tensor/functions.ts';
import { type Tensor, type TensorLike, tensor, toArray } from '../../tensor/tensor.ts';
import { Layer, type LayerOptions } from '../layer.ts';
import type { CallSettings, SymbolicTensor } from '../symbolic.ts';
import { checkMode, encodeCategories, OUTPUT_MODES, type OutputMode } from './categories.ts';
import { flatTexts, internTexts, type NestedTexts, shapeOfTexts } from './texts.ts';
import { Vocabulary, type VocabularyOptions } from './vocabulary.ts';

export interface LookupOptions<Token> extends LayerOptions, VocabularyOptions<Token> {
  /** `int` by default. */
  readonly outputMode?: OutputMode;
}

/** Texts to numbers, or back: in a model whose input is texts, or by `lookup` on the host, as in `dataset.map`. */
export class StringLookup extends Layer {
  readonly className = 'StringLookup';
  override readonly takesAnyDtype = true;
  readonly #vocabulary: Vocabulary<string>;
  readonly #outputMode: OutputMode;
  readonly #invert: boolean;

  constructor({
    outputMode = 'int',
    invert = false,
    ...options
  }: LookupOptions<string> & { invert?: boolean }) {
    super(options);
    checkMode('stringLookup', outputMode, invert ? ['int'] : OUTPUT_MODES);
    this.#outputMode = outputMode;
    this.#invert = invert;
    if ((options.numOovIndices ?? 1) > 1) {
      throw new ArgumentError({
        asked: `stringLookup with numOovIndices ${options.numOovIndices}`,
        expected: '0 or 1: unknown texts are not told apart',
      });
    }
    this.#vocabulary = new Vocabulary('stringLookup', options, outputMode === 'int', '[UNK]', (a, b) =>
      a < b ? -1 : a > b ? 1 : 0,
    );
  }

  /** Makes the vocabulary of the texts that occur, the most frequent first. */
  adapt(texts: NestedTexts): void {
    this.#vocabulary.adapt(flatTexts(texts));
  }

  getVocabulary(): string[] {
    return this.#vocabulary.tokens();
  }

  setVocabulary(vocabulary: readonly string[]): void {
    this.#vocabulary.set(vocabulary);
  }

  /**
   * The number of each text: int32 of the shape of the lists, or that of the output mode.
   *
   * @throws ArgumentError when a text is unknown and no number is kept for unknown ones.
   */
  lookup(texts: NestedTexts): Tensor {
    const flat = flatTexts(texts);
    const indices = Int32Array.from(flat, (text) => this.#vocabulary.indexOf(text));
    return encodeCategories(
      tensor(ndarray(indices, shapeOfTexts(texts))),
      this.#outputMode,
      this.#vocabulary.size,
    );
  }

  /** The text of each number, unknown ones as the token for unknown texts. */
  inverse(indices: TensorLike): string[] {
    return Array.from(toArray(indices).data, (index) => this.#vocabulary.tokenOf(index));
  }

  protected setUp(_inputShape: Shape): undefined {}

  override connect(
    inputs: readonly SymbolicTensor[],
    inputNames: readonly string[],
    settings: CallSettings,
  ): SymbolicTensor[] {
    const wrong = inputs.find(({ dtype }) => dtype !== 'int32' && dtype !== 'uint32');
    if (!wrong) return super.connect(inputs, inputNames, settings);
    throw new ArgumentError({
      asked: `layer "${this.name || this.className}"`,
      expected: this.#invert ? 'whole numbers' : "texts, from input(shape, { dtype: 'string' })",
      received: `${wrong.dtype} numbers`,
    });
  }

  call(x: Tensor): Tensor {
    // Tensors hold texts as the numbers that stand for them.
    const whole = x.cast('int32');
    if (this.#invert) return this.#textsOf(whole);
    return encodeCategories(this.#indicesOf(whole), this.#outputMode, this.#vocabulary.size);
  }

  #indicesOf(x: Tensor): Tensor {
    const { learned, firstLearned, numOovIndices, maskToken } = this.#vocabulary;
    const numbers = internTexts(learned);
    const [mask] = maskToken === undefined ? [] : internTexts([maskToken]);
    // The last place is for texts that are unknown.
    const end = Math.max(mask ?? 0, ...numbers) + 1;
    const unknown = numOovIndices === 0 ? -1 : firstLearned - numOovIndices;
    const table = new Int32Array(end + 1).fill(unknown);
    if (mask !== undefined) table[mask] = 0;
    for (const [i, number] of numbers.entries()) table[number] = firstLearned + i;
    return gather(tensor(ndarray(table)), where(isOutside(x, end), end, x));
  }

  #textsOf(x: Tensor): Tensor {
    const tokens = this.#vocabulary.tokens();
    const numbers = internTexts([...tokens, this.#vocabulary.oovToken]);
    return gather(tensor(ndarray(numbers)), where(isOutside(x, tokens.length), tokens.length, x));
  }

  config() {
    return { ...this.#vocabulary.config(), outputMode: this.#outputMode, invert: this.#invert };
  }
}

/**
 * A table from texts to numbers. Number 0 stands for the mask token, if there is one, then come the numbers of unknown
 * texts, then those of the vocabulary.
 *
 * @param options.vocabulary The texts, in order; or leave it out and call `adapt`.
 * @param options.maxTokens The most numbers there may be, those for unknown texts included.
 * @param options.numOovIndices 1 by default; with 0, an unknown text is an error.
 * @param options.maskToken, options.oovToken none and `[UNK]` by default
 * @param options.invert Whether to go from numbers to texts, which `textsIn` takes out of a tensor; false by default.
 *
 * Input shape: [batch, …], of an input of the dtype `string`. Output shape: the same, or that of the output mode.
 *
 * @see Keras `StringLookup`
 */
export function stringLookup(options: LookupOptions<string> & { invert?: boolean } = {}): StringLookup {
  return new StringLookup(options);
}

/** Whole numbers of any size to consecutive ones, inside of a model too. */
export class IntegerLookup extends Layer {
  readonly className = 'IntegerLookup';
  override readonly takesAnyDtype = true;
  readonly #vocabulary: Vocabulary<number>;
  readonly #outputMode: OutputMode;
  readonly #invert: boolean;

  constructor({
    outputMode = 'int',
    invert = false,
    ...options
  }: LookupOptions<number> & { invert?: boolean }) {
    super(options);
    checkMode('integerLookup', outputMode, invert ? ['int'] : OUTPUT_MODES);
    this.#outputMode = outputMode;
    this.#invert = invert;
    this.#vocabulary = new Vocabulary('integerLookup', options, outputMode === 'int', -1, (a, b) => a - b);
  }

  /** Makes the vocabulary of the numbers that occur, the most frequent first. */
  adapt(numbers: TensorLike): void {
    this.#vocabulary.adapt(Array.from(toArray(numbers).data));
  }

  getVocabulary(): number[] {
    return this.#vocabulary.tokens();
  }

  setVocabulary(vocabulary: readonly number[]): void {
    this.#vocabulary.set(vocabulary);
  }

  protected setUp(_inputShape: Shape): undefined {}

  call(x: Tensor): Tensor {
    const numbers = x.cast('int32');
    if (this.#invert) return gather(tensor(this.getVocabulary(), { dtype: 'int32' }), numbers);
    const { learned, firstLearned, numOovIndices, maskToken } = this.#vocabulary;
    const known = tensor([...learned], { dtype: 'int32' });
    // [..., vocabulary]: at most one of them is equal.
    const found = equal(numbers.reshape([...numbers.shape, 1]), known).cast('int32');
    const places = tensor(
      learned.map((_, i) => firstLearned + i),
      { dtype: 'int32' },
    );
    const oovStart = firstLearned - numOovIndices;
    // Those not found share the numbers for unknown ones by their remainder, which is never negative.
    const unknown =
      numOovIndices < 2 ? add(mul(numbers, 0), oovStart) : add(remainder(numbers, numOovIndices), oovStart);
    let indices = where(equal(found.sum(-1), 1), mul(found, places).sum(-1), unknown);
    if (maskToken !== undefined) indices = where(equal(numbers, maskToken), 0, indices);
    return encodeCategories(indices, this.#outputMode, this.#vocabulary.size);
  }

  config() {
    return { ...this.#vocabulary.config(), outputMode: this.#outputMode, invert: this.#invert };
  }
}

const isOutside = (x: Tensor, end: number): Tensor => logicalOr(less(x, 0), greaterEqual(x, end));

/** Integers divide towards zero: the remainder of a negative one is negative or 0, and wants `count` added. */
function remainder(numbers: Tensor, count: number): Tensor {
  const left = numbers.sub(mul(numbers.div(count), count));
  return where(less(left, 0), add(left, count), left);
}

/**
 * A table from whole numbers to consecutive ones, for inside of a model. Number 0 stands for the mask token, if there
 * is one, then come the numbers of unknown ones, then those of the vocabulary.
 *
 * @param options.vocabulary The numbers, in order; or leave it out and call `adapt`.
 * @param options.numOovIndices 1 by default; several are dealt out by the remainder.
 * @param options.invert Whether to go from consecutive numbers to those of the vocabulary; false by default.
 *
 * Input shape: [batch, …]. Output shape: the same, or that of the output mode.
 *
 * @see Keras `IntegerLookup`
 */
export function integerLookup(options: LookupOptions<number> & { invert?: boolean } = {}): IntegerLookup {
  return new IntegerLookup(options);
}
