/** The side of a digit's picture, in pixels. */
export const SIDE = 28;

/** A way of the pen: points in pixels with the pen's radius at each, drawn as one line. */
export interface PenPath {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly radius: Float64Array;
  readonly length: number;
}

/**
 * Draws a path onto a picture of ink, 0 (none) … 1 (full). Where lines cross, the ink does not add up:
 *
 *     ink = max(ink, smoothstep((radius + edge − distance) / (2 edge)))
 *
 * with the distance of the pixel's centre to the line. The soft edge is both anti-aliasing and the pen's bleeding.
 *
 * @param ink `[SIDE, SIDE]`, row-major; pixel (row, column) has its centre at (column, row).
 * @param edge Half of the width, in pixels, over which the ink fades.
 */
export function drawPath(ink: Float64Array, path: PenPath, edge: number): void {
  const { x, y, radius, length } = path;
  for (let i = 0; i + 1 < length; i++) {
    const x0 = x[i] as number;
    const y0 = y[i] as number;
    const dx = (x[i + 1] as number) - x0;
    const dy = (y[i + 1] as number) - y0;
    const r0 = radius[i] as number;
    const dr = (radius[i + 1] as number) - r0;
    const reach = Math.max(r0, r0 + dr) + edge;
    const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach));
    const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x0 + dx) + reach));
    const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach));
    const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y0 + dy) + reach));
    const perLength = 1 / Math.max(dx * dx + dy * dy, 1e-12);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = column - x0;
        const py = row - y0;
        // The nearest point of the segment, as a part of the way along it.
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) * perLength));
        const ox = px - along * dx;
        const oy = py - along * dy;
        const inside = (r0 + along * dr + edge - Math.sqrt(ox * ox + oy * oy)) / (2 * edge);
        if (inside <= 0) continue;
        const soft = inside >= 1 ? 1 : inside * inside * (3 - 2 * inside);
        const at = row * SIDE + column;
        if (soft > (ink[at] as number)) ink[at] = soft;
      }
    }
  }
}
