import type { FloatName } from 'pellucid/explain';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { FloatResult } from './compute.ts';
import { type FloatProperties, FORMATS, POWER_RANGE } from './properties.ts';

/** The format; everything below is rounded to it. */
export function Controls({ session }: { readonly session: Session<FloatProperties, FloatResult> }) {
  const { format, p } = session.properties.value;
  const { hidden, locked } = session;
  return (
    <>
      {!hidden.has('format') && (
        <fieldset class="segments" disabled={locked.has('format')}>
          <legend class="unseen">Format</legend>
          {FORMATS.map((name: FloatName) => (
            <button
              key={name}
              type="button"
              aria-pressed={format === name}
              onClick={() => session.set({ format: name })}
            >
              {name}
            </button>
          ))}
        </fieldset>
      )}
      {!hidden.has('p') && (
        <NumberField
          {...{
            label: 'loss scale, power of two',
            short: 'loss scale 2^',
            value: p,
            ...POWER_RANGE,
            step: 1,
          }}
          whole
          slider
          disabled={locked.has('p')}
          onChange={(power) => session.set({ p: power }, { merge: 'p' })}
          onCommit={() => session.commit()}
        />
      )}
    </>
  );
}
