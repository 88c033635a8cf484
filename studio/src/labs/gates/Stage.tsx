import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { GatesResult, GatesUnit } from './compute.ts';
import { Certificates, Hidden, Ledger } from './Tables.tsx';

interface Given {
  readonly result: GatesResult;
}

export function Stage({ result }: Given) {
  return (
    <div class="gates">
      <div class="top-row">
        <Plane result={result} />
        <div>
          {result.units.map((unit) => (
            <Weights key={unit.bias} unit={unit} result={result} />
          ))}
          <p class="weights">
            {['α', 'θ'].map((name) => (
              <span key={name}>
                {name} <Quantity of={name} value={result.quantities[name]} />
              </span>
            ))}
          </p>
          <Certificates result={result} />
        </div>
      </div>
      {result.stopped && <p class="outcome">An epoch changed nothing: it has stopped by itself.</p>}
      {result.cycle && result.epoch > result.cycle[1] && (
        <p class="outcome">
          Epoch {result.cycle[1]} ends with the weights of epoch {result.cycle[0]}: from here it goes round
          for ever.
        </p>
      )}
      {result.units.map((unit, j) => (
        <Ledger key={unit.bias} unit={j} result={result} />
      ))}
      <Hidden result={result} />
    </div>
  );
}

function Weights({ unit, result }: Given & { readonly unit: GatesUnit }) {
  return (
    <p class="weights">
      {[...unit.weights, unit.bias].map((name) => (
        <span key={name} class={result.current === name ? 'now' : undefined}>
          {symbolText(name)} <Quantity of={name} value={result.quantities[name]} />
        </span>
      ))}
    </p>
  );
}

/** The points, each unit's line with its dead zone, and the weights as an arrow, with its last change. */
function Plane({ result }: Given) {
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
      </div>
      <figcaption>
        x₁ to the right, x₂ upwards; + wants 1, − wants −1{result.units.length > 1 && ' of the first unit'}.
        Solid: the line y_in = 0; dashed: ±θ. Arrow: the last change of (w₁, w₂).
      </figcaption>
    </figure>
  );
}
