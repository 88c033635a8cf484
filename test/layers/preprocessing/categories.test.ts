import { describe, expect, test } from 'vitest';
import { loadModel, saveModel, saveOnnx, toTypeScript } from '../../../src/formats/index.ts';
import { ndarray } from '../../../src/graph/ndarray.ts';
import {
  adam,
  type CategoryEncodingOptions,
  categoryEncoding,
  cloneModel,
  discretization,
  input,
  integerLookup,
  type LookupOptions,
  layers,
  model,
  type NestedTexts,
  type NormalizationOptions,
  normalization,
  type OutputMode,
  stringLookup,
  type Tensor,
  tensor,
  textsIn,
} from '../../../src/index.ts';
import { fixture } from '../../data/fixture.ts';

interface Plain {
  readonly shape: number[];
  readonly data: number[];
}
interface Numbers {
  readonly x: Plain;
  readonly normalized: { options: NormalizationOptions; given?: boolean; value: Plain }[];
  readonly values: Plain;
  readonly binned: { outputMode: OutputMode; value: Plain }[];
  readonly adapted: { numBins: number; epsilon: number; data: Plain; boundaries: number[] }[];
  readonly encoded: (Required<Pick<CategoryEncodingOptions, 'outputMode'>> & {
    inputs: Plain;
    value: Plain;
  })[];
}
interface Lookups {
  readonly learned: string[];
  readonly strings: {
    options: LookupOptions<string>;
    texts: NestedTexts;
    vocabulary: string[];
    value: Plain;
  }[];
  readonly numbers: Plain;
  readonly integers: { options: LookupOptions<number>; vocabulary: number[]; value: Plain }[];
  readonly inverse: Plain;
}
const { x, normalized, values, binned, adapted, encoded } = fixture<Numbers>('preprocessing/numbers.json');
const { learned, strings, numbers, integers, inverse } = fixture<Lookups>('preprocessing/lookups.json');

const floats = ({ shape, data }: Plain) => tensor(ndarray(Float32Array.from(data), shape));
const integersOf = ({ shape, data }: Plain) => tensor(ndarray(Int32Array.from(data), shape));

function expectEqual(found: Tensor, { shape, data }: Plain, tolerance = 0): void {
  expect(found.shape).toEqual(shape);
  const given = found.dataSync();
  const furthest = data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (given[i] ?? Number.NaN))),
    0,
  );
  expect(furthest).toBeLessThanOrEqual(tolerance);
}

describe('normalization', () => {
  test.each(normalized)('$options does what Keras does', ({ options, given, value }) => {
    const layer = normalization(options);
    if (!given) layer.adapt(floats(x));
    // Divided by a deviation of 0, numbers are about 1e7.
    const scale = Math.max(1, ...value.data.map(Math.abs));
    expectEqual(layer(floats(x)), value, 2e-5 * scale);
  });

  test('adapts before and after it is built alike, and keeps what it learnt as weights', () => {
    const [before, after] = [normalization(), normalization()];
    before.adapt(floats(x));
    after.build([3, 2]);
    after.adapt(floats(x));
    expect(after(floats(x)).dataSync()).toEqual(before(floats(x)).dataSync());
    expect(after.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['mean', [2]],
      ['variance', [2]],
      ['count', []],
    ]);
  });

  test('says what does not fit', () => {
    expect(() => normalization({ mean: 1 })).toThrow('both a mean and a variance');
    expect(() => normalization({ axis: 3 }).build([2])).toThrow('axes 3');
    expect(() => normalization({ axis: 0 }).build([2])).toThrow('other than the batch');
    expect(() => normalization({ mean: 0, variance: 1 }).adapt([1])).toThrow('was not given its mean');
  });
});

describe('discretization', () => {
  test.each(binned)('gives bins as Keras does, $outputMode', ({ outputMode, value }) => {
    const layer = discretization({ binBoundaries: [0, 1, 2], outputMode });
    expectEqual(layer(floats(values)), value);
  });

  test.each(adapted)('finds the boundaries of Keras: $numBins bins, epsilon $epsilon', (example) => {
    const { numBins, epsilon, data, boundaries } = example;
    const layer = discretization({ numBins, epsilon });
    layer.adapt(floats(data));
    expect(layer.binBoundaries).toHaveLength(boundaries.length);
    for (const [i, boundary] of boundaries.entries())
      expect(layer.binBoundaries?.[i]).toBeCloseTo(boundary, 5);
  });

  test('says what does not fit', () => {
    expect(() => discretization({})).toThrow('either binBoundaries or numBins');
    expect(() => discretization({ numBins: 2 })(floats(values))).toThrow('Call adapt(data)');
    expect(() => discretization({ binBoundaries: [0] }).adapt([1])).toThrow('one that was given numBins');
  });
});

describe('categoryEncoding', () => {
  test.each(encoded)('of $inputs.shape, $outputMode, is that of Keras', ({ outputMode, inputs, value }) => {
    expectEqual(categoryEncoding(4, { outputMode })(integersOf(inputs)), value);
  });

  test('refuses no tokens', () => {
    expect(() => categoryEncoding(0)).toThrow('at least 1, found 0');
  });
});

