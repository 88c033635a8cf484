import { LOSS_NAMES, lossesOf } from '../../losses.ts';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { FlowResult } from './compute.ts';
import {
  ACTIVATIONS,
  CLIPPINGS,
  DEPTHS,
  dataFor,
  type FlowProperties,
  isCarried,
  LIMITS,
  layoutOf,
  NORMALIZATIONS,
  PROPERTIES,
  RATES,
  START_NAMES,
  STARTS,
  WIDTHS,
} from './properties.ts';

type Given = { readonly session: Session<FlowProperties, FlowResult> };

/** What is built, and how it is trained. Whatever changes the network begins its training anew. */
export function Controls({ session }: Given) {
  const properties = session.settings.value;
  const carried = isCarried(properties);
  return (
    <>
      {carried ? (
        <p class="carried">
          A network from another lab, as it is.{' '}
          <button
            type="button"
            class="link"
            onClick={() => session.set({ sizes: [], at: 0, data: 'moons', loss: 'mse' })}
          >
            Build one here instead
          </button>
        </p>
      ) : (
        <>
          <Slider {...{ session, name: 'depth', short: 'depth', range: DEPTHS }} />
          <Slider {...{ session, name: 'width', short: 'width', range: WIDTHS }} />
          <Choice {...{ session, name: 'start', short: 'weights', of: STARTS, names: START_NAMES }} />
          <Choice {...{ session, name: 'f', short: 'activation', of: ACTIVATIONS }} />
          <Choice {...{ session, name: 'norm', short: 'normalisation', of: NORMALIZATIONS }} />
          {!session.hidden.has('skip') && (
            <label class="field">
              <input
                type="checkbox"
                checked={properties.skip}
                disabled={session.locked.has('skip')}
                onChange={({ currentTarget }) => session.set({ skip: currentTarget.checked, at: 0 })}
              />
              <span>residual</span>
            </label>
          )}
        </>
      )}
      {(carried || properties.loss !== PROPERTIES.loss.fallback) && (
        <Choice
          {...{ session, name: 'loss', short: 'loss', names: LOSS_NAMES }}
          of={lossesOf(layoutOf(properties).activations.at(-1))}
        />
      )}
      <Choice {...{ session, name: 'clip', short: 'clip by', of: CLIPPINGS }} />
      {properties.clip !== 'none' && (
        <Rate {...{ session, name: 'limit', short: 'limit', range: LIMITS, step: 0.1 }} />
      )}
      <Rate {...{ session, name: 'a', short: 'α', range: RATES, step: 0.005 }} />
      <Choice {...{ session, name: 'data', short: 'data', of: dataFor(properties) }} />
    </>
  );
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function Slider({
  session,
  name,
  short,
  range,
}: Given & { readonly name: 'depth' | 'width'; readonly short: string; readonly range: Range }) {
  if (session.hidden.has(name)) return null;
  return (
    <NumberField
      label={PROPERTIES[name].label}
      short={short}
      value={session.settings.value[name]}
      {...range}
      step={1}
      whole
      slider
      disabled={session.locked.has(name)}
      onChange={(next) => session.set({ [name]: next, at: 0 }, { merge: name })}
      onCommit={() => session.commit()}
    />
  );
}

function Rate({
  session,
  name,
  short,
  range,
  step,
}: Given & {
  readonly name: 'a' | 'limit';
  readonly short: string;
  readonly range: Range;
  readonly step: number;
}) {
  if (session.hidden.has(name)) return null;
  return (
    <NumberField
      label={PROPERTIES[name].label}
      short={short}
      value={session.settings.value[name]}
      {...range}
      step={step}
      disabled={session.locked.has(name)}
      onChange={(next) => session.set({ [name]: next, at: 0 }, { merge: name })}
      onCommit={() => session.commit()}
    />
  );
}

function Choice<K extends 'start' | 'f' | 'norm' | 'loss' | 'clip' | 'data'>({
  session,
  name,
  short,
  of,
  names,
}: Given & {
  readonly name: K;
  readonly short: string;
  readonly of: readonly FlowProperties[K][];
  readonly names?: Readonly<Record<FlowProperties[K], string>>;
}) {
  if (session.hidden.has(name)) return null;
  return (
    <label class="field">
      <span>{short}</span>
      <select
        value={session.settings.value[name]}
        disabled={session.locked.has(name)}
        onChange={({ currentTarget }) => {
          const chosen = of.find((each) => each === currentTarget.value);
          if (chosen) session.set({ [name]: chosen, at: 0 });
        }}
      >
        {of.map((each) => (
          <option key={each} value={each}>
            {names?.[each] ?? each}
          </option>
        ))}
      </select>
    </label>
  );
}
