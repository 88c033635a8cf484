export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Around a middle, so far to either side. */
export interface Box extends Point {
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** Where on its edge a number may sit: nearer to the source first, where edges have parted. */
const PLACES = [0.32, 0.26, 0.4, 0.48, 0.56, 0.2, 0.64, 0.72, 0.8];
/** Half the room a number takes. */
const LABEL = { halfWidth: 35, halfHeight: 11 } as const;

/** How much of one box another covers. */
function overlap(a: Box, b: Box): number {
  const across = a.halfWidth + b.halfWidth - Math.abs(a.x - b.x);
  const down = a.halfHeight + b.halfHeight - Math.abs(a.y - b.y);
  return across > 0 && down > 0 ? across * down : 0;
}

/**
 * A place for the number of each line, such that none covers another, nor what stands there already; where there is no
 * such place, the one where least is covered.
 */
export function labelPlaces(
  lines: readonly { readonly name: string; readonly from: Point; readonly to: Point }[],
  standing: readonly Box[] = [],
): Map<string, Point> {
  const places = new Map<string, Point>();
  const taken = [...standing];
  for (const { name, from, to } of lines) {
    let best: { place: Box; covered: number } | undefined;
    for (const share of PLACES) {
      const place = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, ...LABEL };
      const covered = taken.reduce((sum, other) => sum + overlap(place, other), 0);
      if (!best || covered < best.covered) best = { place, covered };
      if (covered === 0) break;
    }
    if (!best) continue;
    taken.push(best.place);
    places.set(name, best.place);
  }
  return places;
}
