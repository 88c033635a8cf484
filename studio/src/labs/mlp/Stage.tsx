import { symbolText } from 'pellucid/units';
import { type Box, labelPlaces, type Point } from '../../parts/labelPlaces.ts';
import { Quantity } from '../../parts/Quantity.tsx';
import { limitFor, signed } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import { Blank } from './Blank.tsx';
import { Ledger } from './Ledger.tsx';
import { Overview } from './Overview.tsx';
import { type MlpProperties, placeOf } from './properties.ts';
import type { MlpEdge, MlpNode, MlpResult } from './result.ts';
import { Slips } from './Slips.tsx';
import { UnitLedger } from './UnitLedger.tsx';

interface Given {
  readonly session: Session<MlpProperties, MlpResult>;
  readonly result: MlpResult;
}

export function Stage({ session, result }: Given) {
  return (
    <div class="mlp">
      {result.listed ? (
        <Overview session={session} result={result} />
      ) : (
        <Graph session={session} result={result} />
      )}
      {result.loss && <Loss result={result} />}
      <Blank session={session} result={result} />
      <Slips result={result} printed={session.properties.value.printed} />
      {result.listed ? (
        <UnitLedger session={session} result={result} listed={result.listed} />
      ) : (
        <Ledger result={result} />
      )}
    </div>
  );
}

/** What is made small, where it is not the lecture's error. */
function Loss({ result }: { readonly result: MlpResult }) {
  return (
    <p class="loss">
      <span>
        loss <i>L</i>: {result.loss}
      </span>
      {result.quantities.L !== undefined && <Quantity of="L" value={result.quantities.L} />}
    </p>
  );
}

/** Units in columns, inputs on the left; as high as the fullest column needs. */
function layout({ layers }: MlpResult, width: number): { at: Map<number, Point>; height: number } {
  const most = Math.max(...layers.map((layer) => layer.length));
  const height = Math.max(300, most * 84 + 24);
  const [left, right] = width < 560 ? [38, 48] : [56, 84];
  const at = new Map<number, Point>();
  for (const [l, layer] of layers.entries()) {
    const x = left + ((width - left - right) * l) / Math.max(layers.length - 1, 1);
    for (const [i, node] of layer.entries()) {
      at.set(node.number, { x, y: (height * (i + 0.5)) / layer.length });
    }
  }
  return { at, height };
}

/** More edges than this carry no numbers: the ledger has them. */
const MOST_LABELS = 24;
const RADIUS = 25;

