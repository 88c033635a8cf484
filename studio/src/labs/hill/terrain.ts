import { contours } from 'd3-contour';
import { tensor, Variable } from 'pellucid';
import { graph, hessianProduct, lanczos } from 'pellucid/explain';
import { type Pair, surfaceAt } from './descent.ts';
import { kept } from './kept.ts';
import type { Surface } from './properties.ts';

/** A surface as seen from above, as paths in a square of side 1 whose y goes down. */
export interface Terrain {
  /** Lines of equal height: between two of them lies a like share of the picture. */
  readonly lines: readonly string[];
  /** Where the surface has no finite height; empty where it has one everywhere. */
  readonly holes: string;
}

const GRID = { across: 81, down: 61 } as const;
export const LEVELS = 12;

const spread = ([low, high]: Pair, count: number) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

export const terrainOf = kept(
  8,
  (source: string, { x, y }: Pick<Surface, 'x' | 'y'>) => `${x} ${y} ${source}`,
  (source, { x, y }): Terrain => {
    const { across, down } = GRID;
    const columns = tensor(spread(x, across)).reshape([1, across]);
    const rows = tensor(spread([y[1], y[0]], down)).reshape([down, 1]);
    const flat = columns.add(rows).mul(0);
    const heights = Array.from(surfaceAt(graph(source), columns, rows).add(flat).dataSync(), Number);
    const known = heights.filter(Number.isFinite).sort((a, b) => a - b);
    const level = (share: number) => known[Math.floor(share * (known.length - 1))] ?? 0;
    const levels = Array.from({ length: LEVELS - 1 }, (_, i) => level((i + 1) / LEVELS));
    const draw = contours().size([across, down]);
    const holes = heights.map((height) => Number(!Number.isFinite(height)));
    return {
      lines: [...new Set(levels)].map((height) => pathOf(draw.contour(heights, height).coordinates)),
      holes: known.length < heights.length ? pathOf(draw.contour(holes, 0.5).coordinates) : '',
    };
  },
);

/** d3's coordinates have the middle of the first cell at ½. */
function pathOf(polygons: readonly (readonly (readonly number[])[])[][]): string {
  const point = ([i = 0, j = 0]: readonly number[]) =>
    `${((i - 0.5) / (GRID.across - 1)).toFixed(4)} ${((j - 0.5) / (GRID.down - 1)).toFixed(4)}`;
  return polygons
    .flat()
    .map((ring) => `M${ring.map(point).join('L')}Z`)
    .join('');
}

/** The Hessian at a point, and its eigenvalues. */
export interface Bend {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
  readonly greatest: number;
  readonly least: number;
}

const productOf = kept(
  8,
  (source: string) => source,
  (source) => {
    const expression = graph(source);
    const weights = [new Variable(tensor(0), { name: 'x' }), new Variable(tensor(0), { name: 'y' })] as const;
    const [x, y] = weights;
    const multiply = hessianProduct(() => surfaceAt(expression, x.read(), y.read()), weights);
    return { x, y, multiply };
  },
);

/** How a surface bends at a point: products of its Hessian with the axes, and the method of Lanczos. */
export function bendAt(source: string, [atX, atY]: Pair): Bend {
  const { x, y, multiply } = productOf(source);
  x.assign(atX);
  y.assign(atY);
  const [xx = Number.NaN, xy = Number.NaN] = Array.from(multiply(Float64Array.of(1, 0)));
  const [, yy = Number.NaN] = Array.from(multiply(Float64Array.of(0, 1)));
  const { eigenvalues } = lanczos(multiply, 2);
  const [least = Number.NaN, greatest = Number.NaN] = eigenvalues;
  return { xx, xy, yy, greatest, least };
}
