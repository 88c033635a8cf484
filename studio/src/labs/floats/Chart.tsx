import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { FloatResult } from './compute.ts';
import { STEPS, titleOf } from './properties.ts';

const HEIGHT = 190;
const EDGE = { left: 26, right: 112, top: 12, bottom: 24 } as const;
const LABEL = 17;

/** The weight of each descent over the steps; the minimum is at 1. */
export function Chart({ result }: { readonly result: FloatResult }) {
  const [place, width] = useElementWidth<HTMLDivElement>(560);
  const inner = Math.max(60, width - EDGE.left - EDGE.right);
  const tall = HEIGHT - EDGE.top - EDGE.bottom;
  const x = (step: number) => EDGE.left + (inner * step) / STEPS;
  const y = (weight: number) => EDGE.top + tall * (1 - Math.min(1.2, Math.max(-0.1, weight)) / 1.1);
  const lines = result.descents.map(({ precision, weights }) => ({
    title: titleOf(precision),
    points: [0, ...weights].map((weight, step) => [x(step), y(weight)] as const),
  }));
  const ends = lines
    .map(({ title, points }, line) => ({
      title,
      line,
      x: points.at(-1)?.[0] ?? 0,
      y: points.at(-1)?.[1] ?? 0,
    }))
    .sort((a, b) => a.y - b.y);
  let last = Number.NEGATIVE_INFINITY;
  return (
    <figure>
      <div ref={place}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <path class="axis" d={`M${x(0)} ${y(0)}H${x(STEPS)}M${x(0)} ${y(1)}H${x(STEPS)}`} />
          <text class="tick" x={EDGE.left - 6} y={y(0) + 4} text-anchor="end">
            0
          </text>
          <text class="tick" x={EDGE.left - 6} y={y(1) + 4} text-anchor="end">
            1
          </text>
          <text class="tick" x={x(STEPS)} y={HEIGHT - 6} text-anchor="end">
            step {STEPS}
          </text>
          {lines.map(({ title, points }, line) => (
            <path
              key={title}
              class={`line line-${line + 1}`}
              d={`M${points.map((point) => point.join(' ')).join('L')}`}
            />
          ))}
          {ends.map((end) => {
            last = Math.max(end.y + 4, last + LABEL);
            return (
              <text key={end.title} class="name" x={end.x + 6} y={last}>
                {end.title}
              </text>
            );
          })}
        </svg>
      </div>
      <figcaption>The weight w after each step. It begins at 0; the loss is least at 1.</figcaption>
    </figure>
  );
}
