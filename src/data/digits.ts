import { ArgumentError } from '../graph/errors.ts';
import { ndarray } from '../graph/ndarray.ts';
import { foldIn, type Key, keyOf, RandomStream } from '../graph/threefry.ts';
import { drawPath, type PenPath, SIDE } from './digitPen.ts';
import { digitGlyphs, type Glyph, type Stroke } from './digitStrokes.ts';
import { type Displace, elasticWarp } from './digitWarp.ts';
import type { LabelledImages } from './examples.ts';

export interface MadeDigitsOptions {
  /** How many to make. */
  readonly n: number;
  readonly seed?: number;
  /** The number of the first one, from 0. */
  readonly first?: number;
}

/**
 * Makes pictures that look like handwritten digits, so that a network can be trained offline on as many as it
 * needs. A digit is a pen's way in one of the ways people write it, its points shaken; the way is distorted
 * elastically, slanted, turned, scaled and moved; then drawn with a pen of random width, pressure and darkness.
 *
 * Picture i is a pure function of (seed, i): any part of the endless sequence can be made on its own, and a
 * longer one begins with a shorter one. Of every ten pictures, from a multiple of ten on, each digit is one.
 *
 * @returns `x` float32 `[n, 28, 28]` of whole numbers 0 (paper) … 255 (ink); `y` int32 `[n]`.
 * @throws ArgumentError when `n` or `first` is no whole number of at least 0.
 */
export function madeDigits({ n, seed = 0, first = 0 }: MadeDigitsOptions): LabelledImages {
  if (!(Number.isSafeInteger(n) && Number.isSafeInteger(first) && n >= 0 && first >= 0)) {
    throw new ArgumentError({
      asked: 'made digits',
      expected: 'whole numbers n and first, at least 0',
      received: `n ${n} and first ${first}`,
    });
  }
  const glyphs = digitGlyphs();
  const key = keyOf(seed);
  const pixels = new Float32Array(n * SIDE * SIDE);
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const label = labelOf(key, first + i);
    const picture = pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    labels[i] = label;
    drawDigit(glyphs[label] ?? [], new RandomStream(foldIn(key, 2 * (first + i))), picture);
  }
  return {
    x: ndarray(pixels, [n, SIDE, SIDE]),
    y: ndarray(labels),
    classNames: glyphs.map((_, digit) => `${digit}`),
  };
}

/** Even numbers of the key are pictures, odd ones the orders of ten labels. */
function labelOf(key: Key, index: number): number {
  const ten = Math.floor(index / 10);
  const order = new RandomStream(foldIn(key, 2 * ten + 1)).permutation(10);
  return order[index - 10 * ten] ?? 0;
}

/** How much digits differ. Lengths are parts of the digit's box, but for those in pixels. */
const STYLE = {
  /** Standard deviation of each of a stroke's points. */
  jitter: 0.02,
  /** … and of a whole stroke, against the others. */
  strokeShift: 0.02,
  elastic: 0.085,
  /** Radians. */
  rotation: 0.09,
  slant: 0.15,
  /** In pixels: the box, before it is stretched. */
  height: 19,
  width: 14,
  /** Standard deviations of the logarithm of size and of width against height. */
  size: 0.07,
  stretch: 0.11,
  /** In pixels. */
  shift: 0.6,
  /** The pen's radius in pixels, from and to. */
  pen: [0.8, 1.7],
  /** Pixels over which its ink fades, from and to, to either side. */
  edge: [0.6, 0.95],
  /** How much the radius changes along the way. */
  pressure: 0.2,
  /** The darkness of full ink, from and to, of 255. */
  darkness: [200, 255],
  /** Largest noise of a picture, of 255. */
  noise: 24,
} as const;

function drawDigit(ways: readonly Glyph[], random: RandomStream, picture: Float32Array): void {
  const glyph = chooseWay(ways, random.uniform());
  const place = placement(random);
  const elastic = elasticWarp(random, STYLE.elastic);
  const radius = random.uniform(...STYLE.pen);
  const edge = random.uniform(...STYLE.edge);
  const ink = new Float64Array(SIDE * SIDE);
  for (const stroke of glyph.strokes) {
    drawPath(ink, penPath(shake(stroke, random), elastic, place, radius, random), edge);
  }
  develop(ink, random, picture);
}

