import { ArgumentError } from '../../graph/errors.ts';
import { foldIn, RandomStream } from '../../graph/threefry.ts';
import { nextKey } from '../../tensor/random.ts';
import { collate } from './collate.ts';
import { rowsOf } from './slices.ts';
import type { Stream } from './stages.ts';
import * as stages from './stages.ts';
import type { Batched, Sliced } from './structure.ts';

/** Elements, or a function that opens them anew for each pass. */
export type Source<T> = Stream<T> | (() => Stream<T>);

export interface ShuffleOptions {
  /** Makes the order repeatable; else the next seed of the sequence that `setSeed` starts. */
  readonly seed?: number;
  /** Whether each pass has another order; true by default. */
  readonly reshuffleEachIteration?: boolean;
}

/**
 * A sequence of elements, read one by one and as often as wanted; it may be longer than memory.
 *
 *     const batches = Dataset.fromTensorSlices([x, y]).shuffle(1000, { seed: 1 }).batch(32).prefetch(2);
 *     for await (const [xs, ys] of batches) …
 *     await model.fit(batches, { epochs: 5 });
 *
 * Every method returns another data set and reads nothing yet; each pass reads the source again.
 *
 * @see TensorFlow's `tf.data.Dataset`, whose names and defaults these are.
 */
export class Dataset<T> implements AsyncIterable<T> {
  /** The number of elements of a pass, where it is known; `Infinity` where it never ends. */
  readonly size: number | undefined;
  readonly #open: () => Stream<T>;

  private constructor(open: () => Stream<T>, size: number | undefined) {
    this.#open = open;
    this.size = size;
  }

  /**
   * The elements of an array, a generator function, or anything else that can be read one by one, at once or in time.
   *
   * @param source To be read more than once, it must be an array or the like, or a function that opens it.
   * @param options.size The number of elements, if it is known beforehand.
   */
  static from<T>(source: Source<T>, options: { size?: number } = {}): Dataset<T> {
    const size = options.size ?? (Array.isArray(source) ? source.length : undefined);
    return new Dataset(typeof source === 'function' ? source : reopening(source), size);
  }

  /**
   * The rows of arrays, or of a record or tuple of arrays with equally many: `fromTensorSlices([x, y])` has elements
   * `[row of x, row of y]`.
   *
   * @throws ArgumentError when the arrays have different numbers of rows.
   */
  static fromTensorSlices<const A>(arrays: A): Dataset<Sliced<A>> {
    const { count, row } = rowsOf(arrays);
    return new Dataset(function* () {
      for (let index = 0; index < count; index++) yield row(index);
    }, count);
  }

