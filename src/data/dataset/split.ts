import { ArgumentError } from '../../graph/errors.ts';
import { RandomStream } from '../../graph/threefry.ts';
import { nextKey } from '../../tensor/random.ts';
import { Dataset } from './dataset.ts';

export interface SplitDatasetOptions {
  /** How many elements the first part has, or, below 1, which share of them. */
  readonly leftSize?: number;
  /** The same of the second part; the rest, if only one is given. */
  readonly rightSize?: number;
  /** Whether elements are dealt at random; false by default. */
  readonly shuffle?: boolean;
  readonly seed?: number;
}

/**
 * A data set in two parts. All of it is read, and held in memory.
 *
 * @throws ArgumentError when no size is given, or a part is empty or larger than what there is.
 * @see Keras `keras.utils.split_dataset`
 */
export async function splitDataset<T>(
  dataset: Dataset<T>,
  options: SplitDatasetOptions,
): Promise<[left: Dataset<T>, right: Dataset<T>]> {
  const elements = await dataset.toArray();
  const [left, right] = sizesOf(elements.length, options);
  const order = options.shuffle
    ? new RandomStream(nextKey(options.seed)).permutation(elements.length)
    : elements.map((_, i) => i);
  const part = (from: number, to: number) =>
    Dataset.from(Array.from(order.slice(from, to), (place) => elements[place] as T));
  return [part(0, left), part(elements.length - right, elements.length)];
}

function sizesOf(total: number, { leftSize, rightSize }: SplitDatasetOptions): [number, number] {
  const count = (size: number) => (size < 1 ? Math.round(size * total) : size);
  const left = leftSize === undefined ? total - count(rightSize ?? 0) : count(leftSize);
  const right = rightSize === undefined ? total - left : count(rightSize);
  const given = leftSize !== undefined || rightSize !== undefined;
  const whole = Number.isInteger(left) && Number.isInteger(right);
  if (given && whole && left > 0 && right > 0 && left + right <= total) return [left, right];
  throw new ArgumentError({
    asked: `splitDataset of ${total} elements with leftSize ${leftSize} and rightSize ${rightSize}`,
    expected: 'a number or share of elements that leaves some for both parts',
    ...(given && { received: `${left} and ${right}` }),
  });
}
