import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { TopologyResult } from './compute.ts';
import {
  MOMENTS,
  PROPERTIES,
  TOPOLOGIES,
  type TopologyProperties,
  topologyOf,
  VIEWS,
  type View,
} from './properties.ts';

const TITLES: Readonly<Record<View, string>> = {
  ...{
    connect: 'Connect',
    recall: 'Remember',
    learning: 'Who gives the signal?',
    teacher: 'With a teacher',
    alone: 'Alone',
    reward: 'By reward',
  },
};

type Given = { readonly session: Session<TopologyProperties, TopologyResult> };

export function Controls({ session }: Given) {
  const { view, x, edges: connected } = session.properties.value;
  const chosen = topologyOf(connected);
  const locked = session.locked.has('x');
  return (
    <>
      {!session.hidden.has('view') && (
        <fieldset class="segments views" disabled={session.locked.has('view')}>
          <legend class="unseen">What to look at</legend>
          {VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              onClick={() => session.set({ view: name, at: 0 })}
            >
              {TITLES[name]}
            </button>
          ))}
        </fieldset>
      )}
      {view === 'connect' && (
        <>
          {!session.hidden.has('edges') && (
            <fieldset class="segments" disabled={session.locked.has('edges')}>
              <legend class="unseen">Topology</legend>
              {Object.entries(TOPOLOGIES).map(([name, { title, edges }]) => (
                <button
                  key={name}
                  type="button"
                  aria-pressed={chosen === name}
                  onClick={() => session.set({ edges, at: 0 })}
                >
                  {title}
                </button>
              ))}
            </fieldset>
          )}
          <Field session={session} of="w" short="w" min={-2} max={2} step={0.1} />
          {!session.hidden.has('x') &&
            Array.from({ length: MOMENTS }, (_, i) => (
              <NumberField
                key={i}
                {...{ label: `input at moment ${i + 1}`, short: `x(${i + 1})`, value: x[i] ?? 0 }}
                {...{ min: -5, max: 5, step: 0.5, disabled: locked }}
                onChange={(value) => {
                  const all = Array.from({ length: MOMENTS }, (_, k) => x[k] ?? 0);
                  session.set({ x: all.with(i, value) }, { merge: `x ${i}` });
                }}
                onCommit={() => session.commit()}
              />
            ))}
        </>
      )}
      {['teacher', 'alone', 'learning'].includes(view) && (
        <Field session={session} of="a" short="α" min={0.01} max={1} step={0.01} />
      )}
      {['reward', 'learning'].includes(view) && (
        <Field session={session} of="epsilon" short="ε" min={0} max={1} step={0.05} />
      )}
    </>
  );
}

interface FieldGiven extends Given {
  readonly of: 'w' | 'a' | 'epsilon';
  readonly short: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

function Field({ session, of, ...field }: FieldGiven) {
  if (session.hidden.has(of)) return null;
  return (
    <NumberField
      {...field}
      label={PROPERTIES[of].label}
      value={session.properties.value[of]}
      slider
      disabled={session.locked.has(of)}
      onChange={(value) => session.set({ [of]: value }, { merge: of })}
      onCommit={() => session.commit()}
    />
  );
}
