import { useState } from 'preact/hooks';
import { Quantity } from '../../parts/Quantity.tsx';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import type { TopologyResult } from './compute.ts';
import type { Connected } from './connect.ts';
import {
  CONNECTIONS,
  endsOf,
  MOMENTS,
  type TopologyProperties,
  UNITS,
  unitName,
  unitText,
} from './properties.ts';

interface Given {
  readonly session: Session<TopologyProperties, TopologyResult>;
  readonly result: TopologyResult;
  readonly connected: Connected;
}

/** Where each unit stands, as shares of the drawing. */
const PLACES: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ...{ x: [0.1, 0.5], h1: [0.5, 0.22], h2: [0.5, 0.78], y: [0.9, 0.5] },
};
const HEIGHT = 230;
const RADIUS = 21;

/** The net to connect; where a loop is: its name, and the question of time. */
export function Net({ session, result, connected }: Given) {
  const { cycle, order, unrolled } = connected;
  const { delay } = session.properties.value;
  return (
    <div>
      <Drawing session={session} result={result} connected={connected} />
      {order && (
        <p class="outcome-line">
          No loop. An order: {order.map(unitText).join(', ')}. Every unit comes after all that feed it.
        </p>
      )}
      {cycle && (
        <div class={delay ? 'trouble solved' : 'trouble'}>
          <p>
            <b>{cycle.map(unitText).join(' → ')}</b> is a loop.{' '}
            {delay
              ? 'What closes it takes a moment: its end hears what was said a moment ago.'
              : 'Each would have to be known before the other, so nothing can be computed. A back edge needs time.'}
          </p>
          {!session.hidden.has('delay') && (
            <button
              type="button"
              disabled={session.locked.has('delay')}
              onClick={() => session.set({ delay: !delay, at: 0 })}
            >
              {delay ? 'Take the delay away' : 'Give it a delay'}
            </button>
          )}
        </div>
      )}
      {unrolled && <Unrolled edges={unrolled} />}
      <Values result={result} />
    </div>
  );
}

/** Units as buttons: one as the source, the next as the target, and their connection is made or taken away. */
function Drawing({ session, connected }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(560);
  const [from, setFrom] = useState<string | undefined>();
  const { edges } = session.properties.value;
  const at = (unit: string) => {
    const [x, y] = PLACES[unit] ?? [0, 0];
    return { x: x * width, y: y * HEIGHT };
  };
  const choose = (unit: string) => {
    if (from === undefined) return setFrom(unit);
    setFrom(undefined);
    const wanted = CONNECTIONS.find((connection) => connection === `${from}-${unit}`);
    if (!wanted) return;
    session.set({
      edges: edges.includes(wanted) ? edges.filter((other) => other !== wanted) : [...edges, wanted],
      at: 0,
    });
  };
  return (
    <figure>
      <div ref={place} class="net" style={{ height: `${HEIGHT}px` }}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          <Arrowheads />
          {connected.edges.map(({ ends, delayed }) => (
            <path
              key={ends.join('-')}
              class={`edge${delayed ? ' delayed' : ''}`}
              d={curve(at(ends[0]), at(ends[1]), RADIUS)}
              marker-end={`url(#topologies-${delayed ? 'back' : 'forward'})`}
            />
          ))}
        </svg>
        {UNITS.map((unit) => (
          <button
            key={unit}
            type="button"
            data-stop=""
            class={`unit${from === unit ? ' from' : ''}`}
            style={{ left: `${at(unit).x}px`, top: `${at(unit).y}px` }}
            aria-pressed={from === unit}
            aria-label={
              from === undefined
                ? `${unitText(unit)}: connect from here`
                : `${unitText(unit)}: connect from ${unitText(from)} to here, or take that connection away`
            }
            disabled={session.locked.has('edges')}
            onClick={() => choose(unit)}
          >
            {unitText(unit)}
          </button>
        ))}
      </div>
      <figcaption>
        {from === undefined
          ? 'Choose a unit, then another: a connection from the first to the second is made, or taken away. Rust and dashed: it closes a loop.'
          : `From ${unitText(from)} to …? Choose it.`}
      </figcaption>
      <p class="edges">
        Connections: {edges.map((edge) => endsOf(edge).map(unitText).join(' → ')).join(', ') || 'none'}
      </p>
    </figure>
  );
}