function chooseWay(ways: readonly Glyph[], at: number): Glyph {
  let passed = 0;
  for (const way of ways) {
    passed += way.share;
    if (at < passed) return way;
  }
  return ways.at(-1) ?? { share: 1, strokes: [] };
}

/** Moves every point a little by itself, and the whole stroke. */
function shake({ x, y, corner }: Stroke, random: RandomStream): Stroke {
  const move = (values: Float64Array) => {
    const shift = STYLE.strokeShift * random.normal();
    return values.map((value) => value + shift + STYLE.jitter * random.normal());
  };
  return { x: move(x), y: move(y), corner };
}

/** Slant, rotation, scale and shift from the unit square to pixels, around the picture's middle. */
function placement(random: RandomStream): Displace {
  const size = Math.exp(STYLE.size * random.normal());
  const stretch = Math.exp(STYLE.stretch * random.normal());
  const [width, height] = [STYLE.width * size * stretch, (STYLE.height * size) / Math.sqrt(stretch)];
  const slant = STYLE.slant * random.normal() + 0.1;
  const angle = STYLE.rotation * random.normal();
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const middle = (SIDE - 1) / 2;
  const [right, down] = [middle + STYLE.shift * random.normal(), middle + STYLE.shift * random.normal()];
  return (x, y) => {
    const v = (y - 0.5) * height;
    const u = (x - 0.5) * width - slant * v;
    return [right + cos * u - sin * v, down + sin * u + cos * v];
  };
}

/** Pieces of the line between two points of a stroke; enough for its curves to look round. */
const PIECES = 5;

/** The stroke as a smooth line (Catmull–Rom spline) in pixels, with the pen's radius along it. */
function penPath(
  stroke: Stroke,
  elastic: Displace,
  place: Displace,
  penRadius: number,
  random: RandomStream,
): PenPath {
  const { x, y } = stroke;
  const spans = x.length - 1;
  const length = spans * PIECES + 1;
  const path = {
    x: new Float64Array(length),
    y: new Float64Array(length),
    radius: new Float64Array(length),
    length,
  };
  const [phase, waves] = [random.uniform(0, 2 * Math.PI), random.uniform(0.5, 1.5)];
  for (let i = 0; i < length; i++) {
    const span = Math.min(Math.floor(i / PIECES), spans - 1);
    const t = i / PIECES - span;
    const u = curve(stroke, x, span, t);
    const v = curve(stroke, y, span, t);
    const [du, dv] = elastic(u, v);
    const [px, py] = place(u + du, v + dv);
    path.x[i] = px;
    path.y[i] = py;
    path.radius[i] = penRadius * (1 + STYLE.pressure * Math.sin(phase + (2 * Math.PI * waves * i) / length));
  }
  return path;
}

/**
 * One coordinate between the points `span` and `span + 1`. At corners and ends the line does not look beyond.
 *
 * @see Catmull & Rom, "A Class of Local Interpolating Splines", 1974.
 */
function curve({ corner }: Stroke, values: Float64Array, span: number, t: number): number {
  const p1 = values[span] as number;
  const p2 = values[span + 1] as number;
  const p0 = corner[span] ? p1 : (values[span - 1] ?? p1);
  const p3 = corner[span + 1] ? p2 : (values[span + 2] ?? p2);
  const linear = (p2 - p0) * t;
  const square = (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t;
  const cubic = (3 * (p1 - p2) + p3 - p0) * t * t * t;
  return p1 + (linear + square + cubic) / 2;
}

/** Turns ink into grey, with noise; four pixels share the bits of one random number. */
function develop(ink: Float64Array, random: RandomStream, picture: Float32Array): void {
  const darkness = random.uniform(...STYLE.darkness);
  // Most pictures are nearly clean, a few are not.
  const noise = STYLE.noise * random.uniform() ** 2;
  let bits = 0;
  for (let i = 0; i < ink.length; i++) {
    bits = i % 4 === 0 ? random.bits() | 0 : bits >>> 8;
    const grain = ((bits & 255) / 127.5 - 1) * noise;
    const grey = darkness * (ink[i] as number) + grain;
    picture[i] = grey <= 0 ? 0 : grey >= 255 ? 255 : Math.round(grey);
  }
}
