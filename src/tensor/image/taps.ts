import { ArgumentError } from '../../graph/errors.ts';

/** How values between pixels are found. */
export type ResizeInterpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5';

interface Kernel {
  /** Further away than this it is 0. */
  readonly radius: number;
  /** The weight of a pixel at a distance from 0. */
  readonly weight: (distance: number) => number;
}

const lanczos = (radius: number): Kernel => ({
  radius,
  weight: (x) =>
    x === 0 ? 1 : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2,
});

const KERNELS: Readonly<Record<Exclude<ResizeInterpolation, 'nearest'>, Kernel>> = {
  bilinear: { radius: 1, weight: (x) => 1 - x },
  // Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −1/2.
  bicubic: {
    radius: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** Along one axis: which pixels each new pixel is made of, and with what weights. */
export interface Taps {
  /** Pixels a new pixel is made of; some may have weight 0. */
  readonly perPixel: number;
  /** `perPixel` for each new pixel. */
  readonly indices: Int32Array;
  readonly weights: Float32Array;
}

/**
 * How an axis of `from` pixels becomes one of `to`. Pixels are areas: the centre of the first is at ½.
 *
 * @param antialias Whether, when the axis shrinks, the kernel widens so that every pixel counts.
 * @throws ArgumentError when the interpolation is unknown.
 */
export function resizeTaps(
  from: number,
  to: number,
  interpolation: ResizeInterpolation,
  antialias: boolean,
): Taps {
  const scale = from / to;
  if (interpolation === 'nearest') {
    const indices = Int32Array.from({ length: to }, (_, i) =>
      Math.min(Math.floor((i + 0.5) * scale), from - 1),
    );
    return { perPixel: 1, indices, weights: new Float32Array(to).fill(1) };
  }
  if (!Object.hasOwn(KERNELS, interpolation)) {
    throw new ArgumentError({
      asked: `interpolation "${interpolation}"`,
      expected: ['nearest', ...Object.keys(KERNELS)].join(', '),
    });
  }
  const kernel = KERNELS[interpolation];
  const widened = antialias ? Math.max(scale, 1) : 1;
  const reach = kernel.radius * widened;
  const perPixel = Math.min(Math.ceil(2 * reach) + 1, from);
  const indices = new Int32Array(to * perPixel);
  const weights = new Float32Array(to * perPixel);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    const first = Math.max(0, Math.min(Math.ceil(centre - reach), from - perPixel));
    const found = Array.from({ length: perPixel }, (_, tap) => {
      const distance = Math.abs(first + tap - centre) / widened;
      return distance < kernel.radius ? kernel.weight(distance) : 0;
    });
    // At the edge some of the kernel lies outside: what is left has to sum to 1.
    const total = found.reduce((sum, weight) => sum + weight, 0);
    for (const [tap, weight] of found.entries()) {
      indices[i * perPixel + tap] = first + tap;
      weights[i * perPixel + tap] = weight / total;
    }
  }
  return { perPixel, indices, weights };
}

/** The largest box in the middle with the aspect ratio of the target. */
export function aspectBox(
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): { readonly top: number; readonly left: number; readonly height: number; readonly width: number } {
  const boxHeight = Math.min(height, Math.trunc((width * toHeight) / toWidth));
  const boxWidth = Math.min(width, Math.trunc((height * toWidth) / toHeight));
  return {
    top: Math.trunc((height - boxHeight) / 2),
    left: Math.trunc((width - boxWidth) / 2),
    height: boxHeight,
    width: boxWidth,
  };
}
