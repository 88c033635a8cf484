import { useRef } from 'preact/hooks';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import type { GatesResult, GatesRow } from './compute.ts';
import { type GatesProperties, movedPoint, placeOf, withOtherSide, withoutPoint } from './properties.ts';

interface Given {
  readonly session: Session<GatesProperties, GatesResult>;
  readonly result: GatesResult;
}

/** The points, each unit's line with its dead zone, and the weights as an arrow, with its last change. */
export function Plane({ session, result }: Given) {
  const [place, room] = useElementWidth<HTMLDivElement>(320);
  const size = Math.max(200, Math.min(room, 380));
  const [low, high] = result.reach;
  const scale = size / (high - low);
  const x = (value: number) => (value - low) * scale;
  const y = (value: number) => size - (value - low) * scale;
  const path = ([a, b]: readonly [readonly [number, number], readonly [number, number]]) =>
    `M${x(a[0])} ${y(a[1])}L${x(b[0])} ${y(b[1])}`;
  return (
    <figure>
      <div ref={place} class="plane">
        <svg width={size} height={size} aria-hidden="true">
          <defs>
            <marker
              id="gates-arrow"
              viewBox="0 0 8 8"
              refX={7}
              refY={4}
              markerWidth={7}
              markerHeight={7}
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
          </defs>
          <path class="axis" d={`M0 ${y(0)}H${size}M${x(0)} 0V${size}`} />
          {result.units.map((unit, j) => (
            <g key={unit.bias} class={`unit-${j + 1}`}>
              {unit.lines.map(({ at, ends }, i) => (
                <path key={`${i}`} class={`line ${at}`} d={path(ends)} />
              ))}
              {unit.update && <path class="update" d={path(unit.update)} marker-end="url(#gates-arrow)" />}
            </g>
          ))}
          {result.rows.map(({ number, point }, at) => (
            <g
              key={number}
              class={`point${result.targets[at]?.[0] === 1 ? ' positive' : ' negative'}${number === result.here ? ' here' : ''}`}
              transform={`translate(${x(point[0])} ${y(point[1])})`}
            >
              <circle r={11} />
              <text dy={5}>{result.targets[at]?.[0] === 1 ? '+' : '−'}</text>
            </g>
          ))}
        </svg>
        {result.rows.map((row, at) => (
          <Handle
            key={row.number}
            {...{ session, row, scale }}
            wanted={result.targets[at]?.[0] === 1}
            left={x(row.point[0])}
            top={y(row.point[1])}
          />
        ))}
      </div>
      <figcaption>
        x₁ to the right, x₂ upwards; + wants 1, − wants −1{result.units.length > 1 && ' of the first unit'}.
        Solid: the line y_in = 0; dashed: ±θ. Arrow: the last change of (w₁, w₂). Drag a point, or move it
        with the arrow keys; Enter or a double click changes its side, Delete takes it away.
      </figcaption>
    </figure>
  );
}

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
};
/** By how much a key moves a point; with Shift, finely. */
const KEY_STEP = { plain: 0.1, fine: 0.01 } as const;

interface HandleGiven {
  readonly session: Given['session'];
  readonly row: GatesRow;
  /** Pixels that 1 has on the plane. */
  readonly scale: number;
  readonly wanted: boolean;
  readonly left: number;
  readonly top: number;
}

/** A point's handle: dragged by pointer or keys, each drag one change to undo. */
function Handle({ session, row, scale, wanted, left, top }: HandleGiven) {
  const { number, point } = row;
  // Where it is by now, be it drawn there yet or not: a second key may come before the picture of the first.
  const place = () => placeOf(session.properties.value, number);
  const from = useRef<{ readonly x: number; readonly y: number; readonly scale: number }>(undefined);
  const move = (to: readonly [number, number]) =>
    session.set(movedPoint(session.properties.value, number, to), { merge: `point ${number}` });
  const end = () => {
    from.current = undefined;
    session.commit();
  };
  const sideLocked = session.locked.has('t');
  return (
    <button
      type="button"
      class="handle"
      style={{ left: `${left}px`, top: `${top}px` }}
      disabled={session.locked.has('x')}
      aria-label={`Point ${number}, x₁ ${point[0]}, x₂ ${point[1]}, wants ${wanted ? '1' : '−1'}: drag it, or move it with the arrow keys`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        // The plane may grow under the pointer: what counts is how far it went on the plane as it was.
        const [x1, x2] = place();
        from.current = { x: x1 - event.clientX / scale, y: x2 + event.clientY / scale, scale };
      }}
      onPointerMove={({ clientX, clientY }) => {
        const start = from.current;
        if (start) move([start.x + clientX / start.scale, start.y - clientY / start.scale]);
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onDblClick={() => !sideLocked && session.set(withOtherSide(session.properties.value, number))}
      onKeyDown={(event) => {
        const way = ARROWS[event.key];
        const { value } = session.properties;
        if (way) {
          const step = event.shiftKey ? KEY_STEP.fine : KEY_STEP.plain;
          const [x1, x2] = place();
          move([x1 + way[0] * step, x2 + way[1] * step]);
        } else if (event.key === 'Enter' && !sideLocked) session.set(withOtherSide(value, number));
        else if (event.key === 'Delete' && !sideLocked) session.set(withoutPoint(value, number));
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onKeyUp={({ key }) => {
        if (key in ARROWS) session.commit();
      }}
    />
  );
}
