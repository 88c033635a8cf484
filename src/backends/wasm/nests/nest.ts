import { type Expression, eachExpression, type Kernel } from '../../../compile/kernels.ts';
import type { View } from '../../../compile/views.ts';
import { type Counter, forEach, forShare, inLastPart, type Loop, UNIT, viewsOf } from '../assembly/loops.ts';
import type { KernelContext, Position } from '../body.ts';

/** Numbers in a SIMD register. */
export const LANES = 4;

/** Every distinct view under some expressions. */
export function allViews(expressions: readonly Expression[]): View[] {
  const views: View[] = [];
  eachExpression(expressions, (expression) => {
    views.push(...viewsOf(expression));
  });
  return views;
}

/** The views of results that are not written densely. */
export function storeViews({ stores }: Kernel): View[] {
  return stores.flatMap(({ view }) => view ?? []);
}

/** Writes nested loops, outermost first; `body` gets the position of each. */
export function nest(
  context: KernelContext,
  loops: readonly Loop[],
  body: (positions: readonly Position[]) => void,
  positions: readonly Position[] = [],
): void {
  const [loop, ...rest] = loops;
  if (!loop) {
    body(positions);
    return;
  }
  forEach(context.code, 0, loop.length, 1, (counter) =>
    nest(context, rest, body, [...positions, { loop, counter }]),
  );
}

/** Nested loops whose outermost the threads share; each part is one of its steps. */
export function nestShared(
  context: KernelContext,
  loops: readonly Loop[],
  body: (positions: readonly Position[]) => void,
): void {
  const [loop, ...rest] = loops;
  if (!loop || !context.share) nest(context, loops, body);
  else
    forShare(
      context.code,
      context.share,
      loop.length,
      Math.ceil(loop.length / context.share.parts),
      1,
      (counter) => nest(context, rest, body, [{ loop, counter }]),
    );
}

/** Runs `body` along a loop, as many numbers at a time as fit; the last piece has what is left. */
export function strip(context: KernelContext, loop: Loop | undefined, body: StripBody, group = 1): void {
  const length = loop?.length ?? 1;
  const width = context.vector ? LANES : 1;
  const grouped = length - (length % (width * group));
  forEach(context.code, 0, grouped, width * group, (counter) => body(counter, width, group));
  stripRest(context, length, grouped, body);
}

/** What is computed at a position: for so many lanes, in so many vectors side by side. */
type StripBody = (counter: Counter, lanes: number, vectors: number) => void;

/** From `grouped` on: vector by vector, and then what does not fill one. */
function stripRest({ code, vector }: KernelContext, length: number, grouped: number, body: StripBody): void {
  const width = vector ? LANES : 1;
  const full = length - (length % width);
  forEach(code, grouped, full, width, (counter) => body(counter, width, 1));
  if (full < length) body(full * UNIT, length - full, 1);
}

/** The same where the threads share the loop, in parts that are multiples of a vector. */
export function stripShared(
  context: KernelContext,
  loop: Loop | undefined,
  body: StripBody,
  group = 1,
): void {
  const { code, share, vector } = context;
  if (!share) {
    strip(context, loop, body, group);
    return;
  }
  const length = loop?.length ?? 1;
  const width = (vector ? LANES : 1) * group;
  const grouped = length - (length % width);
  const size = Math.ceil(grouped / width / share.parts) * width;
  forShare(code, share, grouped, size, width, (counter) => body(counter, width / group, group));
  if (grouped < length) inLastPart(code, share, () => stripRest(context, length, grouped, body));
}
