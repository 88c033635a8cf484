import type { NDArray } from '../../graph/ndarray.ts';
import { aspectBox, type ResizeInterpolation, resizeTaps } from '../../tensor/image/taps.ts';

/**
 * One picture of another size, on the host: pictures of a folder come in any number of sizes, and compiling a
 * program for each would take longer than resizing it.
 */
export function resizePicture(
  { shape, data }: NDArray,
  [toHeight, toWidth]: readonly [number, number],
  interpolation: ResizeInterpolation,
  cropToAspectRatio: boolean,
): NDArray {
  const [height = 0, width = 0, channels = 0] = shape;
  const box = cropToAspectRatio
    ? aspectBox([height, width], [toHeight, toWidth])
    : { top: 0, left: 0, height, width };
  const rows = resizeTaps(box.height, toHeight, interpolation, false);
  const columns = resizeTaps(box.width, toWidth, interpolation, false);
  const result = new Float32Array(toHeight * toWidth * channels);
  // One row of new height at a time, in its old width: [box.width, channels]
  const line = new Float32Array(box.width * channels);
  for (let y = 0; y < toHeight; y++) {
    line.fill(0);
    for (let tap = y * rows.perPixel; tap < (y + 1) * rows.perPixel; tap++) {
      const weight = rows.weights[tap] ?? 0;
      const from = ((box.top + (rows.indices[tap] ?? 0)) * width + box.left) * channels;
      for (let i = 0; i < line.length; i++) line[i] = (line[i] ?? 0) + weight * (data[from + i] ?? 0);
    }
    for (let x = 0; x < toWidth; x++) {
      const to = (y * toWidth + x) * channels;
      for (let tap = x * columns.perPixel; tap < (x + 1) * columns.perPixel; tap++) {
        const weight = columns.weights[tap] ?? 0;
        const from = (columns.indices[tap] ?? 0) * channels;
        for (let c = 0; c < channels; c++) {
          result[to + c] = (result[to + c] ?? 0) + weight * (line[from + c] ?? 0);
        }
      }
    }
  }
  return { dtype: 'float32', shape: [toHeight, toWidth, channels], data: result };
}
