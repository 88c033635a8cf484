import { describe, expect, test } from 'vitest';
import { ndarray } from '../../../src/graph/ndarray.ts';
import {
  compile,
  cutMix,
  type MixingLayer,
  mixUp,
  pipeline,
  type RandomImageLayer,
  randomBrightness,
  randomContrast,
  randomCrop,
  randomElasticTransform,
  randomErasing,
  randomFlip,
  randomRotation,
  randomShear,
  randomTranslation,
  randomZoom,
  rescaling,
  type Tensor,
  tensor,
} from '../../../src/index.ts';
import { randomOrder, symmetricBeta } from '../../../src/layers/preprocessing/beta.ts';
import { Draws } from '../../../src/layers/preprocessing/imageLayer.ts';

/** Pictures whose pixels all differ. */
const made = (batch: number, height: number, width: number, channels = 1) => {
  const count = batch * height * width * channels;
  const data = Float32Array.from({ length: count }, (_, i) => (i * 37) % 251);
  return tensor(ndarray(data, [batch, height, width, channels]));
};
const numbers = (x: Tensor) => Array.from(x.dataSync());
/** The numbers of each picture. */
const each = (x: Tensor) => {
  const [all, size] = [numbers(x), x.size / (x.shape[0] ?? 1)];
  return Array.from({ length: x.shape[0] ?? 0 }, (_, i) => all.slice(i * size, (i + 1) * size));
};

const LAYERS: readonly (readonly [string, RandomImageLayer])[] = [
  ['randomFlip', randomFlip('horizontal', { seed: 1 })],
  ['randomRotation', randomRotation(0.2, { seed: 1 })],
  ['randomTranslation', randomTranslation(0.2, 0.2, { seed: 1 })],
  ['randomZoom', randomZoom(0.3, { seed: 1 })],
  ['randomShear', randomShear({ xFactor: 0.5, yFactor: 0.2, seed: 1 })],
  ['randomCrop', randomCrop(4, 5, { seed: 1 })],
  ['randomBrightness', randomBrightness(0.3, { seed: 1 })],
  ['randomContrast', randomContrast(0.5, { seed: 1 })],
  ['randomErasing', randomErasing({ seed: 1 })],
  ['randomElasticTransform', randomElasticTransform({ seed: 1 })],
];

describe.each(LAYERS)('%s', (kind, layer) => {
  const images = made(3, 8, 9, 2);

  test('gives the same pictures for the same seed, and others for another', () => {
    const first = numbers(layer.augment(images, { seed: 4 }));
    expect(numbers(layer.augment(images, { seed: 4 }))).toEqual(first);
    expect([5, 6, 7].some((seed) => numbers(layer.augment(images, { seed })).join() !== first.join())).toBe(
      true,
    );
  });

  test('changes one picture alone', () => {
    const alone = layer.augment(made(1, 8, 9, 2).reshape([8, 9, 2]), { seed: 4 });
    const batch = layer.augment(made(1, 8, 9, 2), { seed: 4 });
    expect(alone.shape).toEqual(batch.shape.slice(1));
    expect(numbers(alone)).toEqual(numbers(batch));
  });

  test('runs inside of a compiled step, with other numbers in each step and the same for the same step', () => {
    const step = compile((x, count) => layer(x, { training: true, step: count }));
    const at = (count: number) => numbers(step(images, tensor(count, { dtype: 'uint32' })));
    const steps = [0, 1, 2, 3, 4].map(at);
    expect(at(2)).toEqual(steps[2]);
    expect(new Set(steps.map((values) => values.join())).size).toBeGreaterThan(1);
    expect(steps.flat().every(Number.isFinite)).toBe(true);
  });

  test('keeps the shape it announces, in training and otherwise', () => {
    const shape = layer.build([8, 9, 2]);
    expect(layer(images, { training: true }).shape.slice(1)).toEqual(shape);
    // Keras leaves pictures whole, whatever the shape it announces.
    const rest = kind === 'randomCrop' ? [8, 9, 2] : shape;
    expect(layer(images, { training: false }).shape.slice(1)).toEqual(rest);
  });
});

