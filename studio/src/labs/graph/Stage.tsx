import { symbolText } from 'pellucid/units';
import { labelPlaces, type Point } from '../../parts/labelPlaces.ts';
import { Quantity } from '../../parts/Quantity.tsx';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { GraphEdge, GraphNode, GraphResult } from './compute.ts';
import { Tables } from './Tables.tsx';

interface Given {
  readonly result: GraphResult;
}

export function Stage({ result }: Given) {
  if (result.problem) return null;
  return (
    <div class="graph-lab">
      <Drawing result={result} />
      {result.trouble && <p class="trouble">{result.trouble}</p>}
      <Tables result={result} />
    </div>
  );
}

/** Half a node, and the least room from one column to the next. */
const NODE = { x: 23, y: 18 } as const;
const LEAST = { across: 112, down: 104 } as const;
const EDGE = 46;

interface Layout {
  readonly at: ReadonlyMap<string, Point>;
  readonly width: number;
  readonly height: number;
}

/** Columns from left to right, each in the middle of the height. */
function layoutOf({ columns }: GraphResult, room: number): Layout {
  const gaps = Math.max(columns.length - 1, 1);
  const width = Math.max(room, 2 * EDGE + gaps * LEAST.across);
  const most = Math.max(...columns.map(({ length }) => length));
  const height = Math.max(2, most) * LEAST.down;
  const at = new Map<string, Point>();
  for (const [across, column] of columns.entries()) {
    const x = columns.length === 1 ? width / 2 : EDGE + ((width - 2 * EDGE) * across) / gaps;
    for (const [down, node] of column.entries()) {
      at.set(node.value, { x, y: height / 2 + (down - (column.length - 1) / 2) * (height / most) });
    }
  }
  return { at, width, height };
}

/** Both ends of an edge; two edges into one node end a little apart. */
function endsOf({ from, to, id }: GraphEdge, { at }: Layout): readonly [Point, Point] | undefined {
  const [start, end] = [at.get(from), at.get(to)];
  if (!start || !end) return undefined;
  const apart = id.endsWith(' 0') ? -7 : 7;
  return [
    { x: start.x + NODE.x, y: start.y },
    { x: end.x - NODE.x - 2, y: end.y + apart },
  ];
}

function Drawing({ result }: Given) {
  const [place, room] = useElementWidth<HTMLDivElement>(640);
  const layout = layoutOf(result, room);
  const { width, height } = layout;
  const places = labelPlaces(
    result.edges.flatMap((edge) => {
      const ends = endsOf(edge, layout);
      return ends ? [{ name: edge.id, from: ends[0], to: ends[1] }] : [];
    }),
  );
  return (
    <figure>
      <div ref={place} class="drawing">
        <div class="plane" style={{ width: `${width}px`, height: `${height}px` }}>
          <svg width={width} height={height} aria-hidden="true">
            <defs>
              <pattern id="hatch" width={6} height={6} patternUnits="userSpaceOnUse">
                <path d="M0 6 6 0" />
              </pattern>
            </defs>
            {result.edges.map((edge) => (
              <EdgeLine key={edge.id} edge={edge} layout={layout} result={result} />
            ))}
            {result.columns.flat().map((node) => (
              <NodeShape key={node.value} node={node} at={layout.at.get(node.value)} result={result} />
            ))}
          </svg>
          {result.edges.map((edge) => (
            <Flow key={edge.id} edge={edge} at={places.get(edge.id)} result={result} />
          ))}
          {result.columns.flat().map((node) => (
            <NodeNumbers key={node.value} node={node} at={layout.at.get(node.value)} result={result} />
          ))}
        </div>
      </div>
      <figcaption>
        Values go forward, left to right. What flows back, in rust, is upstream · local; above a node stands
        its whole derivative ∂{symbolText(result.result)}.
      </figcaption>
    </figure>
  );
}

function EdgeLine({ edge, layout, result }: Given & { readonly edge: GraphEdge; readonly layout: Layout }) {
  const ends = endsOf(edge, layout);
  if (!ends) return null;
  const [a, b] = ends;
  const active = result.along.includes(edge.id);
  const back = edge.back !== undefined && edge.back.contribution in result.quantities;
  const way = back || (active && result.phase === 'backward') ? 'backward' : 'forward';
  const [tip, turn] = way === 'backward' ? [a, 7] : [b, -7];
  return (
    <g class={`edge ${way}${active ? ' active' : ''}`}>
      <path d={`M${a.x} ${a.y}L${b.x} ${b.y}`} />
      <Arrow at={tip} angle={Math.atan2(b.y - a.y, b.x - a.x)} length={turn} />
    </g>
  );
}

/** An arrowhead that points along the line, or against it where its length is positive. */
function Arrow({ at, angle, length }: { at: Point; angle: number; length: number }) {
  const degrees = (angle * 180) / Math.PI;
  return (
    <path d={`M${length} -4L0 0L${length} 4`} transform={`translate(${at.x} ${at.y}) rotate(${degrees})`} />
  );
}

function NodeShape({
  node,
  at,
  result,
}: Given & { readonly node: GraphNode; readonly at: Point | undefined }) {
  if (!at) return null;
  const value = result.quantities[node.value];
  const current = result.current === node.value || result.current === node.gradient;
  const classes = ['node', current && `current ${result.phase}`].filter(Boolean).join(' ');
  const shape = { x: at.x - NODE.x, y: at.y - NODE.y, width: 2 * NODE.x, height: 2 * NODE.y };
  const round = node.kind === 'operation' ? 5 : NODE.y;
  return (
    <g>
      <rect class={classes} {...shape} rx={round} />
      {value !== undefined && !Number.isFinite(value) && <rect class="hatched" {...shape} rx={round} />}
    </g>
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  ...{ add: '+', subtract: '−', multiply: '·', divide: '/', power: '^', negate: '−' },
  ...{ sqrt: '√', sigmoid: 'σ' },
};

/** Inside a node stands what it does, above it its derivative, below it its value. */
function NodeNumbers({
  node,
  at,
  result,
}: Given & { readonly node: GraphNode; readonly at: Point | undefined }) {
  if (!at) return null;
  const { value, gradient, operation, kind } = node;
  const { quantities } = result;
  return (
    <div class="unit" style={{ left: `${at.x}px`, top: `${at.y}px` }}>
      <div class="above">
        {gradient !== undefined && quantities[gradient] !== undefined && (
          <div class="tag back">
            <span aria-hidden="true">∂</span>
            <Quantity of={gradient} value={quantities[gradient]} />
          </div>
        )}
      </div>
      <div class="inside" aria-hidden="true">
        {operation ? (SIGNS[operation] ?? operation) : kind === 'variable' ? symbolText(value) : 'const'}
      </div>
      <div class="below">
        {quantities[value] === undefined ? (
          <span class="name">{symbolText(value)}</span>
        ) : (
          <div class="tag">
            {kind !== 'number' && <span aria-hidden="true">{symbolText(value)}</span>}
            <Quantity of={value} value={quantities[value]} />
          </div>
        )}
      </div>
    </div>
  );
}

/** What flows back along an edge. */
function Flow({ edge, at, result }: Given & { readonly edge: GraphEdge; readonly at: Point | undefined }) {
  const name = edge.back?.contribution;
  if (name === undefined || !at || result.quantities[name] === undefined) return null;
  return (
    <Quantity
      of={name}
      value={result.quantities[name]}
      class={`flow${result.current === name ? ' active' : ''}`}
      style={{ left: `${at.x}px`, top: `${at.y}px` }}
    />
  );
}
