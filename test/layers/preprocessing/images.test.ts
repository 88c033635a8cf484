import { describe, expect, test } from 'vitest';
import { ndarray } from '../../../src/graph/ndarray.ts';
import * as library from '../../../src/index.ts';
import { type Layer, type Tensor, tensor } from '../../../src/index.ts';
import { gaussianBlur } from '../../../src/layers/preprocessing/elasticTransform.ts';
import { affineTransform } from '../../../src/tensor/image/affine.ts';
import type { SampleOptions } from '../../../src/tensor/image/sample.ts';
import { fixture } from '../../data/fixture.ts';

interface Plain {
  readonly shape: number[];
  readonly data: number[];
}
interface Case {
  readonly kind: keyof typeof MAKERS;
  readonly arguments: never[];
  readonly value: Plain;
}
interface Images {
  readonly pixels: Plain;
  readonly matrices: Plain;
  readonly affine: (SampleOptions & { value: Plain })[];
  readonly forced: Case[];
  readonly sheared: Plain[];
  readonly fixed: Case[];
  readonly field: Plain;
  readonly blurs: { sigma: number; value: Plain }[];
}
const { randomBrightness, randomCrop, randomRotation, randomShear, randomTranslation, randomZoom } = library;
const { centerCrop, resizing } = library;
const MAKERS = {
  randomBrightness,
  randomCrop,
  randomRotation,
  randomTranslation,
  randomZoom,
  centerCrop,
  resizing,
} satisfies Record<string, (...args: never[]) => Layer>;

const { pixels, matrices, affine, forced, sheared, fixed, field, blurs } =
  fixture<Images>('preprocessing/images.json');
const toTensor = ({ shape, data }: Plain) => tensor(ndarray(Float32Array.from(data), shape));
const pictures = toTensor(pixels);

function furthest(found: Tensor, { shape, data }: Plain): number {
  expect(found.shape).toEqual(shape);
  const numbers = found.dataSync();
  return data.reduce((most, value, i) => Math.max(most, Math.abs(value - (numbers[i] ?? Number.NaN))), 0);
}
/** Of pixels from 0 to 255. */
const CLOSE = 2e-3;

describe('as in Keras', () => {
  test.each(affine)('affineTransform, $fillMode, $interpolation', ({ value, ...options }) => {
    const result = affineTransform(pictures, toTensor(matrices), { ...options, fillValue: 7 });
    expect(furthest(result, value)).toBeLessThan(CLOSE);
  });

  test.each(forced)('$kind($arguments)', ({ kind, arguments: args, value }) => {
    const make: (...args: never[]) => Layer = MAKERS[kind];
    const layer = make(...args);
    const trained = layer(pictures, { training: true });
    expect(furthest(trained, value)).toBeLessThan(CLOSE);
    expect(layer(pictures, { training: false }).dataSync()).toEqual(pictures.dataSync());
  });

  test.each(fixed)('$kind($arguments)', ({ kind, arguments: args, value }) => {
    const make: (...args: never[]) => Layer = MAKERS[kind];
    const layer = make(...args);
    expect(layer.build(pixels.shape.slice(1))).toEqual(value.shape.slice(1));
    expect(furthest(layer(pictures), value)).toBeLessThan(CLOSE);
  });

  test('randomShear, to one side and the other', () => {
    const layer = randomShear({ xFactor: [0.3, 0.3], yFactor: [0.5, 0.5] });
    const batch = library.concat(Array.from({ length: 8 }, () => pictures));
    const result = layer.augment(batch, { seed: 1 }).reshape([8, 2, 5, 6, 2]).dataSync();
    const sides = Array.from({ length: 16 }, (_, i) => {
      const picture = result.subarray(i * 60, (i + 1) * 60);
      const distances = sheared.map(({ data }) => {
        const wanted = data.slice((i % 2) * 60, ((i % 2) + 1) * 60);
        return wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - (picture[k] ?? 0))), 0);
      });
      expect(Math.min(...distances)).toBeLessThan(CLOSE);
      return distances.indexOf(Math.min(...distances));
    });
    expect(new Set(sides).size).toBe(2);
  });
});

test.each(blurs)('gaussianBlur, sigma $sigma, is that of SciPy', ({ sigma, value }) => {
  expect(furthest(gaussianBlur(toTensor(field), tensor(sigma)), value)).toBeLessThan(1e-4);
});

test('unknown fill modes, factors out of bounds and pictures without channels are refused', () => {
  expect(() => randomRotation(0.1, JSON.parse('{"fillMode": "mirrored"}'))).toThrow('fillMode "mirrored"');
  expect(() => randomRotation(1.5)).toThrow('randomRotation with factor 1.5');
  expect(() => randomZoom([0, 2])).toThrow('randomZoom with heightFactor [0,2]');
  expect(() => randomShear({ xFactor: [-0.1, 0.5] })).toThrow('from 0 to 1');
  expect(() => centerCrop(0, 3)).toThrow('centerCrop to 0 × 3');
  expect(() => resizing(3, 3).build([4, 4])).toThrow('Add the axis of channels');
  expect(() => affineTransform(pictures, [[1, 0, 0, 0, 1]])).toThrow('matrices of shape [2, 6]');
});