describe('randomFlip', () => {
  test.each(['horizontal', 'vertical', 'horizontal_and_vertical'] as const)(
    '%s, twice, is the identity',
    (mode) => {
      const images = made(6, 4, 5, 3);
      const layer = randomFlip(mode);
      const once = layer.augment(images, { seed: 2 });
      expect(numbers(once)).not.toEqual(numbers(images));
      expect(numbers(layer.augment(once, { seed: 2 }))).toEqual(numbers(images));
    },
  );

  test('mirrors about half of the pictures, each as a whole', () => {
    const images = made(200, 1, 3);
    const result = each(randomFlip('horizontal').augment(images, { seed: 3 }));
    const flipped = each(images).filter((row, i) => {
      const found = result[i]?.join();
      expect([row.join(), row.toReversed().join()]).toContain(found);
      return found !== row.join();
    });
    // 100 expected, deviation 7.
    expect(Math.abs(flipped.length - 100)).toBeLessThan(35);
  });

  test('refuses an unknown mode', () => {
    expect(() => randomFlip(JSON.parse('"sideways"'))).toThrow('randomFlip "sideways": expected horizontal');
  });
});

test('randomCrop takes a box of the picture, at every place in time', () => {
  const image = tensor(
    ndarray(
      Float32Array.from({ length: 20 }, (_, i) => i),
      [1, 4, 5, 1],
    ),
  );
  const starts = new Set<number>();
  for (let seed = 0; seed < 40; seed++) {
    const box = numbers(randomCrop(3, 3).augment(image, { seed }));
    const start = box[0] ?? -1;
    expect(box).toEqual([0, 1, 2, 5, 6, 7, 10, 11, 12].map((offset) => start + offset));
    starts.add(start);
  }
  expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 5, 6, 7]);
});

test('randomContrast scales the distance from the mean by one factor a picture, within its range', () => {
  const images = made(40, 4, 4);
  const result = each(randomContrast([0.6, 0.2], { valueRange: [-1e4, 1e4] }).augment(images, { seed: 1 }));
  const factors = each(images).map((picture, i) => {
    const mean = picture.reduce((sum, x) => sum + x, 0) / picture.length;
    const ratios = picture.map((x, k) => ((result[i]?.[k] ?? 0) - mean) / (x - mean));
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0] ?? 0, 3);
    return ratios[0] ?? 0;
  });
  expect(Math.min(...factors)).toBeGreaterThan(0.4 - 1e-4);
  expect(Math.max(...factors)).toBeLessThan(1.2 + 1e-4);
  expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.5);
});

describe('randomErasing', () => {
  test('fills one box a picture, of an area in the range, and leaves the rest', () => {
    const images = made(30, 20, 20);
    const result = each(
      randomErasing({ factor: [1, 1], scale: [0.1, 0.3], fillValue: 255 }).augment(images, { seed: 2 }),
    );
    for (const [i, picture] of each(images).entries()) {
      const erased = picture.flatMap((x, k) => (result[i]?.[k] === x ? [] : [k]));
      const rows = erased.map((k) => Math.floor(k / 20));
      const columns = erased.map((k) => k % 20);
      const box =
        (1 + Math.max(...rows) - Math.min(...rows)) * (1 + Math.max(...columns) - Math.min(...columns));
      expect(erased.every((k) => result[i]?.[k] === 255)).toBe(true);
      expect(erased.length).toBe(box);
      // Sides of √0.1 to √0.3 of 20 pixels, give or take one.
      expect(box).toBeGreaterThanOrEqual(5 * 5);
      expect(box).toBeLessThanOrEqual(12 * 12);
    }
  });

  test('leaves pictures alone with probability 0, and fills with noise in the range', () => {
    const images = made(4, 8, 8);
    expect(numbers(randomErasing({ factor: 0 }).augment(images, { seed: 1 }))).toEqual(numbers(images));
    const noisy = numbers(
      randomErasing({ factor: [1, 1], scale: [1, 1], valueRange: [0, 1] }).augment(images, { seed: 1 }),
    );
    expect(noisy.every((x) => x >= 0 && x <= 1)).toBe(true);
    expect(new Set(noisy).size).toBeGreaterThan(50);
    expect(() => randomErasing({ fillValue: [1, 2] }).augment(images)).toThrow(
      'a fillValue of one number, or of 1',
    );
  });
});

