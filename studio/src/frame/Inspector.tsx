import { displayed, symbolText } from 'pellucid/units';
import type { Editing, LabResult } from '../lab.ts';
import { FormulaMath } from '../parts/Formula.tsx';
import { NumberField } from '../parts/NumberField.tsx';
import { fullText, Quantity } from '../parts/Quantity.tsx';
import { type Session, TURNS } from '../session.ts';
import { operandsIn } from '../worker/formulaData.ts';

/** The selected number: its formula in symbols, filled in, and what it comes to; and where it can be changed. */
export function Inspector<P extends object, R extends LabResult>({
  session,
}: {
  readonly session: Session<P, R>;
}) {
  const result = session.turns[TURNS - 1]?.value;
  const name = session.selected.value ?? result?.focus;
  const found = session.opened.value;
  const opened = found?.name === name ? found?.number : undefined;
  if (
    !result ||
    name === undefined ||
    !(name in result.quantities || opened || session.lab.edit?.(name, session.properties.value, result))
  ) {
    return <p class="hint">Choose a number on the stage: here it opens, with the formula it came from.</p>;
  }
  const formula = result.formulas[name] ?? opened?.formula;
  const value = result.quantities[name] ?? opened?.value;
  const asking = session.lab.opens && !formula && found?.name !== name;
  const hidden = session.veiled.value === name;
  const editing = session.lab.edit?.(name, session.properties.value, result);
  return (
    <article
      class="opened"
      aria-busy={asking ? true : undefined}
      aria-label={`Inspector: ${symbolText(name.split('.')[0] ?? name)}`}
    >
      <p class="meaning">{session.lab.describe(name, result)}.</p>
      {formula && (
        <div class="formula">
          <FormulaMath of={formula} />
          {!hidden && <FormulaMath of={formula} filled />}
        </div>
      )}
      {value !== undefined && !hidden && (
        <p class="value">
          {displayed(value).text}
          <small title="with every digit">{fullText(value).replace('-', '−')}</small>
        </p>
      )}
      {hidden && <p class="value">?</p>}
      {formula && (
        <dl class="operands" aria-label="Its operands">
          {operandsIn(formula.expression).map(({ symbol, value: operand }) => (
            <div key={symbol}>
              <dt>{symbolText(symbol)}</dt>
              <dd>
                <Quantity of={symbol} within={name} value={operand} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {!formula && !asking && !result.isBrief && (
        <p class="given">Given: it follows from nothing else on this page.</p>
      )}
      {editing && <Edit session={session} editing={editing} name={name} />}
    </article>
  );
}

function Edit<P extends object, R extends LabResult>({
  session,
  editing,
  name,
}: {
  readonly session: Session<P, R>;
  readonly editing: Editing<P>;
  readonly name: string;
}) {
  const locked = session.locked.has(editing.key);
  return (
    <div class="edit">
      <NumberField
        key={name}
        label={editing.label}
        value={editing.value}
        min={editing.min}
        max={editing.max}
        step={editing.step}
        slider={editing.max - editing.min <= 50}
        disabled={locked}
        onChange={(value) => session.set(editing.change(value), { merge: `edit ${name}` })}
        onCommit={() => session.commit()}
      />
      {locked && <p class="hint">The link that opened this page keeps it as it is.</p>}
    </div>
  );
}