const Arrowheads = () => (
  <defs>
    {(['forward', 'back'] as const).map((way) => (
      <marker
        key={way}
        id={`topologies-${way}`}
        class={way}
        viewBox="0 0 8 8"
        refX={7}
        refY={4}
        markerWidth={8}
        markerHeight={8}
        orient="auto"
      >
        <path d="M0 0 8 4 0 8z" />
      </marker>
    ))}
  </defs>
);

type Place = { readonly x: number; readonly y: number };

/** From rim to rim, bent to one side, so that both directions can be told apart; a loop onto itself above. */
function curve(a: Place, b: Place, radius: number): string {
  if (a.x === b.x && a.y === b.y) {
    const [left, right, top] = [a.x - 11, a.x + 11, a.y - radius + 3];
    return `M${left} ${top}C${left - 26} ${top - 36} ${right + 26} ${top - 36} ${right} ${top}`;
  }
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy);
  const bend = { x: (a.x + b.x) / 2 - (dy / length) * 16, y: (a.y + b.y) / 2 + (dx / length) * 16 };
  const rim = (from: Place, to: Place) => {
    const far = Math.hypot(to.x - from.x, to.y - from.y);
    return `${from.x + ((to.x - from.x) * radius) / far} ${from.y + ((to.y - from.y) * radius) / far}`;
  };
  return `M${rim(a, bend)}Q${bend.x} ${bend.y} ${rim(b, bend)}`;
}

/** The same net once for each moment: what closed a loop leads to the next. */
function Unrolled({ edges }: { readonly edges: readonly (readonly [string, string])[] }) {
  const [place, width] = useElementWidth<HTMLDivElement>(560);
  const radius = width < 420 ? 11 : 15;
  const column = width / MOMENTS;
  const at = (node: string): Place => {
    const [unit = '', moment = '1'] = node.split('@');
    const [x, y] = PLACES[unit] ?? [0, 0];
    return { x: column * (Number(moment) - 1 + 0.1 + 0.76 * x), y: 14 + y * 150 };
  };
  const nodes = Array.from({ length: MOMENTS }, (_, i) => UNITS.map((unit) => `${unit}@${i + 1}`)).flat();
  return (
    <figure>
      <div ref={place}>
        <svg width={width} height={190} aria-hidden="true">
          {edges.map(([from, to]) => {
            const delayed = from.split('@')[1] !== to.split('@')[1];
            return (
              <path
                key={`${from} ${to}`}
                class={`edge${delayed ? ' delayed' : ''}`}
                d={curve(at(from), at(to), radius)}
                marker-end={`url(#topologies-${delayed ? 'back' : 'forward'})`}
              />
            );
          })}
          {nodes.map((node) => (
            <g key={node} transform={`translate(${at(node).x} ${at(node).y})`}>
              <circle class="copy" r={radius} />
              <text class="copy-name" dy={4}>
                {unitText(node.split('@')[0] ?? '')}
              </text>
            </g>
          ))}
          {Array.from({ length: MOMENTS }, (_, i) => (
            <text key={i} class="moment" x={column * (i + 0.48)} y={186}>
              t = {i + 1}
            </text>
          ))}
        </svg>
      </div>
      <figcaption>Unrolled in time the net has no loop: a copy of each unit for each moment.</figcaption>
    </figure>
  );
}

/** Every unit's value at every moment. */
function Values({ result }: { readonly result: TopologyResult }) {
  const moments = Array.from({ length: MOMENTS }, (_, i) => i + 1);
  return (
    <div class="scroll">
      <table>
        <caption>
          Each unit is tanh of its weighted inputs; every weight is w ={' '}
          <Quantity of="w" value={result.quantities.w} />
        </caption>
        <thead>
          <tr>
            <td />
            {moments.map((moment) => (
              <th key={moment} scope="col">
                t = {moment}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {UNITS.map((unit) => (
            <tr key={unit}>
              <th scope="row">{unitText(unit)}</th>
              {moments.map((moment) => {
                const name = unitName(unit, moment);
                return (
                  <td key={moment} class={result.focus === name ? 'now' : undefined}>
                    <Quantity of={name} value={result.quantities[name]} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
