import { ArgumentError } from '../../graph/errors.ts';
import { ndarray } from '../../graph/ndarray.ts';
import { type Tensor, type TensorLike, tensor, toArray } from '../../tensor/tensor.ts';

/** Texts, in lists as deep as there are axes. */
export type NestedTexts = string | readonly NestedTexts[];

/** Whether something is texts rather than numbers. */
export function isTexts(given: unknown): given is NestedTexts {
  let first = given;
  while (Array.isArray(first) && first.length > 0) first = first[0];
  return typeof first === 'string';
}

export function flatTexts(texts: NestedTexts): string[] {
  return typeof texts === 'string' ? [texts] : texts.flatMap(flatTexts);
}

/** The lengths of the lists. @throws ArgumentError when they differ */
export function shapeOfTexts(texts: NestedTexts): number[] {
  if (typeof texts === 'string') return [];
  const [first] = texts;
  const inner = first === undefined ? [] : shapeOfTexts(first);
  if (texts.some((item) => shapeOfTexts(item).join() !== inner.join())) {
    throw new ArgumentError({ asked: 'lists of texts', expected: 'lists of the same length' });
  }
  return [texts.length, ...inner];
}

/**
 * The texts of all vocabularies, each by a number that stands for it in tensors, as tensors hold nothing but numbers. A
 * text that is in no vocabulary is unknown to every lookup, and needs no number of its own.
 */
const known = new Map<string, number>();
const texts: string[] = [];
const UNKNOWN = -1;

/** The numbers that stand for the texts of a vocabulary from now on. */
export function internTexts(vocabulary: readonly string[]): Int32Array {
  return Int32Array.from(vocabulary, (text) => {
    const number = known.get(text) ?? texts.length;
    if (number === texts.length) {
      known.set(text, number);
      texts.push(text);
    }
    return number;
  });
}

/** Texts as a tensor, for models whose input is texts. */
export function textTensor(given: NestedTexts): Tensor {
  const numbers = Int32Array.from(flatTexts(given), (text) => known.get(text) ?? UNKNOWN);
  return tensor(ndarray(numbers, shapeOfTexts(given)));
}

/** The texts in a tensor, such as what a model with an inverted `stringLookup` gives, one after another. */
export function textsIn(given: TensorLike): string[] {
  return Array.from(toArray(given).data, (number) => texts[number] ?? '');
}
