import type { HillResult } from './compute.ts';

/** From the surface's coordinates to the picture's. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Further out than this nothing is drawn: a browser counts every dash of a line, seen or not. */
const FAR = 3000;

export function frameOf({ view }: HillResult, width: number): Frame {
  const [left, right] = view.x;
  const [low, high] = view.y;
  const height = (width * (high - low)) / (right - left);
  const near = (value: number) => Math.min(FAR, Math.max(-FAR, value));
  return {
    ...{ width, height },
    x: (value) => near((width * (value - left)) / (right - left)),
    y: (value) => near((height * (high - value)) / (high - low)),
  };
}
