export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where on its edge a number may sit: nearer to the source first, where edges have parted. */
const PLACES = [0.32, 0.26, 0.4, 0.48, 0.56, 0.2, 0.64, 0.72];
/** Half the room a number takes. */
const LABEL = { x: 30, y: 11 } as const;

/** A place for the number of each line, such that none covers another. */
export function labelPlaces(
  lines: readonly { readonly name: string; readonly from: Point; readonly to: Point }[],
): Map<string, Point> {
  const places = new Map<string, Point>();
  const isFree = ({ x, y }: Point) =>
    [...places.values()].every(
      (other) => Math.abs(other.x - x) > 2 * LABEL.x || Math.abs(other.y - y) > 2 * LABEL.y,
    );
  for (const { name, from, to } of lines) {
    const candidates = PLACES.map((share) => ({
      x: from.x + (to.x - from.x) * share,
      y: from.y + (to.y - from.y) * share,
    }));
    const place = candidates.find(isFree) ?? candidates[0];
    if (place) places.set(name, place);
  }
  return places;
}
