import { displayed } from 'pellucid/units';
import type { Point } from '../../parts/labelPlaces.ts';
import { limitFor, signed } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import type { MlpProperties } from './properties.ts';
import type { MlpEdge, MlpNode, MlpResult } from './result.ts';

interface Given {
  readonly session: Session<MlpProperties, MlpResult>;
  readonly result: MlpResult;
}

/** Pixels that a unit of the fullest column has. */
const ROOM = { least: 15, most: 26 } as const;
const TALLEST = 460;

/** A network too large to number every edge: one unit is chosen, and its connections are drawn. */
export function Overview({ session, result }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const { layers, listed, quantities } = result;
  const most = Math.max(...layers.map(({ length }) => length));
  const room = Math.min(ROOM.most, Math.max(ROOM.least, TALLEST / most));
  const height = most * room + 12;
  const radius = Math.min(9, room / 2 - 2, (width / layers.length) * 0.32);
  const at = new Map<number, Point>();
  for (const [l, layer] of layers.entries()) {
    const x = 18 + ((width - 36) * l) / Math.max(layers.length - 1, 1);
    const offset = (height - layer.length * room) / 2;
    for (const [i, { number }] of layer.entries()) at.set(number, { x, y: offset + (i + 0.5) * room });
  }
  const own = [...(listed?.into ?? []), ...(listed?.outOf ?? [])];
  const limit = limitFor(own.map(({ weight }) => quantities[weight] ?? 0));
  const strongest = limitFor(layers.flat().map(({ output }) => quantities[output] ?? 0));
  return (
    <figure class="graph overview">
      <div ref={place} class="drawing" style={{ height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {result.edges.length <= MOST_FAINT && <path class="faint" d={lines(result.edges, at)} />}
          {own.map((edge) => (
            <Edge key={edge.weight} edge={edge} at={at} value={quantities[edge.weight] ?? 0} limit={limit} />
          ))}
        </svg>
        {layers.flat().map((node) => (
          <Unit
            key={node.number}
            {...{ session, result, node, at: at.get(node.number), radius, strongest }}
          />
        ))}
      </div>
      <figcaption class="key">
        Choose a unit: its connections are drawn and listed. Filled blue, its output is positive; rust and
        framed by dashes, negative; up to ±{strongest}. Lines likewise, their width by √|w| up to {limit}.
      </figcaption>
    </figure>
  );
}

/** More connections than this would be a grey field. */
const MOST_FAINT = 1600;

const lines = (edges: readonly MlpEdge[], at: ReadonlyMap<number, Point>): string =>
  edges
    .map(({ from, to }) => {
      const [a, b] = [at.get(from), at.get(to)];
      return a && b ? `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}` : '';
    })
    .join('');

function Edge({
  edge,
  at,
  value,
  limit,
}: {
  readonly edge: MlpEdge;
  readonly at: ReadonlyMap<number, Point>;
  readonly value: number;
  readonly limit: number;
}) {
  const [from, to] = [at.get(edge.from), at.get(edge.to)];
  if (!from || !to) return null;
  const { class: sign, width, dash } = signed(value, limit);
  return (
    <path
      class={`edge active ${sign}`}
      d={`M${from.x} ${from.y}L${to.x} ${to.y}`}
      stroke-width={width}
      stroke-dasharray={dash}
    />
  );
}

/** A unit as a mark to choose; an input is only looked at. */
function Unit({
  session,
  result,
  node,
  at,
  radius,
  strongest,
}: Given & {
  readonly node: MlpNode;
  readonly at: Point | undefined;
  readonly radius: number;
  readonly strongest: number;
}) {
  if (!at) return null;
  const value = result.quantities[node.output];
  const strength = value === undefined ? 0 : Math.min(1, Math.abs(value) / strongest);
  const isChosen = node.number === result.listed?.node.number;
  const sign = value === undefined || value === 0 ? '' : value < 0 ? ' negative' : ' positive';
  const text = value === undefined ? 'not computed yet' : displayed(value).text;
  return (
    <button
      type="button"
      class={`mark${sign}${isChosen ? ' chosen' : ''}${node.layer === 0 ? ' input' : ''}`}
      data-stop=""
      data-unit={node.number}
      aria-label={`${node.layer === 0 ? 'input' : 'unit'} ${node.number}: ${text}`}
      aria-pressed={isChosen}
      title={`${node.number}: ${text}`}
      style={{
        left: `${at.x}px`,
        top: `${at.y}px`,
        width: `${2 * radius}px`,
        height: `${2 * radius}px`,
        '--strength': strength.toFixed(3),
      }}
      onClick={() => {
        if (node.layer > 0 && !session.locked.has('unit')) session.set({ unit: node.number });
        if (value !== undefined) session.selected.value = node.output;
      }}
    />
  );
}
