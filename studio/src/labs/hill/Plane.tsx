import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import { ArrowKey, Arrows } from './Arrows.tsx';
import type { HillResult, Way } from './compute.ts';
import type { Pair } from './descent.ts';
import { type Frame, frameOf } from './frame.ts';
import type { HillProperties } from './properties.ts';

interface Given {
  readonly session: Session<HillProperties, HillResult>;
  readonly result: HillResult;
}

/** The surface from above, and each method's way down it. */
export function Plane({ session, result }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const frame = frameOf(result, width);
  const { terrain, view, ways } = result;
  const scale = `scale(${frame.width} ${frame.height})`;
  const isShown = session.properties.value.arrows && ways.some(({ places }) => places.length > 1);
  const range = ([low, high]: Pair) => `${low} to ${high}`.replaceAll('-', '−');
  return (
    <figure>
      <div ref={place} class="plane" style={{ height: `${frame.height}px` }}>
        <svg width={frame.width} height={frame.height} aria-hidden="true">
          <defs>
            <pattern id="hill-hatch" width={6} height={6} patternUnits="userSpaceOnUse">
              <path d="M0 6 6 0" />
            </pattern>
          </defs>
          {terrain.lines.map((line) => (
            <path key={line} class="contour" d={line} transform={scale} />
          ))}
          {terrain.holes && <path class="hole" d={terrain.holes} transform={scale} />}
          <path class="axis" d={`M0 ${frame.y(0)}H${frame.width}M${frame.x(0)} 0V${frame.height}`} />
          {ways.map((way, i) => (
            <Trail key={way.method} way={way} line={i + 1} frame={frame} />
          ))}
          {isShown && <Arrows result={result} frame={frame} />}
        </svg>
        <Labels ways={ways} frame={frame} />
        <Start session={session} frame={frame} result={result} />
      </div>
      <figcaption>
        x from {range(view.x)} to the right, y from {range(view.y)} upwards. Thin lines join points of equal
        height; between two of them lies a twelfth of the picture. The ring is the start: drag it, or move it
        with the arrow keys.{isShown && <ArrowKey ways={ways} />}
        {terrain.holes && ' Hatched: f is no finite number there.'}
      </figcaption>
    </figure>
  );
}

const isDrawn = (place: Pair) => place.every(Number.isFinite);

function Trail({ way, line, frame }: { readonly way: Way; readonly line: number; readonly frame: Frame }) {
  // A way that leaves for good is followed to the edge.
  const seen = way.places.slice(0, way.lost?.step).map(([x, y]): Pair => [frame.x(x), frame.y(y)]);
  const out = exitOf(way, frame);
  const points = out ? [...seen, out] : seen;
  const end = out ? undefined : points.at(-1);
  return (
    <g class={`trail line-${line}`}>
      <path d={`M${points.map(([x, y]) => `${x} ${y}`).join('L')}`} />
      <path
        class="stops"
        d={seen
          .slice(1)
          .map(([x, y]) => `M${x} ${y}h0`)
          .join('')}
      />
      {end && <circle class="end" cx={end[0]} cy={end[1]} r={4.5} />}
      {out && <rect class="out" x={out[0] - 11} y={out[1] - 11} width={22} height={22} />}
    </g>
  );
}

/** Where a way leaves the picture for good: on its edge. */
function exitOf({ places, lost }: Way, { width, height, x, y }: Frame): Pair | undefined {
  if (!lost) return undefined;
  const from = places.slice(0, lost.step).findLast(isDrawn);
  const to = places[lost.step];
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  const [x0, y0] = from ? [x(from[0]), y(from[1])] : [0, 0];
  if (!to || !isDrawn(to)) return [clamp(x0, width), clamp(y0, height)];
  const [dx, dy] = [x(to[0]) - x0, y(to[1]) - y0];
  const share = (start: number, by: number, most: number) =>
    by === 0 ? 1 : Math.max(0, ((by > 0 ? most : 0) - start) / by);
  const part = Math.min(1, share(x0, dx, width), share(y0, dy, height));
  return [clamp(x0 + part * dx, width), clamp(y0 + part * dy, height)];
}

const LINE_HEIGHT = 17;

/** A name at each line's end; names that would cover each other stand one below the other. */
function Labels({ ways, frame }: { readonly ways: readonly Way[]; readonly frame: Frame }) {
  const ends = ways.flatMap((way) => {
    const end = way.lost ? exitOf(way, frame) : way.places.at(-1);
    if (!end) return [];
    const [x, y] = way.lost ? end : [frame.x(end[0]), frame.y(end[1])];
    return [{ title: way.title, x, y }];
  });
  let last = Number.NEGATIVE_INFINITY;
  return (
    <>
      {ends
        .sort((a, b) => a.y - b.y)
        .map(({ title, x, y }) => {
          last = Math.max(y, last + LINE_HEIGHT);
          const top = Math.min(frame.height - LINE_HEIGHT / 2, Math.max(LINE_HEIGHT / 2, last));
          const side = x > frame.width * 0.7 ? 'before' : 'after';
          return (
            <span
              key={title}
              class={`label ${side}`}
              style={{ left: `${Math.min(frame.width, Math.max(0, x))}px`, top: `${top}px` }}
              aria-hidden="true"
            >
              {title}
            </span>
          );
        })}
    </>
  );
}

const ARROWS: Readonly<Record<string, Pair>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
};

const rounded = (value: number) => Math.round(value * 100) / 100;

/** Where all begin. */
function Start({ session, frame, result }: Given & { readonly frame: Frame }) {
  const { x, y } = session.properties.value;
  const { view } = result;
  const locked = session.locked.has('x') || session.locked.has('y');
  const move = (to: Pair) => {
    const within = (value: number, [low, high]: Pair) => rounded(Math.min(high, Math.max(low, value)));
    session.set({ x: within(to[0], view.x), y: within(to[1], view.y) }, { merge: 'start' });
  };
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLButtonElement }) => {
    const around = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!around || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const share = {
      x: (event.clientX - around.left) / frame.width,
      y: (event.clientY - around.top) / frame.height,
    };
    move([view.x[0] + share.x * (view.x[1] - view.x[0]), view.y[1] - share.y * (view.y[1] - view.y[0])]);
  };
  return (
    <button
      type="button"
      class="start"
      style={{
        left: `${Math.min(frame.width, Math.max(0, frame.x(x)))}px`,
        top: `${Math.min(frame.height, Math.max(0, frame.y(y)))}px`,
      }}
      disabled={locked}
      aria-label={`Start, x ${x}, y ${y}: drag it, or move it with the arrow keys`}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onPointerUp={() => session.commit()}
      onKeyDown={(event) => {
        const way = ARROWS[event.key];
        if (!way) return;
        event.preventDefault();
        event.stopPropagation();
        const step = (view.x[1] - view.x[0]) / (event.shiftKey ? 400 : 40);
        // From where it is by now: a second key may come before the picture of the first.
        const now = session.properties.value;
        move([now.x + way[0] * step, now.y + way[1] * step]);
      }}
      onKeyUp={(event) => {
        if (event.key in ARROWS) session.commit();
      }}
    />
  );
}
