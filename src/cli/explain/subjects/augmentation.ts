import type { Block } from '../../../explain/index.ts';
import { compute, flip, layers, type Tensor, tensor } from '../../../index.ts';
import { SEED } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { heading, paragraph, subject } from '../subject.ts';

interface AugmentationOptions extends ExplainOptions {
  readonly seed?: number;
}

/** A seven, six by six. */
const PICTURE = ['......', '.####.', '....#.', '...#..', '..#...', '..#...'];
const SIZE = 6;

const QUARTER = 0.25;

function variants(x: Tensor, seed: number): Readonly<Record<string, Tensor>> {
  const options = { seed };
  const training = { training: true } as const;
  const still = [QUARTER, QUARTER] as const;
  return {
    'as it is': x,
    flipped: flip(x, [2]),
    'flipped twice': flip(flip(x, [2]), [2]),
    'a quarter turn': layers.randomRotation(still, options)(x, training),
    'scaled by zooming in': layers.randomZoom([-0.3, -0.3], options)(x, training),
    translated: layers.randomTranslation(still, [0, 0], options)(x, training),
    sheared: layers.randomShear({ xFactor: still, ...options })(x, training),
    'cropped, then enlarged': layers.resizing(SIZE, SIZE)(layers.centerCrop(4, 4)(x, training), training),
    'with Gaussian noise': layers.gaussianNoise(0.2, options)(x, training),
  };
}

/** A page would run blanks together, were they not no-break spaces. */
const SHADES = '\u00a0·░▒▓█';
const drawn = (data: ArrayLike<number>, y: number): string =>
  Array.from({ length: SIZE }, (_, x) => {
    const value = Math.min(1, Math.max(0, data[y * SIZE + x] ?? 0));
    return SHADES[Math.round(value * (SHADES.length - 1))] ?? '\u00a0';
  })
    .map((shade) => shade + shade)
    .join('');

/** `pellucid explain augmentation`: one picture, the label kept, in eight other ways. */
export const AUGMENTATION = subject<AugmentationOptions>({
  section: '1.7',
  description: 'flip, rotate, zoom, crop, translate, shear, noise: more examples with the same label',
  options: [SEED],
  show: ({ seed = 1 }) => {
    const pixels = PICTURE.flatMap((row) => [...row].map((mark) => (mark === '#' ? 1 : 0)));
    const all = variants(tensor(pixels, { shape: [1, SIZE, SIZE, 1] }), seed);
    const values = compute(Object.values(all));
    const pictures = Object.keys(all).map((name, i) => ({ name, pixels: Array.from(values[i]?.data ?? []) }));
    const same = pictures[2]?.pixels.every((value, i) => value === pixels[i]) ?? false;
    return {
      title: 'A seven is a seven',
      blocks: [
        ...pictures.flatMap(({ name, pixels: data }): Block[] => [
          heading(name, 3),
          {
            kind: 'table',
            columns: [{ title: '' }],
            rows: Array.from({ length: SIZE }, (_, y) => [drawn(data, y)]),
          },
        ]),
        paragraph(
          `Flipped twice, the picture is ${same ? 'the same again, pixel for pixel' : 'another'}. A flipped seven is no seven any more: whether a change keeps the label is a question about the data.`,
        ),
      ],
      json: { size: SIZE, seed, pictures, flippedTwiceIsIdentity: same },
    };
  },
});
