import { symbolText } from 'pellucid/units';
import { useId } from 'preact/hooks';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Session } from '../../session.ts';
import type { GraphResult, Problem } from './compute.ts';
import { type GraphProperties, LONGEST, sliderRange, valueAt, withValue } from './properties.ts';

type Given = { readonly session: Session<GraphProperties, GraphResult> };

/** The expression, and a value for each of its variables. */
export function Controls({ session }: Given) {
  const properties = session.properties.value;
  const variables = session.result.value?.variables ?? [];
  return (
    <div class="graph-controls">
      {!session.hidden.has('expr') && <ExpressionField session={session} />}
      {!session.hidden.has('x') &&
        variables.map((name, at) => (
          <NumberField
            key={name}
            label={`value of ${symbolText(name)}`}
            short={symbolText(name)}
            value={valueAt(properties, at)}
            {...sliderRange(valueAt(properties, at))}
            step={0.1}
            slider
            disabled={session.locked.has('x')}
            onChange={(value) => session.set({ x: withValue(properties, at, value) }, { merge: `x ${at}` })}
            onCommit={() => session.commit()}
          />
        ))}
    </div>
  );
}

function ExpressionField({ session }: Given) {
  const id = useId();
  const { expr } = session.properties.value;
  const problem = session.settled.value ? session.result.value?.problem : undefined;
  return (
    <div class={`field expression${problem ? ' refused' : ''}`}>
      <label for={id}>expression</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={LONGEST}
        value={expr}
        disabled={session.locked.has('expr')}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onInput={(event) => session.set({ expr: event.currentTarget.value }, { merge: 'expr' })}
        onBlur={() => session.commit()}
      />
      {problem && (
        <div class="problem" id={`${id}-problem`} role="alert">
          <Pointer problem={problem} source={expr} />
          {problem.text}
        </div>
      )}
    </div>
  );
}

/** As much of the expression before the character, and after it, as a small screen has room for. */
const AROUND = { before: 20, after: 10 } as const;

/** The expression with a mark under the character at which it cannot be read. */
function Pointer({ problem: { column }, source }: { readonly problem: Problem; readonly source: string }) {
  if (column === undefined) return null;
  const from = Math.max(0, column - 1 - AROUND.before);
  return (
    <pre class="pointer" aria-hidden="true">
      {`${source.slice(from, column + AROUND.after)}\n${' '.repeat(column - 1 - from)}^`}
    </pre>
  );
}
