import { round } from './formats.ts';

/** How a descent computes: all in float16; with float32 weights; and with a scaled loss, too. */
export const PRECISIONS = ['float16', 'float16, float32 weights', 'mixed, with a scaled loss'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface PrecisionRun {
  readonly precision: Precision;
  /** Where it ends; the minimum is at 1. */
  readonly weight: number;
  /** Gradients that were 0 in float16, and not at full precision. */
  readonly zeros: number;
  readonly weights: readonly number[];
}

export interface PrecisionOptions {
  readonly steps?: number;
  readonly lossScale?: number;
  /** s: how flat the loss is. */
  readonly slope?: number;
}

/**
 * Gradient descent on ½·s·(w − 1)² from w = 0, whose forward and backward computation is rounded to float16 at every
 * operation, with weights in float16 or in float32. Errors are so small that gradients go under, unless the loss is
 * scaled before it is differentiated and the gradient divided again in float32.
 *
 * @see Micikevicius et al., "Mixed precision training", 2018, section 3
 */
export function halfPrecisionDescent(
  precision: Precision,
  { steps = 400, lossScale = 4096, slope = 1e-6 }: PrecisionOptions = {},
): PrecisionRun {
  const half = (value: number) => round(value, 'float16');
  const scale = precision === 'mixed, with a scaled loss' ? lossScale : 1;
  const keep = precision === 'float16' ? half : Math.fround;
  const rate = 0.02 / slope;
  let weight = 0;
  let zeros = 0;
  const weights: number[] = [];
  for (let step = 0; step < steps; step++) {
    const error = half(half(weight) - 1);
    // The chain of a deep network: small factors one after the other, each product rounded.
    const gradient = half(half(half(scale * Math.sqrt(slope)) * half(Math.sqrt(slope))) * error);
    if (gradient === 0 && error !== 0) zeros++;
    weight = keep(weight - rate * Math.fround(gradient / scale));
    weights.push(weight);
  }
  return { precision, weight, zeros, weights };
}
