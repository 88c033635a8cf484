import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import { SeriesTable } from '../../parts/SeriesTable.tsx';
import type { Session } from '../../session.ts';
import type { HillResult, Way } from './compute.ts';
import { Plane } from './Plane.tsx';
import { type HillProperties, placeAt } from './properties.ts';

interface Given {
  readonly session: Session<HillProperties, HillResult>;
  readonly result: HillResult;
}

export function Stage({ session, result }: Given) {
  if (result.problem) return null;
  const steps = (result.ways[0]?.places ?? []).map((_, step) => step);
  return (
    <div class="hill">
      <p class="surface">
        <i>f</i> = {result.expression}
      </p>
      <Plane session={session} result={result} />
      {steps.length > 1 && (
        <SeriesTable
          title="The trails as a table"
          steps={steps}
          series={result.ways.flatMap(({ title }) =>
            (['x', 'y'] as const).map((axis) => ({
              title: `${title} ${axis}`,
              name: (step: number) => placeAt(axis, title, step),
            })),
          )}
          quantities={result.quantities}
        />
      )}
      <Troubles session={session} ways={result.ways} />
      <p class="constants">
        {result.constants.map((name) => (
          <span key={name}>
            {symbolText(name)} <Quantity of={name} value={result.quantities[name]} />
          </span>
        ))}
      </p>
      <Numbers result={result} />
    </div>
  );
}

/** Why a method ran away, in a line each. */
function Troubles({ session, ways }: Pick<Given, 'session'> & { readonly ways: readonly Way[] }) {
  const told = ways.filter(({ lost, verdict }) => lost || verdict);
  if (told.length === 0) return null;
  return (
    <div class="trouble">
      {told.map(({ method, title, lost, verdict }) => (
        <p key={method}>
          {lost &&
            (lost.overflow
              ? `${title}: step ${lost.step} gave a number that is not finite in float32. `
              : `${title} left the picture at step ${lost.step}. `)}
          {verdict && `${lost ? '' : `${title}: `}${verdict}`}
        </p>
      ))}
      <button type="button" class="link" onClick={() => session.undo()} disabled={!session.canUndo.value}>
        Undo
      </button>
    </div>
  );
}

/** Each method a column, with the line it is drawn by. */
function Numbers({ result }: { readonly result: HillResult }) {
  const { rows, ways, quantities } = result;
  return (
    <div class="scroll">
      <table>
        <caption>Where each is, its last step, and the surface under it</caption>
        <thead>
          <tr>
            <td />
            {ways.map(({ method, title }, i) => (
              <th key={method} scope="col">
                <svg class={`trail line-${i + 1}`} width={34} height={8} aria-hidden="true">
                  <path d="M0 4H34" />
                </svg>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ title, names }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              {names.map((name, i) => (
                <td key={`${i}`} class={name && !Number.isFinite(quantities[name]) ? 'hatched' : undefined}>
                  {name && title.startsWith('kept') && <KeptBy name={name} />}
                  {name && title.startsWith('of its') && <KeptBy name={name} />}
                  {name && <Quantity of={name} value={quantities[name]} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The letter of what a method keeps: m, v, s or a. */
const KeptBy = ({ name }: { readonly name: string }) => (
  <i class="letter" aria-hidden="true">
    {name.charAt(0)}
  </i>
);
