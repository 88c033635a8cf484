import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { TopologyResult } from './compute.ts';
import type { Learning } from './learn.ts';
import { unmarked } from './marks.ts';

interface Given {
  readonly result: TopologyResult;
  readonly learning: Learning;
}

/** One way of learning: who gives the signal, a picture, and what is known so far. */
export function Learned({ result, learning }: Given) {
  return (
    <div>
      <p class="outcome-line">
        <b>Who gives the signal?</b> {learning.signal}
      </p>
      <div class="learned">
        {learning.bars ? <Bars bars={learning.bars} /> : <Plane learning={learning} />}
        <dl>
          {learning.names.map((name) => (
            <div key={name} class={result.focus === name ? 'now' : undefined}>
              <dt>{symbolText(unmarked(name))}</dt>
              <dd>
                <Quantity of={name} value={result.quantities[name]} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

const REACH = { low: -0.35, high: 1.35 } as const;

/** Points; a line between them, or the units among them. */
function Plane({ learning: { points, line, units } }: { readonly learning: Learning }) {
  const [place, room] = useElementWidth<HTMLDivElement>(280);
  const size = Math.min(300, Math.max(200, room));
  const scale = size / (REACH.high - REACH.low);
  const x = (value: number) => (value - REACH.low) * scale;
  const y = (value: number) => size - (value - REACH.low) * scale;
  return (
    <figure>
      <div ref={place}>
        <svg width={size} height={size} aria-hidden="true">
          <path class="axis" d={`M0 ${y(0)}H${size}M${x(0)} 0V${size}`} />
          {line && <path class="line" d={linePath(line, x, y)} />}
          {points.map(({ at: [px, py], kind, here }) => (
            <g
              key={`${px} ${py}`}
              class={`point${kind === '−' ? ' negative' : ''}${here ? ' here' : ''}`}
              transform={`translate(${x(px)} ${y(py)})`}
            >
              <circle r={kind === '·' ? 5 : 10} />
              {kind !== '·' && <text dy={5}>{kind}</text>}
            </g>
          ))}
          {units?.map(([px, py], j) => (
            <g key={`unit ${j + 1}`} class="prototype" transform={`translate(${x(px)} ${y(py)})`}>
              <path d="M-9 0 0 -9 9 0 0 9Z" />
              <text dy={-12}>{j + 1}</text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        x₁ to the right, x₂ upwards.{' '}
        {units ? 'Squares: the two units, at their weights.' : 'The line is where y_in is 0.'}
      </figcaption>
    </figure>
  );
}

/** w₁x₁ + w₂x₂ + b = 0 from edge to edge; nothing where both weights are 0. */
function linePath(
  [w1, w2, b]: readonly [number, number, number],
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const { low, high } = REACH;
  if (w1 === 0 && w2 === 0) return '';
  const ends =
    Math.abs(w2) >= Math.abs(w1)
      ? [low, high].map((at) => [at, -(b + w1 * at) / w2] as const)
      : [low, high].map((at) => [-(b + w2 * at) / w1, at] as const);
  return `M${ends.map(([px, py]) => `${x(px)} ${y(py)}`).join('L')}`;
}

/** What each arm is thought to pay, from 0. */
function Bars({ bars }: { readonly bars: NonNullable<Learning['bars']> }) {
  const HEIGHT = 170;
  const zero = 120;
  const length = (value: number) => Math.min(110, Math.abs(value) * 70);
  return (
    <figure>
      <svg width={220} height={HEIGHT} aria-hidden="true">
        <path class="axis" d={`M0 ${zero}H220`} />
        {bars.map(({ name, value, here }, i) => (
          <g key={name}>
            <rect
              class={`bar${value < 0 ? ' below' : ' above'}${here ? ' here' : ''}`}
              x={20 + 66 * i}
              y={value < 0 ? zero : zero - length(value)}
              width={42}
              height={length(value)}
            />
            <text class="copy-name" x={41 + 66 * i} y={HEIGHT - 8}>
              {symbolText(unmarked(name))}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>What each arm is thought to pay; outlined: the one just pulled.</figcaption>
    </figure>
  );
}
