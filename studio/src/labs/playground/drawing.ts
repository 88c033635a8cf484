import type { Session } from '../../session.ts';
import type { PlaygroundResult } from './compute.ts';
import { AFRESH, DRAWN_REACH, MOST_DRAWN, type PlaygroundProperties } from './properties.ts';

type Playground = Session<PlaygroundProperties, PlaygroundResult>;

/** Points nearer to each other are one stroke of a hand that stood still. */
const APART = 0.09;
const NEAR = 0.15;

const rounded = (value: number) => Number(Math.max(-DRAWN_REACH, Math.min(DRAWN_REACH, value)).toFixed(2));

/** Draws a point of a class; a drag draws many, and is one change. */
export function drawPoint(session: Playground, x: number, y: number, label: number): void {
  const { points } = session.properties.value;
  const [px = Number.NaN, py = Number.NaN] = points.slice(-3);
  if (Math.hypot(px - x, py - y) < APART || points.length >= 3 * MOST_DRAWN) return;
  change(session, [...points, rounded(x), rounded(y), label]);
}

/** Takes the nearest point away, if it is near. */
export function erasePoint(session: Playground, x: number, y: number): void {
  const { points } = session.properties.value;
  let best: { readonly at: number; readonly far: number } | undefined;
  for (let at = 0; at < points.length; at += 3) {
    const far = Math.hypot((points[at] ?? 0) - x, (points[at + 1] ?? 0) - y);
    if (far < (best?.far ?? NEAR)) best = { at, far };
  }
  if (best) change(session, points.toSpliced(best.at, 3));
}

const classesOf = (points: readonly number[]) => new Set(points.filter((_, i) => i % 3 === 2)).size;

/** With another number of classes the network is another, and begins afresh. */
function change(session: Playground, points: readonly number[]): void {
  const same = classesOf(points) === classesOf(session.properties.value.points);
  session.set({ ...(same ? { trouble: '' } : AFRESH), points }, { merge: 'draw' });
}