describe('what is drawn', () => {
  test.each([
    // Quantiles and variance 1 / (4(2α + 1)) of Beta(α, α); P(X < 0.1) by scipy.stats.beta.cdf.
    [0.2, 0.1786, 0.3454],
    [0.5, 0.125, 0.20483],
    [1, 1 / 12, 0.1],
    [3, 1 / 28, 0.00856],
  ])('has the beta distribution of α = %s', (alpha, variance, below) => {
    const drawn = numbers(symmetricBeta(new Draws([1, 2]), [20_000], tensor(alpha)));
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const found = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(0.5, 1.8);
    expect(found).toBeCloseTo(variance, 2);
    expect(drawn.filter((x) => x < 0.1).length / drawn.length).toBeCloseTo(below, 1.8);
  });

  test('is one of nothing but 0 and 1 for α near 0', () => {
    const drawn = numbers(symmetricBeta(new Draws([1, 2]), [200], tensor(1e-6)));
    expect(drawn.every((x) => x < 1e-6 || x > 1 - 1e-6)).toBe(true);
  });

  test('is every order, each about as often', () => {
    const seen = new Map<string, number>();
    for (let key = 0; key < 240; key++) {
      const order = numbers(randomOrder(new Draws([key, 0]), 3)).join();
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    // 40 expected of each, deviation 6.
    for (const times of seen.values()) expect(Math.abs(times - 40)).toBeLessThan(28);
  });
});

const MIXERS: readonly (readonly [string, MixingLayer])[] = [
  ['mixUp', mixUp({ alpha: 1 })],
  ['cutMix', cutMix()],
];
describe.each(MIXERS)('%s', (_, layer) => {
  // Pictures of one number each, and labels that say which.
  const count = 6;
  const images = tensor(
    ndarray(
      Float32Array.from({ length: count * 64 }, (_, i) => Math.floor(i / 64)),
      [count, 8, 8, 1],
    ),
  );
  const labels = tensor(
    ndarray(
      Float32Array.from({ length: count * count }, (_, i) => Number(i % (count + 1) === 0)),
      [count, count],
    ),
  );

  test('mixes labels as it mixes pictures', () => {
    let different = 0;
    for (let seed = 0; seed < 4; seed++) {
      const [mixedImages, mixedLabels] = layer.augment([images, labels], { seed });
      const pictures = each(mixedImages);
      for (const [i, shares] of each(mixedLabels).entries()) {
        const picture = pictures[i] ?? [];
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(total).toBeCloseTo(1, 5);
        const expected = shares.reduce((sum, share, k) => sum + share * k, 0);
        const mean = picture.reduce((sum, x) => sum + x, 0) / picture.length;
        // Boxes end between pixels: up to a row and a column of them is there or not.
        expect(Math.abs(mean - expected)).toBeLessThan(layer.className === 'MixUp' ? 1e-4 : (5 * 17) / 64);
        if ((shares[i] ?? 0) < 0.99) different++;
      }
    }
    expect(different).toBeGreaterThan(5);
  });

  test('gives the same for the same seed, works inside of a step, and rests when nothing is trained', () => {
    const [first] = layer.augment([images, labels], { seed: 1 });
    expect(numbers(layer.augment([images, labels], { seed: 1 })[0])).toEqual(numbers(first));
    const step = compile((x, y, n) => layer.apply([x, y], { training: true, step: n }).outputs);
    const at = (n: number) => (step(images, labels, tensor(n, { dtype: 'uint32' })) as Tensor[]).map(numbers);
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
    const rest = layer.apply([images, labels], { training: false }).outputs;
    expect(rest.map(numbers)).toEqual([numbers(images), numbers(labels)]);
    expect(() => mixUp().buildMany([[8, 8, 1], []])).toThrow('one-hot first');
  });
});

describe('pipeline', () => {
  const images = made(2, 6, 6);
  const layer = pipeline([
    randomFlip('horizontal', { seed: 1 }),
    randomCrop(4, 4, { seed: 2 }),
    rescaling(1 / 255),
  ]);

  test('applies its layers one after another, and changes nothing at random when nothing is trained', () => {
    expect(layer.build([6, 6, 1])).toEqual([4, 4, 1]);
    const rest = numbers(layer(images));
    expect(Math.max(...rest)).toBeLessThanOrEqual(1);
    expect(numbers(layer(images))).toEqual(rest);
    const trained = numbers(layer(images, { training: true, step: tensor(1, { dtype: 'uint32' }) }));
    expect(trained).not.toEqual(rest);
  });

  test('augments pictures by seed', () => {
    const result = numbers(layer.augment(images, { seed: 3 }));
    expect(numbers(layer.augment(images, { seed: 3 }))).toEqual(result);
    expect(layer.augment(images.reshape([2, 6, 6, 1]), { seed: 3 }).shape).toEqual([2, 4, 4, 1]);
  });
});
