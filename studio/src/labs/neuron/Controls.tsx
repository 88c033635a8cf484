import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { NeuronResult } from './compute.ts';
import { GATE_NAMES, gateUnit } from './gate.ts';
import { MOST_INPUTS, type NeuronProperties } from './properties.ts';

export function Controls({ session }: { readonly session: Session<NeuronProperties, NeuronResult> }) {
  const { w, x, T, morph } = session.properties.value;
  const { hidden, locked } = session;
  const inputs = w.length;
  const fixed = locked.has('w') || locked.has('x');
  return (
    <>
      {!hidden.has('T') && (
        <NumberField
          label="threshold T"
          short="T"
          value={T}
          min={-3}
          max={3}
          step={0.1}
          slider
          disabled={locked.has('T')}
          onChange={(next) => session.set({ T: next }, { merge: 'T' })}
          onCommit={() => session.commit()}
        />
      )}
      {!hidden.has('w') && !hidden.has('x') && (
        <NumberField
          label="number of inputs"
          short="inputs"
          value={inputs}
          min={1}
          max={MOST_INPUTS}
          step={1}
          whole
          disabled={fixed}
          onChange={(count) => {
            const upTo = (values: readonly number[], fresh: number) =>
              Array.from({ length: count }, (_, i) => values[i] ?? fresh);
            session.set({ w: upTo(w, 0.5), x: upTo(x, 0) }, { merge: 'inputs' });
          }}
          onCommit={() => session.commit()}
        />
      )}
      {!hidden.has('w') && !hidden.has('T') && (
        <fieldset class="segments" disabled={fixed || locked.has('T')}>
          <legend class="unseen">A gate</legend>
          {GATE_NAMES.map((name) => {
            const unit = gateUnit(name);
            return (
              <button
                key={name}
                type="button"
                aria-pressed={unit.T === T && String(unit.w) === String(w)}
                onClick={() => session.set({ ...unit, x: unit.w.map((_, i) => x[i] ?? 0) })}
              >
                {name.toUpperCase()}
              </button>
            );
          })}
        </fieldset>
      )}
      {!hidden.has('morph') && (
        <label class="field morph">
          <span>cell</span>
          <input
            type="range"
            aria-label="from cell to node"
            min={0}
            max={1}
            step={0.05}
            value={morph}
            disabled={locked.has('morph')}
            onInput={({ currentTarget }) =>
              session.set({ morph: Number(currentTarget.value) }, { merge: 'morph' })
            }
            onChange={() => session.commit()}
          />
          <span>node</span>
        </label>
      )}
    </>
  );
}
