import { useFrame } from '../../parts/frameContext.ts';
import { Quantity } from '../../parts/Quantity.tsx';
import { limitFor, signed } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import type { NeuronResult } from './compute.ts';
import { GateTable } from './Gate.tsx';
import type { NeuronProperties } from './properties.ts';

interface Given {
  readonly session: Session<NeuronProperties, NeuronResult>;
  readonly result: NeuronResult;
}

/** What corresponds: a part of the cell, of the node, and its numbers. */
const PARTS = [
  { id: 'x', cell: 'dendrite: a signal comes in', node: 'input x' },
  { id: 'w', cell: 'synapse: how strongly it counts', node: 'weight w, negative where it inhibits' },
  { id: 'Σ', cell: 'cell body: potentials add up', node: 'weighted sum Σ, and Σ − T' },
  { id: 'T', cell: 'axon hillock: the firing threshold', node: 'threshold T' },
  { id: 'Y', cell: 'axon: a spike, or none', node: 'output Y, 1 or 0' },
] as const;

/** Which part a quantity belongs to. */
const partOf = (name: string | undefined) =>
  name === 'net' ? 'Σ' : PARTS.find(({ id }) => name?.startsWith(id))?.id;

export function Stage(given: Given) {
  const { selected } = useFrame();
  const { quantities, inputs } = given.result;
  const linked = partOf(selected);
  const numbered = (name: string) => Array.from({ length: inputs }, (_, i) => `${name}_${i + 1}`);
  const names = { x: numbered('x'), w: numbered('w'), Σ: ['Σ', 'net'], T: ['T'], Y: ['Y'] } as const;
  return (
    <div class="neuron">
      <Picture {...given} linked={linked} />
      <GateTable result={given.result} />
      <table>
        <caption>Cell and node, part by part</caption>
        <thead>
          <tr>
            <th scope="col">cell</th>
            <th scope="col">node</th>
            <th scope="col">numbers</th>
          </tr>
        </thead>
        <tbody>
          {PARTS.map(({ id, cell, node }) => (
            <tr key={id} class={id === linked ? 'linked' : ''}>
              <td>{cell}</td>
              <td>{node}</td>
              <td>
                {names[id].map((name) => (
                  <Quantity
                    key={name}
                    of={name}
                    value={quantities[name]}
                    {...(name === 'net' && { label: 'Σ − T' })}
                  />
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const RADIUS = 46;

/** The outline of the cell body, which becomes a circle. */
function outline(x: number, y: number, morph: number): string {
  const points = Array.from({ length: 72 }, (_, i) => {
    const angle = (i * Math.PI) / 36;
    const lobes = 0.16 * Math.cos(5 * angle + 0.6) + 0.07 * Math.sin(3 * angle);
    const reach = RADIUS * (1 + (1 - morph) * lobes);
    return `${x + reach * Math.cos(angle)} ${y + reach * Math.sin(angle)}`;
  });
  return `M${points.join('L')}Z`;
}

/** A drawing between a cell and a node, with its numbers. */
function Picture({ session, result, linked }: Given & { readonly linked: string | undefined }) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const { morph } = session.properties.value;
  const { inputs, quantities, fires } = result;
  const height = Math.max(230, inputs * 66 + 30);
  const bend = 1 - morph;
  const body = { x: width * 0.56, y: height / 2 };
  const [left, right] = [44, width - 34];
  const rows = Array.from({ length: inputs }, (_, i) => (height * (i + 0.5)) / inputs);
  const limit = limitFor(rows.map((_, i) => quantities[`w_${i + 1}`] ?? 0));
  const at = (x: number, y: number) => ({ left: `${x}px`, top: `${y}px` });
  const lit = (id: string) => (id === linked ? ' linked' : '');
  const synapse = (y: number) => ({
    x: left + (body.x - left) * 0.5,
    y: y + (body.y - y) * 0.42,
  });
  const from = body.x + RADIUS;
  const middle = (from + right) / 2;
  return (
    <figure>
      <div ref={place} class="drawing" style={{ height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {rows.map((y, i) => {
            const weight = signed(quantities[`w_${i + 1}`] ?? 0, limit);
            const { x: sx, y: sy } = synapse(y);
            const sway = (i % 2 ? 1 : -1) * 22 * bend;
            return (
              <g key={y}>
                <path
                  class={`part ${weight.class}${lit('x')}`}
                  d={`M${left} ${y}Q${(left + sx) / 2} ${(y + sy) / 2 + sway} ${sx} ${sy}T${body.x} ${body.y}`}
                  stroke-width={weight.width}
                  stroke-dasharray={weight.dash}
                />
                <path
                  class="part twig"
                  opacity={bend}
                  d={`M${left + 26} ${y + sway / 3}q-14 ${-14} -30 -18M${left + 34} ${y + sway / 3}q-10 14 -30 18`}
                />
              </g>
            );
          })}
          <path
            class={`part axon${fires ? ' fires' : ''}${lit('Y')}`}
            d={`M${from - 4} ${body.y}C${middle} ${body.y - 30 * bend} ${middle} ${body.y + 30 * bend} ${right - 18} ${body.y}`}
          />
          <path
            class="part twig"
            opacity={bend}
            d={`M${right - 30} ${body.y}q10 -16 22 -22M${right - 30} ${body.y}q10 16 22 22`}
          />
          <path class={`body${fires ? ' fires' : ''}${lit('Σ')}`} d={outline(body.x, body.y, morph)} />
          <circle class={`nucleus${lit('T')}`} cx={body.x + RADIUS - 2} cy={body.y} r={7 + 2 * bend} />
        </svg>
        {rows.map((y, i) => {
          const { x: sx, y: sy } = synapse(y);
          return (
            <div key={y}>
              <span class="mark" style={at(left - 16, y)}>
                <span class="name">x{'₁₂₃₄₅'[i]}</span>
                <Quantity of={`x_${i + 1}`} value={quantities[`x_${i + 1}`]} />
              </span>
              <span class="mark" style={at(sx, sy)}>
                <span class="name">w{'₁₂₃₄₅'[i]}</span>
                <Quantity of={`w_${i + 1}`} value={quantities[`w_${i + 1}`]} />
              </span>
            </div>
          );
        })}
        <span class="mark bare" style={at(body.x - 6, body.y - 10)}>
          <span class="name">Σ − T</span>
        </span>
        <span class="mark bare" style={at(body.x - 6, body.y + 10)}>
          <Quantity of="net" value={quantities.net} label="Σ − T" />
        </span>
        <span class="mark" style={at(body.x + RADIUS, body.y - RADIUS - 16)}>
          <span class="name">T</span>
          <Quantity of="T" value={quantities.T} />
        </span>
        <span class="mark" style={at(right - 6, body.y)}>
          <span class="name">Y</span>
          <Quantity of="Y" value={quantities.Y} />
        </span>
      </div>
      <figcaption class="key">
        Solid and blue excites, dashed and rust inhibits; width by √|w| up to {limit}. The small disc is where
        the threshold is.
      </figcaption>
    </figure>
  );
}
