/**
 * How the ten digits are written, as strokes of a pen, in the ways in which people differ.
 *
 * A line is one stroke: points `x,y` in hundredths of the digit's box (x to the right, y down), joined by a smooth
 * curve in the order in which a hand draws them. A point marked `!` is a corner. The first number is how often
 * people write it so, compared with the other ways.
 */
const WAYS: readonly (readonly (readonly [often: number, ...strokes: string[]])[])[] = [
  // 0: closed at the top, drawn past its start, or narrow and open at the top right.
  [
    [4, '52,2 22,14 10,50 24,88 50,98 78,86 90,48 76,12 52,2'],
    [3, '66,8 40,3 16,28 12,66 36,97 68,90 88,56 80,20 54,6 40,14'],
    [2, '58,4 34,18 24,52 32,86 52,97 70,82 78,48 70,14 58,4'],
    [1, '70,14 48,2 18,24 10,60 34,96 70,90 90,54 82,14 62,4'],
  ],
  // 1: a bare stroke, with an upstroke, or with upstroke and foot.
  [
    [4, '52,2 51,34 50,66 49,98'],
    [4, '28,26 42,16 54,2! 53,50 52,98'],
    [2, '28,24 42,14 54,2! 53,50 52,97', '26,97 52,98 78,97'],
    [1, '40,12 52,2! 51,50 50,98'],
  ],
  // 2: a sharp foot, a loop at the foot, or a wavy base.
  [
    [4, '14,24 28,6 56,2 80,18 78,42 52,70 12,97! 50,96 90,96'],
    [3, '14,22 32,4 64,4 80,26 66,54 32,86 14,94 12,80 28,76 50,90 72,97 92,88'],
    [2, '18,16 44,2 74,12 76,38 50,68 14,94! 34,88 62,97 90,90'],
    [1, '16,6 50,4 78,10 76,36 46,66 12,97! 88,97'],
  ],
  // 3: two bows that meet in a corner, in a small loop, or below a flat top.
  [
    [5, '16,14 40,2 72,8 78,26 64,42 38,48! 70,54 86,72 74,92 44,98 14,86'],
    [2, '18,12 46,2 74,14 70,36 48,50 38,47 46,43 70,54 84,74 66,95 38,98 12,88'],
    [2, '16,4 48,4 82,4! 60,24 44,42! 72,50 86,70 72,92 44,98 14,88'],
    [1, '20,18 46,4 72,16 68,36 46,46! 72,58 78,80 56,97 20,92'],
  ],
  // 4: open at the top, the same with a long stem, or closed.
  [
    [4, '26,4 18,34 14,58! 48,58 90,54', '74,6 70,50 66,98'],
    [3, '22,6 16,36 24,56 50,56 74,44', '78,2 74,50 70,98'],
    [3, '64,2 38,32 8,66! 50,66 92,64', '64,2 64,50 63,98'],
    [1, '62,98 64,50 66,2! 38,30 10,62! 50,64 88,60'],
  ],
  // 5: belly first and the roof after it, or all in one.
  [
    [4, '28,6 24,26 20,46! 48,38 78,50 84,72 66,94 38,98 12,86', '28,6 56,6 86,4'],
    [3, '84,4 56,5 28,6! 24,26 20,44! 50,38 80,52 82,78 56,97 14,90'],
    [1, '80,6 50,4 30,12 26,36 46,46 72,56 76,80 52,97 18,92'],
  ],
  // 6: one bow into its loop, with a straight stem, or with a wide loop.
  [
    [4, '70,4 42,20 20,50 16,78 36,97 66,94 80,74 66,56 40,58 20,76'],
    [2, '60,2 44,26 28,54 20,78 38,97 64,92 70,72 54,62 34,70 24,82'],
    [2, '82,8 48,10 20,40 12,74 34,97 72,94 86,70 68,50 36,54 14,74'],
  ],
  // 7: bare, with a bar, with a hook at its start, or bent.
  [
    [4, '12,8 48,8 86,6! 64,44 42,98'],
    [3, '12,8 48,8 86,6! 62,48 44,98', '34,50 56,48 80,46'],
    [2, '14,20 16,6! 50,8 84,4! 62,48 46,98'],
    [2, '12,12 46,4 82,10 74,36 56,62 46,98'],
  ],
  // 8: one line that crosses itself, from the right or from the middle, or two rings.
  [
    [4, '74,14 48,2 24,14 30,36 56,50 80,70 70,92 44,98 20,84 26,64 52,48 74,30 74,14'],
    [2, '82,8 52,3 26,16 34,40 62,54 78,76 58,97 28,92 24,68 50,46 82,10'],
    [2, '50,2 26,12 28,38 50,47 74,36 74,12 50,2', '50,47 20,60 20,88 50,98 82,86 80,58 50,47'],
    [1, '52,46 28,34 30,10 54,2 76,14 70,38 46,52 22,72 30,94 58,98 80,82 72,60 52,46'],
  ],
  // 9: ring with a straight stem, with a curled tail, or with a stem drawn from the ring.
  [
    [4, '78,20 54,3 26,14 20,38 42,52 68,42 78,18! 76,56 70,98'],
    [3, '80,22 56,3 26,12 18,36 40,52 68,42 80,20 82,58 66,92 38,97 18,86'],
    [2, '72,12 44,3 20,22 28,46 54,48 74,30 76,10 70,50 50,98'],
    [1, '76,26 60,4 34,8 22,32 42,50 70,36 76,10! 84,4! 72,54 62,98'],
  ],
];

/** One stroke: its points, as x, y pairs in the unit square, and which of them are corners. */
export interface Stroke {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly corner: readonly boolean[];
}

/** One way to write a digit. */
export interface Glyph {
  /** The share of people who write the digit so. */
  readonly share: number;
  readonly strokes: readonly Stroke[];
}

/** The ways to write each digit, in the order 0 … 9. */
export function digitGlyphs(): readonly (readonly Glyph[])[] {
  return WAYS.map((ways) => {
    const total = ways.reduce((sum, [often]) => sum + often, 0);
    return ways.map(([often, ...strokes]) => ({ share: often / total, strokes: strokes.map(parseStroke) }));
  });
}

function parseStroke(text: string): Stroke {
  const points = text.split(' ');
  const coordinate = (axis: number) =>
    Float64Array.from(points, (point) => Number.parseInt(point.split(',')[axis] ?? '', 10) / 100);
  return { x: coordinate(0), y: coordinate(1), corner: points.map((point) => point.endsWith('!')) };
}