  /** Tuples of one element of each data set, as many as the shortest has. */
  static zip<const A extends readonly unknown[]>(
    ...datasets: { readonly [K in keyof A]: Dataset<A[K]> }
  ): Dataset<A> {
    const sizes = datasets.map(({ size }) => size);
    const size = sizes.includes(undefined) ? undefined : Math.min(...sizes.map((n) => n ?? 0));
    return new Dataset(() => stages.zipped(datasets) as AsyncGenerator<A & unknown[]>, size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* this.#open();
  }

  /** Each element as `transform` makes it, which may take its time. */
  map<U>(transform: (element: T) => U | Promise<U>): Dataset<U> {
    return new Dataset(() => stages.mapped(this, transform), this.size);
  }

  /** The elements that `keep` says yes to. */
  filter(keep: (element: T) => boolean | Promise<boolean>): Dataset<T> {
    return new Dataset(() => stages.filtered(this, keep), undefined);
  }

  /**
   * The elements in random order. `bufferSize` of them are held, and each next one is drawn from those: as many as
   * there are make every order equally likely, fewer keep elements near their place.
   */
  shuffle(bufferSize: number, options: ShuffleOptions = {}): Dataset<T> {
    check('shuffle', 'bufferSize', bufferSize, 1);
    const { seed, reshuffleEachIteration = true } = options;
    const key = nextKey(seed);
    let pass = 0;
    return new Dataset(() => {
      const random = new RandomStream(foldIn(key, reshuffleEachIteration ? pass++ : 0));
      return stages.shuffled(this, bufferSize, random);
    }, this.size);
  }

  /**
   * `batchSize` elements at a time as one: each part an array with the batch as first axis, texts a list.
   *
   * @param options.dropRemainder Whether a last batch that is not full is left out; false by default.
   * @throws when read: ShapeError where elements differ in shape, DataError where they differ in structure.
   */
  batch(batchSize: number, options: { dropRemainder?: boolean } = {}): Dataset<Batched<T>> {
    check('batch', 'batchSize', batchSize, 1);
    const { dropRemainder = false } = options;
    const count = (this.size ?? 0) / batchSize;
    const size = dropRemainder ? Math.floor(count) : Math.ceil(count);
    const groups = () => stages.grouped(this, batchSize, dropRemainder);
    return new Dataset(() => stages.mapped(groups(), collate<T>), this.size === undefined ? undefined : size);
  }

  /** Reads up to `bufferSize` elements before they are asked for, so that reading and training overlap. */
  prefetch(bufferSize = 1): Dataset<T> {
    check('prefetch', 'bufferSize', bufferSize, 1);
    return new Dataset(() => stages.prefetched(this[Symbol.asyncIterator](), bufferSize), this.size);
  }

  /** The first `count` elements. */
  take(count: number): Dataset<T> {
    check('take', 'count', count, 0);
    return new Dataset(
      () => stages.taken(this, count),
      this.size === undefined ? undefined : Math.min(this.size, count),
    );
  }

  /** All but the first `count` elements. */
  skip(count: number): Dataset<T> {
    check('skip', 'count', count, 0);
    return new Dataset(
      () => stages.skipped(this, count),
      this.size === undefined ? undefined : Math.max(this.size - count, 0),
    );
  }

  /** The elements `count` times over; for ever, if no count is given. */
  repeat(count = Number.POSITIVE_INFINITY): Dataset<T> {
    if (count !== Number.POSITIVE_INFINITY) check('repeat', 'count', count, 0);
    const size = this.size === undefined || this.size === 0 ? this.size : this.size * count;
    return new Dataset(() => stages.repeated(this, count), size);
  }

  /** These elements, then those of another data set. */
  concat<U>(other: Dataset<U>): Dataset<T | U> {
    const size = this.size === undefined || other.size === undefined ? undefined : this.size + other.size;
    return new Dataset<T | U>(() => stages.chained<T | U>([this, other]), size);
  }

  /** Each element with its number. */
  enumerate(start = 0): Dataset<readonly [number, T]> {
    return new Dataset(() => stages.numbered(this, start), this.size);
  }

  /** Keeps the elements of the first pass that is read to its end; later passes read nothing again. */
  cache(): Dataset<T> {
    let kept: readonly T[] | undefined;
    const source = this;
    return new Dataset(() => {
      if (kept) return kept;
      return (async function* () {
        const read: T[] = [];
        for await (const element of source) {
          read.push(element);
          yield element;
        }
        kept = read;
      })();
    }, this.size);
  }

  /** All elements at once; for data that fit into memory. */
  async toArray(): Promise<T[]> {
    const elements: T[] = [];
    for await (const element of this) elements.push(element);
    return elements;
  }
}

/** Opens what can be read again as often as asked, and says so where it cannot. */
function reopening<T>(source: Stream<T>): () => Stream<T> {
  let opened = false;
  return () => {
    if (opened && readsOnce(source)) {
      throw new ArgumentError({
        asked: 'reading a data set again',
        expected: 'a source that can be read more than once',
        received: 'a generator, which was read already',
        fix: 'Give the function that makes the generator, or keep its elements with cache().',
      });
    }
    opened = true;
    return source;
  };
}

/** An iterator gives itself as its iterator. */
function readsOnce(source: Stream<unknown>): boolean {
  if (Symbol.asyncIterator in source) return Object.is(source[Symbol.asyncIterator](), source);
  return Object.is(source[Symbol.iterator](), source);
}

function check(method: string, name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ArgumentError({
    asked: `${method} with ${name} ${value}`,
    expected: `a whole number, at least ${least}`,
  });
}
