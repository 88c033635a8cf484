import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { GatesResult } from './compute.ts';
import {
  GATES,
  type GatesProperties,
  gateOf,
  gateState,
  isBipolar,
  MOST,
  rowsOf,
  targetsOf,
  withInputs,
  withPoint,
} from './properties.ts';

export function Controls({ session }: { readonly session: Session<GatesProperties, GatesResult> }) {
  const properties = session.properties.value;
  const shown = (key: keyof GatesProperties) => !session.hidden.has(key);
  const locked = (key: keyof GatesProperties) => session.locked.has(key);
  const { x, t, u } = properties;
  const chosen = gateOf(x, t);
  const rotate = () => {
    const [first = 1, ...rest] = rowsOf(properties).numbers;
    session.set({ order: [...rest, first], at: 0 });
  };
  return (
    <>
      {shown('t') && (
        <fieldset class="segments" disabled={locked('t')}>
          <legend class="unseen">Gate</legend>
          {GATES.map((gate) => (
            <button
              key={gate}
              type="button"
              aria-pressed={u.length === 0 && chosen === gate}
              onClick={() => session.set(gateState(gate, isBipolar(properties)))}
            >
              {gate.toUpperCase()}
            </button>
          ))}
        </fieldset>
      )}
      {shown('x') && (
        <fieldset class="segments" disabled={locked('x')}>
          <legend class="unseen">Inputs</legend>
          {[false, true].map((bipolar) => (
            <button
              key={String(bipolar)}
              type="button"
              aria-pressed={isBipolar(properties) === bipolar}
              title={bipolar ? 'Inputs −1 and 1' : 'Inputs 0 and 1'}
              onClick={() => session.set(withInputs(properties, bipolar))}
            >
              {bipolar ? '±1' : '0, 1'}
            </button>
          ))}
        </fieldset>
      )}
      {shown('a') && (
        <NumberField
          {...{ label: 'learning rate α', short: 'α', value: properties.a, min: 0.01, max: 10, step: 0.1 }}
          slider
          disabled={locked('a')}
          onChange={(a) => session.set({ a }, { merge: 'a' })}
          onCommit={() => session.commit()}
        />
      )}
      {shown('theta') && (
        <NumberField
          {...{ label: 'dead zone θ', short: 'θ', value: properties.theta, min: 0, max: 5, step: 0.1 }}
          slider
          disabled={locked('theta')}
          onChange={(theta) => session.set({ theta }, { merge: 'theta' })}
          onCommit={() => session.commit()}
        />
      )}
      {shown('order') && (
        <button type="button" disabled={locked('order')} onClick={rotate}>
          First row last
        </button>
      )}
      {shown('x') && (
        <button
          type="button"
          disabled={locked('x') || x.length >= 2 * MOST}
          onClick={() => session.set(withPoint(properties))}
        >
          Add a point
        </button>
      )}
      {shown('u') && (
        <button
          type="button"
          disabled={locked('u')}
          onClick={() =>
            session.set(u.length > 0 ? { u: [], at: 0 } : { ...gateState('or'), u: targetsOf('nand') })
          }
        >
          {u.length > 0 ? 'One output' : 'Two outputs'}
        </button>
      )}
    </>
  );
}