describe('stringLookup', () => {
  test.each(strings)('$options does what Keras does', ({ options, texts, vocabulary, value }) => {
    const layer = stringLookup(options);
    if (options.vocabulary === undefined) layer.adapt(learned);
    expect(layer.getVocabulary()).toEqual(vocabulary);
    expectEqual(layer.lookup(texts), value);
  });

  test.each(strings)('$options does so in a model of texts', ({ options, texts, value }) => {
    const words = [texts].flat() as NestedTexts[];
    const x = input(typeof words[0] === 'string' ? [] : [words[0]?.length ?? 1], { dtype: 'string' });
    const layer = stringLookup(options);
    if (options.vocabulary === undefined) layer.adapt(learned);
    // Axes of numbers alone have no batch to leave out.
    if (value.shape[0] !== words.length) return;
    expectEqual(model({ inputs: x, outputs: layer(x) }).predict(words), value);
  });

  test('goes back to texts in a model', () => {
    const x = input([2], { dtype: 'int32' });
    const options = { vocabulary: ['red', 'blue'], maskToken: '' };
    const inverted = model({ inputs: x, outputs: stringLookup({ ...options, invert: true })(x) });
    const found = inverted.predict([
      [2, 3],
      [0, 9],
    ]);
    expect(found.shape).toEqual([2, 2]);
    expect(textsIn(found)).toEqual(['red', 'blue', '', '[UNK]']);
    expect(() => inverted.predict([['red', 'blue']])).toThrow(/expected numbers, found texts/);
  });

  test('trains a model of texts', async () => {
    const x = input([2], { dtype: 'string', name: 'words' });
    const h = layers.embedding(5, 3)(stringLookup({ vocabulary: ['good', 'bad', 'so', 'very'] })(x));
    const net = model({ inputs: { words: x }, outputs: layers.dense(1)(layers.flatten()(h)) });
    net.compile({ optimizer: adam({ learningRate: 0.1 }), loss: 'mse' });
    const words = [
      ['so', 'good'],
      ['very', 'bad'],
      ['very', 'good'],
      ['so', 'odd'],
    ];
    await net.fit({ words }, [[1], [-1], [1], [0]], { epochs: 60, verbose: 0 });
    const [good = 0, bad = 0] = net
      .predict({
        words: [
          ['very', 'good'],
          ['so', 'bad'],
        ],
      })
      .dataSync();
    expect(good).toBeGreaterThan(0.5);
    expect(bad).toBeLessThan(0);
    expect(() => saveOnnx(net)).toThrow(/inputs of numbers/);
    const again = await loadModel(await saveModel(net));
    expect(again.model.predict({ words }).array()).toEqual(net.predict({ words }).array());
    expect(cloneModel(net).inputSpecs[0]?.takesTexts).toBe(true);
    expect(toTypeScript(net)).toContain("dtype: 'string'");
  });

  test('goes back to texts', () => {
    const layer = stringLookup({ vocabulary: ['a', 'b'] });
    expect(layer.inverse(layer.lookup(['b', 'x', 'a']))).toEqual(['b', '[UNK]', 'a']);
    expect(layer.inverse([7])).toEqual(['[UNK]']);
  });

  test('says what does not fit', () => {
    expect(() => stringLookup().lookup('a')).toThrow('a vocabulary, found none');
    expect(() => stringLookup({ vocabulary: ['a'], numOovIndices: 0 }).lookup('b')).toThrow(
      'of "b": expected a token',
    );
    expect(() => stringLookup({ vocabulary: ['a', 'a'] })).toThrow('"a" where it may not be');
    expect(() => stringLookup({ vocabulary: [] })).toThrow('at least one, found 0');
    expect(() => stringLookup({ vocabulary: ['a', 'b'], maxTokens: 2 })).toThrow('at most 1, found 2');
    expect(() => stringLookup({ numOovIndices: 2 })).toThrow('0 or 1');
    expect(() => stringLookup({ vocabulary: ['a'] }).lookup([['a'], []])).toThrow('lists of the same length');
    expect(() => stringLookup({ vocabulary: ['a'] })(input([2]))).toThrow(
      "input(shape, { dtype: 'string' })",
    );
  });
});

describe('integerLookup', () => {
  test.each(integers)('$options does what Keras does', ({ options, vocabulary, value }) => {
    const layer = integerLookup(options);
    if (options.vocabulary === undefined) layer.adapt([5, 7, 7, 12, 42, 42, -3, 5]);
    expect(layer.getVocabulary()).toEqual(vocabulary);
    expectEqual(layer(integersOf(numbers)), value);
  });

  test('goes back', () => {
    const layer = integerLookup({ vocabulary: [12, 36, 1138, 42], invert: true });
    expectEqual(
      layer(
        tensor(
          [
            [1, 3],
            [4, 0],
          ],
          { dtype: 'int32' },
        ),
      ),
      inverse,
    );
  });
});
