import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Session } from '../../session.ts';
import type { GatesResult, GatesUnit } from './compute.ts';
import { Plane } from './Plane.tsx';
import type { GatesProperties } from './properties.ts';
import { Certificates, Hidden, Ledger } from './Tables.tsx';

interface Given {
  readonly result: GatesResult;
}

export function Stage({
  session,
  result,
}: Given & { readonly session: Session<GatesProperties, GatesResult> }) {
  return (
    <div class="gates">
      <div class="top-row">
        <Plane session={session} result={result} />
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
