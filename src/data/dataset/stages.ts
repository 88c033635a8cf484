import type { RandomStream } from '../../graph/threefry.ts';

/** What elements are read from. */
export type Stream<T> = Iterable<T> | AsyncIterable<T>;

// Each stage reads the one before as it is read itself: nothing is held but what the stage is there to hold.

export async function* mapped<T, U>(source: Stream<T>, transform: (element: T) => U | Promise<U>) {
  for await (const element of source) yield await transform(element);
}

export async function* filtered<T>(source: Stream<T>, keep: (element: T) => boolean | Promise<boolean>) {
  for await (const element of source) if (await keep(element)) yield element;
}

export async function* taken<T>(source: Stream<T>, count: number) {
  if (count === 0) return;
  let left = count;
  for await (const element of source) {
    yield element;
    if (--left === 0) return;
  }
}

export async function* skipped<T>(source: Stream<T>, count: number) {
  let left = count;
  for await (const element of source) if (left-- <= 0) yield element;
}

export async function* repeated<T>(source: AsyncIterable<T>, count: number) {
  for (let pass = 0; pass < count; pass++) {
    let empty = true;
    for await (const element of source) {
      empty = false;
      yield element;
    }
    // Nothing, repeated for ever, would never return.
    if (empty) return;
  }
}

export async function* chained<T>(sources: readonly Stream<T>[]) {
  for (const source of sources) yield* source;
}

export async function* numbered<T>(source: Stream<T>, start: number): AsyncGenerator<readonly [number, T]> {
  let index = start;
  for await (const element of source) yield [index++, element];
}

export async function* grouped<T>(source: Stream<T>, size: number, dropRemainder: boolean) {
  let group: T[] = [];
  for await (const element of source) {
    group.push(element);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0 && !dropRemainder) yield group;
}

/** One element of each source at a time, as long as all of them have one. */
export async function* zipped(sources: readonly AsyncIterable<unknown>[]) {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    for (;;) {
      const results = await Promise.all(iterators.map((iterator) => iterator.next()));
      if (results.length === 0 || results.some(({ done }) => done)) return;
      yield results.map(({ value }) => value);
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/**
 * Elements in random order: a reservoir of `size` is kept full, and each element read takes the place of one drawn
 * from it. Only a reservoir as large as the data makes every order equally likely.
 */
export async function* shuffled<T>(source: Stream<T>, size: number, random: RandomStream) {
  const reservoir: T[] = [];
  for await (const element of source) {
    if (reservoir.length < size) {
      reservoir.push(element);
      continue;
    }
    const place = random.integer(size);
    const drawn = reservoir[place] as T;
    reservoir[place] = element;
    yield drawn;
  }
  for (const place of random.permutation(reservoir.length)) yield reservoir[place] as T;
}

/**
 * Reads up to `size` elements ahead of the reader. An async generator answers calls of `next` one after the other,
 * so asking early is all there is to it.
 */
export async function* prefetched<T>(source: AsyncGenerator<T>, size: number) {
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const result = source.next();
    // Whoever reads the element sees its error; until then nobody is to be told that it went unseen.
    result.catch(() => undefined);
    asked.push(result);
  };
  try {
    for (;;) {
      while (asked.length <= size) ask();
      const result = await asked.shift();
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } finally {
    await source.return(undefined);
  }
}
