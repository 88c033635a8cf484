import type { HillResult, Way } from './compute.ts';
import type { Pair } from './descent.ts';
import type { Frame } from './frame.ts';

interface Given {
  readonly result: HillResult;
  readonly frame: Frame;
}

/** Pixels of the longest arrow of a gradient: all are drawn to the same measure. */
const LONGEST = 54;
/** A shorter arrow would be its head alone. */
const SHORTEST = 5;

const isFinitePair = (pair: Pair | undefined): pair is Pair => pair?.every(Number.isFinite) ?? false;

/**
 * Where each method stands, what it was told, and what it keeps: the way down, −g; Adam's mean of those, −m; a
 * velocity, as far as it goes on; and, as a frame, how large gradients have been along each axis.
 */
export function Arrows({ result, frame }: Given) {
  const { ways, quantities } = result;
  const pair = (names: readonly [string, string] | undefined): Pair | undefined =>
    names && [quantities[names[0]] ?? Number.NaN, quantities[names[1]] ?? Number.NaN];
  const found = ways.map(({ step, places, lost }, i) => {
    const [end, square] = [lost ? undefined : places.at(-1), pair(step.square)];
    return {
      ...{ line: i + 1, end, gradient: pair(step.gradient), mean: pair(step.mean) },
      velocity: pair(step.velocity),
      size: square && ([Math.sqrt(square[0]), Math.sqrt(square[1])] as const),
    };
  });
  const lengths = found.flatMap(({ gradient, mean, size }) =>
    [gradient, mean, size].filter(isFinitePair).map(([x, y]) => Math.hypot(x, y)),
  );
  const scale = LONGEST / Math.max(...lengths, 1e-30);
  return (
    <>
      {found.map(({ line, end, gradient, mean, velocity, size }) => {
        if (!isFinitePair(end)) return null;
        const [x, y] = [frame.x(end[0]), frame.y(end[1])];
        // Downhill is against the gradient, and upwards on the page is against its y.
        const downhill = (of: Pair): Pair => [x - scale * of[0], y + scale * of[1]];
        return (
          <g key={line} class={`arrows line-${line}`}>
            {isFinitePair(size) && (
              <rect
                class="size"
                x={x - scale * size[0]}
                y={y - scale * size[1]}
                width={2 * scale * size[0]}
                height={2 * scale * size[1]}
              />
            )}
            {isFinitePair(gradient) && (
              <Arrow kind="gradient" from={[x, y]} to={downhill(gradient)} letter="g" />
            )}
            {isFinitePair(mean) && <Arrow kind="kept" from={[x, y]} to={downhill(mean)} letter="m" />}
            {isFinitePair(velocity) && (
              <Arrow
                kind="kept"
                from={[x, y]}
                to={[frame.x(end[0] + velocity[0]), frame.y(end[1] + velocity[1])]}
                letter="v"
              />
            )}
          </g>
        );
      })}
    </>
  );
}

function Arrow({
  kind,
  from,
  to,
  letter,
}: {
  readonly kind: 'gradient' | 'kept';
  readonly from: Pair;
  readonly to: Pair;
  readonly letter: string;
}) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy);
  if (length < SHORTEST) return null;
  const [ux, uy] = [dx / length, dy / length];
  const wing = (side: number) => `${to[0] - 7 * ux + side * 3.5 * uy} ${to[1] - 7 * uy - side * 3.5 * ux}`;
  return (
    <g class={kind}>
      <path d={`M${from[0]} ${from[1]}L${to[0]} ${to[1]}`} />
      <path class="head" d={`M${wing(1)}L${to[0]} ${to[1]}L${wing(-1)}z`} />
      <text x={to[0] + 9 * ux} y={to[1] + 9 * uy + 4}>
        {letter}
      </text>
    </g>
  );
}

/** What the arrows on the picture are. */
export function ArrowKey({ ways }: { readonly ways: readonly Way[] }) {
  const has = (key: keyof Way['step']) => ways.some(({ step }) => step[key] !== undefined);
  return (
    <>
      {' '}
      At each end, of the last step: dotted, downhill, −<i>g</i>
      {has('mean') && (
        <>
          ; solid, the mean of past ones, −<i>m</i>
        </>
      )}
      {has('velocity') && (
        <>
          ; solid, the velocity <i>v</i>, as far as it goes
        </>
      )}
      {has('square') &&
        '; the frame, how large gradients have been: the root of what is kept of their squares'}
      . Gradients are drawn to one measure, the longest {LONGEST} pixels.
    </>
  );
}
