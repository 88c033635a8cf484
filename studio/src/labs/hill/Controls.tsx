import { useId } from 'preact/hooks';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { HillResult } from './compute.ts';
import {
  BATCH_SIZES,
  type HillProperties,
  LONGEST,
  METHOD_TITLES,
  METHODS,
  type MethodName,
  MOST_METHODS,
  PLACE_RANGE,
  RATE_RANGE,
  SURFACE_NAMES,
  SURFACES,
  surfaceState,
} from './properties.ts';

type Given = { readonly session: Session<HillProperties, HillResult> };

export function Controls({ session }: Given) {
  const { surface, batch } = session.properties.value;
  const shown = (key: keyof HillProperties) => !session.hidden.has(key);
  const locked = (key: keyof HillProperties) => session.locked.has(key);
  return (
    <div class="hill-controls">
      {shown('surface') && (
        <fieldset class="segments" disabled={locked('surface')}>
          <legend class="unseen">Surface</legend>
          {SURFACE_NAMES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={surface === name}
              onClick={() => session.set(surfaceState(name))}
            >
              {SURFACES[name].title}
            </button>
          ))}
        </fieldset>
      )}
      {shown('expr') && surface === 'typed' && <ExpressionField session={session} />}
      {shown('methods') && <Methods session={session} />}
      {shown('a') && <RateField session={session} />}
      <Field session={session} of="beta" short="β" min={0} max={0.999} step={0.01} slider />
      {(surface === 'bowl' || surface === 'ravine') && (
        <Field
          session={session}
          of="k"
          short="k"
          min={1}
          max={surface === 'bowl' ? 100 : 200}
          step={1}
          slider
        />
      )}
      <Field session={session} of="noise" short="noise σ" min={0} max={5} step={0.1} slider />
      {shown('batch') && (
        <fieldset class="segments" disabled={locked('batch')}>
          <legend class="unseen">Batch size K</legend>
          <span class="before" aria-hidden="true">
            K
          </span>
          {BATCH_SIZES.map((size) => (
            <button
              key={size}
              type="button"
              aria-label={`${size} examples in a batch`}
              aria-pressed={batch === size}
              onClick={() => session.set({ batch: size })}
            >
              {size}
            </button>
          ))}
        </fieldset>
      )}
      {shown('arrows') && (
        <label class="field">
          <input
            type="checkbox"
            checked={session.properties.value.arrows}
            disabled={locked('arrows')}
            onChange={({ currentTarget }) => session.set({ arrows: currentTarget.checked })}
          />
          <span>arrows</span>
        </label>
      )}
      <div class="from">
        <Field session={session} of="x" short="start x" {...PLACE_RANGE} step={0.1} />
        <Field session={session} of="y" short="y" {...PLACE_RANGE} step={0.1} />
      </div>
    </div>
  );
}

interface FieldGiven extends Given {
  readonly of: 'beta' | 'k' | 'noise' | 'x' | 'y';
  readonly short: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly slider?: boolean;
}

function Field({ session, of, ...field }: FieldGiven) {
  if (session.hidden.has(of)) return null;
  return (
    <NumberField
      {...field}
      label={session.lab.properties[of].label}
      value={session.properties.value[of]}
      disabled={session.locked.has(of)}
      onChange={(value) => session.set({ [of]: value }, { merge: of })}
      onCommit={() => session.commit()}
    />
  );
}

/** α; its slider goes by powers of ten, as rates do. */
function RateField({ session }: Given) {
  const { a } = session.properties.value;
  const disabled = session.locked.has('a');
  const change = (rate: number) => session.set({ a: rate }, { merge: 'a' });
  return (
    <div class="rate">
      <NumberField
        {...{ label: 'learning rate α', short: 'α', value: a, ...RATE_RANGE, step: 0.01, disabled }}
        onChange={change}
        onCommit={() => session.commit()}
      />
      <input
        type="range"
        aria-label="learning rate α, slider by powers of ten"
        aria-valuetext={`α ${a}`}
        min={-4}
        max={1}
        step={0.005}
        value={Math.log10(a)}
        disabled={disabled}
        onInput={({ currentTarget }) => change(Number((10 ** Number(currentTarget.value)).toPrecision(3)))}
        onChange={() => session.commit()}
      />
    </div>
  );
}

/** Which methods go down; no more than can be told apart. */
function Methods({ session }: Given) {
  const { methods } = session.properties.value;
  const toggle = (name: MethodName) =>
    session.set({
      methods: methods.includes(name)
        ? methods.filter((other) => other !== name)
        : METHODS.filter((other) => other === name || methods.includes(other)),
    });
  return (
    <fieldset class="segments" disabled={session.locked.has('methods')}>
      <legend class="unseen">Methods, at most {MOST_METHODS}</legend>
      {METHODS.map((name) => {
        const chosen = methods.includes(name);
        const fixed = chosen ? methods.length === 1 : methods.length === MOST_METHODS;
        return (
          <button
            key={name}
            type="button"
            aria-pressed={chosen}
            disabled={fixed}
            title={fixed && !chosen ? `At most ${MOST_METHODS} at once: take one away first` : undefined}
            onClick={() => toggle(name)}
          >
            {METHOD_TITLES[name]}
          </button>
        );
      })}
    </fieldset>
  );
}

function ExpressionField({ session }: Given) {
  const id = useId();
  const problem = session.settled.value ? session.result.value?.problem : undefined;
  return (
    <div class={`field expression${problem ? ' refused' : ''}`}>
      <label for={id}>f =</label>
      <input
        id={id}
        type="text"
        aria-label="expression in x and y"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={LONGEST}
        value={session.properties.value.expr}
        disabled={session.locked.has('expr')}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={({ currentTarget }) => session.set({ expr: currentTarget.value }, { merge: 'expr' })}
        onBlur={() => session.commit()}
      />
      {problem && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem.text}
        </p>
      )}
    </div>
  );
}
