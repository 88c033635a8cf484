import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { ActivationResult } from './compute.ts';
import { type ActivationProperties, MOST_LAYERS, NAMES, Z_RANGE } from './properties.ts';

export function Controls({ session }: { readonly session: Session<ActivationProperties, ActivationResult> }) {
  const { f, x, depth } = session.properties.value;
  const { hidden, locked } = session;
  return (
    <>
      {!hidden.has('f') && (
        <label class="field">
          <span>function</span>
          <select
            value={f}
            disabled={locked.has('f')}
            onChange={({ currentTarget }) => {
              const chosen = NAMES.find((name) => name === currentTarget.value);
              if (chosen) session.set({ f: chosen });
            }}
          >
            {NAMES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {!hidden.has('x') && (
        <NumberField
          label="net input z"
          short="z"
          value={x}
          {...Z_RANGE}
          step={0.05}
          slider
          disabled={locked.has('x')}
          onChange={(next) => session.set({ x: next }, { merge: 'x' })}
          onCommit={() => session.commit()}
        />
      )}
      {!hidden.has('depth') && (
        <NumberField
          label="depth"
          value={depth}
          min={1}
          max={MOST_LAYERS}
          step={1}
          whole
          slider
          disabled={locked.has('depth')}
          onChange={(next) => session.set({ depth: next }, { merge: 'depth' })}
          onCommit={() => session.commit()}
        />
      )}
    </>
  );
}
