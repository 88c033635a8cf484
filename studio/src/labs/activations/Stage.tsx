import { Quantity } from '../../parts/Quantity.tsx';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Session } from '../../session.ts';
import type { ActivationResult } from './compute.ts';
import { type ActivationProperties, gradientName, listedName, Z_RANGE } from './properties.ts';

interface Given {
  readonly session: Session<ActivationProperties, ActivationResult>;
  readonly result: ActivationResult;
}

export function Stage({ session, result }: Given) {
  const { quantities } = result;
  return (
    <div class="activations">
      <Chart session={session} result={result} />
      <dl class="here" aria-label="At z">
        {[
          ['z', 'z'],
          ['f', 'f(z)'],
          ['f′', 'f′(z), the slope'],
        ].map(([name = '', text = '']) => (
          <div key={name}>
            <dt>{text}</dt>
            <dd>
              <Quantity of={name} value={quantities[name]} />
            </dd>
          </div>
        ))}
      </dl>
      <Depth result={result} />
      <CurveTable result={result} />
    </div>
  );
}

const HEIGHT = 280;
const MARGIN = { left: 50, right: 12, top: 12, bottom: 26 } as const;

/** f and f′ over z, and the tangent at z. Dragging moves z. */
function Chart({ session, result }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const { curve, quantities, range } = result;
  const [low, high] = range;
  const inner = width - MARGIN.left - MARGIN.right;
  const tall = HEIGHT - MARGIN.top - MARGIN.bottom;
  const span = Z_RANGE.max - Z_RANGE.min;
  const x = (z: number) => MARGIN.left + (inner * (z - Z_RANGE.min)) / span;
  const y = (value: number) => MARGIN.top + (tall * (high - value)) / (high - low);
  const { z = 0, f = 0, 'f′': slope = 0 } = quantities;
  const line = (values: readonly number[]) =>
    values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(curve.z[i] ?? 0)} ${y(value)}`).join('');
  const drag = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    if (!(event.buttons & 1)) return;
    const left = event.currentTarget.getBoundingClientRect().left;
    const at = Z_RANGE.min + (span * (event.clientX - left - MARGIN.left)) / inner;
    const next = Math.round(Math.min(Z_RANGE.max, Math.max(Z_RANGE.min, at)) * 20) / 20;
    session.set({ x: next }, { merge: 'x' });
  };
  const zeros = low < 0 && high > 0;
  return (
    <figure>
      <div ref={place} class="drawing">
        <svg
          width={width}
          height={HEIGHT}
          aria-hidden="true"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            drag(event);
          }}
          onPointerMove={drag}
          onPointerUp={() => session.commit()}
        >
          <clipPath id="activations-frame">
            <rect x={MARGIN.left} y={MARGIN.top} width={inner} height={tall} />
          </clipPath>
          {zeros && <path class="axis" d={`M${MARGIN.left} ${y(0)}H${MARGIN.left + inner}`} />}
          <path class="axis" d={`M${x(0)} ${MARGIN.top}V${MARGIN.top + tall}`} />
          {[low, 0, high].map((tick) => (
            <text key={tick} class="tick" x={MARGIN.left - 6} y={y(tick) + 4} text-anchor="end">
              {`${tick}`.replace('-', '−')}
            </text>
          ))}
          {[Z_RANGE.min, 0, Z_RANGE.max].map((tick) => (
            <text key={tick} class="tick" x={x(tick)} y={HEIGHT - 8} text-anchor="middle">
              {tick === 0 ? 'z = 0' : `${tick}`.replace('-', '−')}
            </text>
          ))}
          <g clip-path="url(#activations-frame)">
            <path
              class="tangent"
              d={`M${x(Z_RANGE.min)} ${y(f + slope * (Z_RANGE.min - z))}L${x(Z_RANGE.max)} ${y(f + slope * (Z_RANGE.max - z))}`}
            />
            <path class="here" d={`M${x(z)} ${y(low)}V${y(high)}`} />
            <path class="slope" d={line(curve.slope)} />
            <path class="value" d={line(curve.f)} />
          </g>
          <circle class="value" cx={x(z)} cy={y(f)} r={5} />
          <circle class="slope" cx={x(z)} cy={y(slope)} r={5} />
        </svg>
      </div>
      <figcaption class="key">
        <svg width={30} height={10} aria-hidden="true">
          <path class="value" d="M0 5H30" />
        </svg>{' '}
        f{' '}
        <svg width={30} height={10} aria-hidden="true">
          <path class="slope" d="M0 5H30" />
        </svg>{' '}
        f′{' '}
        <svg width={30} height={10} aria-hidden="true">
          <path class="tangent" d="M0 5H30" />
        </svg>{' '}
        the tangent at z, whose slope f′ is. Drag in the picture to move z.
      </figcaption>
    </figure>
  );
}

/** The gradient from layer to layer backwards; bars by its power of ten. */
function Depth({ result }: { readonly result: ActivationResult }) {
  const { gradients, quantities, length } = result;
  const FAR = 20;
  const share = (gradient: number) => {
    const power = gradient === 0 ? -FAR : Math.log10(Math.abs(gradient));
    return Math.min(1, Math.max(0, 1 + power / FAR));
  };
  return (
    <div class="depth">
      <h2>Backwards through {length} layers</h2>
      <p class="hint">
        Every layer has weight 1 and a bias that brings the next one to the same z. A full bar is 1, an empty
        one 10<sup>−{FAR}</sup> or 0; each ends where its power of ten is.
      </p>
      <ol start={0}>
        {[1, ...gradients].map((gradient, layers) => {
          const name = gradientName(layers);
          return (
            <li key={name}>
              <span class="name">
                <i>g</i>
                <sub>{layers}</sub>
              </span>
              <Quantity of={name} value={quantities[name]} />
              <span class="bar" aria-hidden="true">
                <span
                  class={gradient < 0 ? 'negative' : 'positive'}
                  style={{ width: `${100 * share(gradient)}%` }}
                />
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function CurveTable({ result }: { readonly result: ActivationResult }) {
  const cell = (name: string) => <Quantity of={name} value={result.quantities[name]} column />;
  return (
    <details class="listed">
      <summary>The curves as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">z</th>
            <th scope="col">f</th>
            <th scope="col">f′</th>
          </tr>
        </thead>
        <tbody>
          {result.listed.map((z) => (
            <tr key={z}>
              <th scope="row">{`${z}`.replace('-', '−')}</th>
              <td>{cell(listedName('f', z))}</td>
              <td>{cell(listedName('f′', z))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