function Graph({ session, result }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const { at, height } = layout(result, width);
  const weights = result.edges.map(({ weight }) => result.quantities[weight] ?? 0);
  const limit = limitFor(weights);
  const places = labelPlaces(
    result.edges.flatMap(({ weight, from, to }) => {
      const [a, b] = [at.get(from), at.get(to)];
      return a && b ? [{ name: weight, from: a, to: b }] : [];
    }),
    result.layers.flat().flatMap((node) => standing(node, at.get(node.number))),
  );
  return (
    <figure class="graph">
      <div ref={place} class="drawing" style={{ height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          <defs>
            {(['forward', 'backward'] as const).map((way) => (
              <marker
                key={way}
                id={`arrow-${way}`}
                class={`arrow ${way}`}
                viewBox="0 0 8 8"
                refX={7}
                refY={4}
                markerWidth={9}
                markerHeight={9}
                markerUnits="userSpaceOnUse"
                orient="auto-start-reverse"
              >
                <path d="M0 0 8 4 0 8z" />
              </marker>
            ))}
          </defs>
          {result.edges.map((edge) => (
            <EdgeLine key={edge.weight} edge={edge} at={at} limit={limit} result={result} />
          ))}
          {result.layers.flat().map((node) => (
            <NodeShape key={node.number} node={node} at={at.get(node.number)} result={result} />
          ))}
        </svg>
        {result.edges.length <= MOST_LABELS &&
          result.edges.map((edge) => (
            <EdgeNumber
              key={edge.weight}
              edge={edge}
              place={places.get(edge.weight)}
              session={session}
              result={result}
            />
          ))}
        {result.layers.flat().map((node) => (
          <NodeNumbers key={node.number} node={node} at={at.get(node.number)} result={result} width={width} />
        ))}
      </div>
      <figcaption>
        <span class="key">
          <svg width={30} height={10} aria-hidden="true">
            <path class="edge positive" d="M0 5H30" stroke-width={3} />
          </svg>{' '}
          positive{' '}
          <svg width={30} height={10} aria-hidden="true">
            <path class="edge negative" d="M0 5H30" stroke-width={3} stroke-dasharray="7 5" />
          </svg>{' '}
          negative; width by √|w| up to {limit}
        </span>
      </figcaption>
    </figure>
  );
}

/** A node, and the numbers above and below it. */
function standing({ error, net }: MlpNode, place: Point | undefined): Box[] {
  if (!place) return [];
  const { x, y } = place;
  const below = net === undefined ? [] : [{ x, y: y + RADIUS + 20, halfWidth: 32, halfHeight: 20 }];
  const above = error === undefined ? [] : [{ x, y: y - RADIUS - 13, halfWidth: 44, halfHeight: 11 }];
  return [{ x, y, halfWidth: RADIUS, halfHeight: RADIUS }, ...below, ...above];
}

const toward = (from: Point, to: Point, distance: number): Point => {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const share = distance / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
};

interface EdgeGiven {
  readonly edge: MlpEdge;
  readonly at: ReadonlyMap<number, Point>;
  readonly result: MlpResult;
}

/** An edge takes part in a step when its weight is read, or changed. */
const takesPart = ({ weight }: MlpEdge, { used, current }: MlpResult) =>
  used.includes(weight) || current === weight || current === `Δ${weight}`;

function EdgeLine({ edge, at, limit, result }: EdgeGiven & { readonly limit: number }) {
  const [from, to] = [at.get(edge.from), at.get(edge.to)];
  if (!from || !to) return null;
  const { class: sign, width, dash } = signed(result.quantities[edge.weight] ?? 0, limit);
  const [start, end] = [toward(from, to, RADIUS), toward(to, from, RADIUS + 1)];
  const active = takesPart(edge, result);
  const back = result.phase === 'backward';
  return (
    <g>
      <path
        class={`edge ${sign}${active ? ' active' : ''}`}
        d={`M${start.x} ${start.y}L${end.x} ${end.y}`}
        stroke-width={width}
        stroke-dasharray={dash}
      />
      {active && result.phase !== 'update' && (
        <path
          class={`travel ${back ? 'backward' : 'forward'}`}
          d={`M${start.x} ${start.y}L${end.x} ${end.y}`}
          marker-end={back ? undefined : 'url(#arrow-forward)'}
          marker-start={back ? 'url(#arrow-backward)' : undefined}
        />
      )}
    </g>
  );
}

/** A weight's number on its edge; dragging it up or down changes the weight it starts with. */
function EdgeNumber({
  edge,
  place,
  session,
  result,
}: Omit<EdgeGiven, 'at'> & Pick<Given, 'session'> & { readonly place: Point | undefined }) {
  if (!place) return null;
  return (
    <Quantity
      of={edge.weight}
      value={result.quantities[edge.weight]}
      class={`weight${takesPart(edge, result) ? ' active' : ''}`}
      style={{ left: `${place.x}px`, top: `${place.y}px` }}
      onPointerDown={(event) => dragWeight(event, edge.weight, session)}
    />
  );
}

/** Pixels to the weight: a hundredth each. */
function dragWeight(down: PointerEvent, name: string, session: Given['session']): void {
  const place = placeOf(name, session.properties.value);
  const { currentTarget: mark } = down;
  if (place?.key !== 'w' || !(mark instanceof HTMLElement) || session.locked.has('w')) return;
  const start = session.properties.value.w[place.at] ?? 0;
  mark.setPointerCapture(down.pointerId);
  const move = (event: PointerEvent) => {
    const by = Math.round(down.clientY - event.clientY) / 100;
    if (Math.abs(by) < 0.03 && session.properties.value.w[place.at] === start) return;
    const { w } = session.properties.value;
    session.set({ w: w.with(place.at, Number((start + by).toFixed(2))) }, { merge: `drag ${name}` });
    session.selected.value = name;
  };
  const end = () => {
    mark.removeEventListener('pointermove', move);
    session.commit();
  };
  mark.addEventListener('pointermove', move);
  mark.addEventListener('pointerup', end, { once: true });
  mark.addEventListener('pointercancel', end, { once: true });
}

interface NodeGiven {
  readonly node: MlpNode;
  readonly at: Point | undefined;
  readonly result: MlpResult;
}

const isCurrent = ({ net, output, error, difference }: MlpNode, { current }: MlpResult) =>
  current !== undefined && [net, output, error, difference].includes(current);

function NodeShape({ node, at, result }: NodeGiven) {
  if (!at) return null;
  const classes = `node${isCurrent(node, result) ? ` current ${result.phase}` : ''}`;
  return node.layer === 0 ? (
    <rect class={classes} x={at.x - 22} y={at.y - 20} width={44} height={40} rx={4} />
  ) : (
    <circle class={classes} cx={at.x} cy={at.y} r={RADIUS} />
  );
}

/** A unit's numbers: its output inside; net input and bias below; error above. */
function NodeNumbers({ node, at, result, width }: NodeGiven & { readonly width: number }) {
  if (!at) return null;
  const { quantities } = result;
  const line = (name: string | undefined, class_: string) =>
    name !== undefined &&
    quantities[name] !== undefined && (
      <div class={`tag ${class_}`}>
        <span aria-hidden="true">{symbolText(name)}</span>
        <Quantity of={name} value={quantities[name]} />
      </div>
    );
  const edge = at.x > width - 90 ? ' at-right' : '';
  return (
    <div class={`unit${edge}`} style={{ left: `${at.x}px`, top: `${at.y}px` }}>
      <div class="above">
        {line(node.difference, 'error')}
        {line(node.error, 'error')}
      </div>
      <div class="inside">
        {quantities[node.output] === undefined ? (
          <span class="number">{node.number}</span>
        ) : (
          <Quantity of={node.output} value={quantities[node.output]} />
        )}
      </div>
      <div class="below">
        {node.layer === 0 ? <span class="name">{symbolText(node.output)}</span> : line(node.net, 'net')}
        {line(node.bias, 'bias')}
        {line(node.target, 'target')}
      </div>
    </div>
  );
}
