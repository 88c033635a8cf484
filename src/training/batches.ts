import { ArgumentError } from '../graph/errors.ts';
import type { Arrays } from './arrays.ts';
import { type Examples, examplesOf, type WeightingOptions, withClassWeights } from './examples.ts';
import type { Model } from './model/model.ts';

/** A batch by itself: inputs, targets and weights. */
export type BatchLike =
  | { readonly x: Arrays; readonly y?: Arrays; readonly sampleWeight?: Arrays }
  | readonly [x: Arrays, y?: Arrays, sampleWeight?: Arrays];

/** Batches that are made as they are needed: more than memory holds, or without end. */
export type BatchSource = AsyncIterable<BatchLike> | Iterable<BatchLike>;

/** Whether it gives batches, rather than being examples itself. */
export function isBatchSource(given: unknown): given is BatchSource {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given))
    return false;
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}

/** Goes through a source, again and again. */
export class BatchReader {
  readonly #model: Model;
  readonly #source: BatchSource;
  readonly #classWeight: WeightingOptions['classWeight'];
  #iterator: AsyncIterator<BatchLike> | Iterator<BatchLike> | undefined;

  constructor(model: Model, source: BatchSource, classWeight?: WeightingOptions['classWeight']) {
    this.#model = model;
    this.#source = source;
    this.#classWeight = classWeight;
  }

  /** The next batch; undefined at the end, after which it begins anew. */
  async next(): Promise<Examples | undefined> {
    this.#iterator ??= begun(this.#source);
    const { done, value } = await this.#iterator.next();
    if (done) {
      this.#iterator = undefined;
      return undefined;
    }
    const [x, y, sampleWeight] = partsOf(value);
    return withClassWeights(examplesOf(this.#model, x, y, sampleWeight), this.#classWeight);
  }

  /** Lets go of a source that was not read to its end. */
  async close(): Promise<void> {
    await this.#iterator?.return?.();
    this.#iterator = undefined;
  }
}

/** @throws ArgumentError where there are no inputs */
function partsOf(batch: BatchLike): readonly [Arrays, Arrays | undefined, Arrays | undefined] {
  const isPair = (given: BatchLike): given is Extract<BatchLike, readonly unknown[]> => Array.isArray(given);
  const [x, y, sampleWeight] = isPair(batch) ? batch : [batch.x, batch.y, batch.sampleWeight];
  if (x !== undefined) return [x, y, sampleWeight];
  throw new ArgumentError({
    asked: 'a batch of the data',
    expected: '{ x, y, sampleWeight } or [x, y, sampleWeight]',
    received: typeof batch,
  });
}

/** What a model is given of a batch that is only predicted. */
export const inputsOfBatch = (batch: BatchLike): Arrays => partsOf(batch)[0];

const begun = (source: BatchSource): AsyncIterator<BatchLike> | Iterator<BatchLike> =>
  Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
