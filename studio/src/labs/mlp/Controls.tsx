import { LOSS_NAMES, LOSSES } from '../../losses.ts';
import { NumberField } from '../../parts/NumberField.tsx';
import { fallbacks } from '../../properties.ts';
import type { Session } from '../../session.ts';
import { hasLectureShape, isOfLecture, lossFor, type MlpProperties, PROPERTIES } from './properties.ts';
import type { MlpResult } from './result.ts';

export function Controls({ session }: { readonly session: Session<MlpProperties, MlpResult> }) {
  const properties = session.properties.value;
  const locked = (key: keyof MlpProperties) => session.locked.has(key);
  const hidden = (key: keyof MlpProperties) => session.hidden.has(key);
  const commit = () => session.commit();
  return (
    <>
      {hasLectureShape(properties) && !hidden('printed') && (
        <fieldset class="segments" disabled={locked('printed')}>
          <legend class="unseen">Which computation</legend>
          {[false, true].map((printed) => (
            <button
              key={String(printed)}
              type="button"
              aria-pressed={properties.printed === printed}
              onClick={() => session.set({ printed })}
            >
              {printed ? 'as printed' : 'correct'}
            </button>
          ))}
        </fieldset>
      )}
      {!hidden('a') && (
        <NumberField
          label="learning rate α"
          short="α"
          value={properties.a}
          min={0}
          max={10}
          step={0.05}
          slider
          disabled={locked('a')}
          onChange={(a) => session.set({ a }, { merge: 'a' })}
          onCommit={commit}
        />
      )}
      {!hidden('n') && (
        <NumberField
          label="iterations"
          value={properties.n}
          min={1}
          max={10}
          step={1}
          whole
          disabled={locked('n')}
          onChange={(n) => session.set({ n }, { merge: 'n' })}
          onCommit={commit}
        />
      )}
      {!isOfLecture(properties) && !hidden('loss') && (
        <label class="field">
          <span>loss</span>
          <select
            value={lossFor(properties)}
            disabled={locked('loss')}
            onChange={({ currentTarget }) =>
              session.set({ loss: currentTarget.value as MlpProperties['loss'] })
            }
          >
            {LOSSES.map((loss) => (
              <option key={loss} value={loss}>
                {LOSS_NAMES[loss]}
              </option>
            ))}
          </select>
        </label>
      )}
      {!hasLectureShape(properties) && (
        <p class="carried">
          A {properties.sizes.join('-')} network from elsewhere.{' '}
          <button type="button" class="link" onClick={() => session.set(fallbacks(PROPERTIES))}>
            Back to the lecture’s
          </button>
        </p>
      )}
      {!hidden('blank') && <BlankButton session={session} />}
    </>
  );
}

/** Hides one number that was computed: the next each time. */
function BlankButton({ session }: { readonly session: Session<MlpProperties, MlpResult> }) {
  const { blank } = session.properties.value;
  const result = session.result.value;
  const candidates = Object.keys(result?.quantities ?? {}).filter(
    (name) => /^(I|O|Error|Δ)/.test(name) && result?.formulas[name] !== undefined,
  );
  if (blank !== '') {
    return (
      <button type="button" onClick={() => session.set({ blank: PROPERTIES.blank.fallback })}>
        Show the blank
      </button>
    );
  }
  const choose = () => {
    // Strides through the list, so that the next blank is not the next cell.
    const { at } = session.properties.value;
    const name = candidates[(at * 7 + 3) % candidates.length];
    if (name === undefined) return;
    session.set({ blank: name });
    session.selected.value = name;
  };
  return (
    <button type="button" disabled={candidates.length === 0 || session.locked.has('blank')} onClick={choose}>
      Blank a cell
    </button>
  );
}
