import { useMemo } from 'preact/hooks';
import { InTurn } from '../../parts/InTurn.tsx';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Session } from '../../session.ts';
import { Chart } from './Chart.tsx';
import type { FlowResult } from './compute.ts';
import type { FlowProperties } from './properties.ts';
import { Layers, Units } from './Tables.tsx';

interface Given {
  readonly session: Session<FlowProperties, FlowResult>;
  readonly result: FlowResult;
}

export function Stage({ session, result }: Given) {
  // The page is drawn more often than there is a result, and hundreds of numbers take turns.
  const whole = useMemo(
    () => (
      <>
        <Chart result={result} choose={(layer) => session.set({ layer })} />
        <Whole result={result} />
        <Verdicts result={result} />
      </>
    ),
    [session, result],
  );
  const tables = useMemo(
    () => (
      <>
        <Layers session={session} />
        <InTurn session={session} turn={3}>
          {(now) => <Units result={now} />}
        </InTurn>
      </>
    ),
    [session],
  );
  return (
    <div class="gradient-flow">
      {result.trouble && (
        <p class="problem" role="alert">
          {result.trouble}{' '}
          <button type="button" class="link" onClick={() => leadBack(session)}>
            {session.canUndo.value ? 'Undo' : 'Back to the start'}
          </button>
        </p>
      )}
      {whole}
      {tables}
    </div>
  );
}

/** Undoes what was done here; a link may have begun further on. */
function leadBack(session: Given['session']): void {
  if (session.canUndo.value) session.undo();
  else if (session.properties.value.at > 0) session.set({ at: 0 });
  else session.reset();
}

/** The numbers of the whole network. */
function Whole({ result }: { readonly result: FlowResult }) {
  const { quantities } = result;
  const shown = [
    ['L', 'loss'],
    ['G', 'all gradients together'],
    ['limit', 'limit'],
    ['factor', 'clipped to'],
    ['α', 'α'],
  ] as const;
  return (
    <dl class="whole" aria-label="The whole network">
      {shown
        .filter(([name]) => name in quantities)
        .map(([name, text]) => (
          <div key={name}>
            <dt>{text}</dt>
            <dd class={Number.isFinite(quantities[name]) ? undefined : 'broken'}>
              <Quantity of={name} value={quantities[name]} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

/** What the library's diagnosis says: measured, against what, and what helps. */
function Verdicts({ result }: { readonly result: FlowResult }) {
  const { quantities, verdicts } = result;
  return (
    <ul class="verdicts">
      {verdicts.map(({ topic, severity, sentence, threshold, remedies, numbers }) => (
        <li key={topic} data-severity={severity}>
          <p>
            <b>{severity}</b> {sentence}
          </p>
          <p class="hint">
            Measured:{' '}
            {numbers.map(([text, name]) => (
              <span key={name}>
                {text} <Quantity of={name} value={quantities[name]} />{' '}
              </span>
            ))}
            Threshold: {threshold}.
          </p>
          {remedies.length > 0 && (
            <details>
              <summary>What helps</summary>
              <ul>
                {remedies.map((remedy) => (
                  <li key={remedy}>{remedy}</li>
                ))}
              </ul>
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
