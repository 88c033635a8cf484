import { symbolText } from 'pellucid/units';
import type { ComponentChildren } from 'preact';
import { NumberField } from '../../parts/NumberField.tsx';
import { Quantity } from '../../parts/Quantity.tsx';
import { SeriesTable } from '../../parts/SeriesTable.tsx';
import type { Session } from '../../session.ts';
import { Bits } from './Bits.tsx';
import { Chart } from './Chart.tsx';
import type { FloatResult } from './compute.ts';
import {
  type FloatProperties,
  GRADIENT_RANGE,
  LOGIT_RANGE,
  MOST_LOGITS,
  stepsTo,
  titleOf,
  WHOLE_RANGE,
  weightAt,
} from './properties.ts';

interface Given {
  readonly session: Session<FloatProperties, FloatResult>;
  readonly result: FloatResult;
}

export function Stage(given: Given) {
  return (
    <div class="floats">
      <NumberPart {...given} />
      <SumPart {...given} />
      <SoftmaxPart {...given} />
      <GradientPart {...given} />
    </div>
  );
}

/** A number with every digit it has. */
function Digits({ of, result, label }: Pick<Given, 'result'> & { of: string; label?: string }) {
  const value = result.quantities[of];
  return (
    <span class={value === undefined || Number.isFinite(value) ? 'digits' : 'digits hatched'}>
      <Quantity of={of} value={value} digits={Number.POSITIVE_INFINITY} {...(label && { label })} />
    </span>
  );
}

function Listed({ children }: { readonly children: ComponentChildren }) {
  return <dl class="listed">{children}</dl>;
}

function Entry({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const LONGEST = 60;

function NumberPart({ session, result }: Given) {
  const { exact, kind, quantities } = result;
  const { n } = session.properties.value;
  return (
    <section>
      <h2>A number</h2>
      <div class="given">
        <NumberField
          {...{ label: 'number', value: n, ...WHOLE_RANGE, step: 1 }}
          disabled={session.locked.has('n')}
          onChange={(value) => session.set({ n: value }, { merge: 'n' })}
          onCommit={() => session.commit()}
        />
      </div>
      <Bits session={session} result={result} />
      <Listed>
        <Entry title="asked, n">
          <Digits of="n" result={result} />
        </Entry>
        <Entry title="stored, x">
          <Digits of="x" result={result} />
        </Entry>
        <Entry title="error, x − n">
          <Digits of="error" result={result} />
        </Entry>
        <Entry title="kind">{kind}</Entry>
        <Entry title="S, E, F">
          <Digits of="S" result={result} />
          <Digits of="E" result={result} />
          <Digits of="F" result={result} />
        </Entry>
        {'x[bits]' in quantities && (
          <>
            <Entry title="from the bits">
              <Digits of="x[bits]" result={result} />
            </Entry>
            <Entry title="next below">
              <Digits of="down" result={result} />
            </Entry>
            <Entry title="next above">
              <Digits of="up" result={result} />
            </Entry>
            <Entry title="spacing, u">
              <Digits of="u" result={result} />
            </Entry>
          </>
        )}
      </Listed>
      {exact.length > 8 && (
        <p class="exact">
          Exactly {exact.slice(0, LONGEST).replace('-', '−')}
          {exact.length > LONGEST && `… (${exact.length} characters)`}
        </p>
      )}
    </section>
  );
}

function SumPart({ session, result }: Given) {
  const { m } = session.properties.value;
  return (
    <section>
      <h2>A sum</h2>
      <div class="given">
        <NumberField
          {...{ label: 'number added', short: 'add', value: m, ...WHOLE_RANGE, step: 1 }}
          disabled={session.locked.has('m')}
          onChange={(value) => session.set({ m: value }, { merge: 'm' })}
          onCommit={() => session.commit()}
        />
      </div>
      <p class="line-of">
        <Digits of="x" result={result} /> + <Digits of="y" result={result} /> ={' '}
        <Digits of="sum" result={result} label="the sum" />
      </p>
      <Listed>
        <Entry title="asked, m">
          <Digits of="m" result={result} />
        </Entry>
        {'lost' in result.quantities && (
          <Entry title="lost by rounding the sum">
            <Digits of="lost" result={result} />
          </Entry>
        )}
      </Listed>
    </section>
  );
}

function SoftmaxPart({ session, result }: Given) {
  const { logits } = session.properties.value;
  const locked = session.locked.has('logits');
  const { rows } = result.softmax;
  const cell = (name: string) => (
    <td>
      <Digits of={name} result={result} />
    </td>
  );
  return (
    <section>
      <h2>Softmax, as it is defined and shifted</h2>
      <div class="given">
        {logits.map((logit, i) => (
          <NumberField
            key={`${i}`}
            {...{ label: `logit ${i + 1}`, short: symbolText(`z_${i + 1}`), value: logit }}
            {...LOGIT_RANGE}
            step={1}
            disabled={locked}
            onChange={(value) => session.set({ logits: logits.with(i, value) }, { merge: `logit ${i}` })}
            onCommit={() => session.commit()}
          />
        ))}
        <button
          type="button"
          disabled={locked || logits.length === MOST_LOGITS}
          onClick={() => session.set({ logits: [...logits, 0] })}
        >
          One more
        </button>
        <button
          type="button"
          disabled={locked || logits.length === 2}
          onClick={() => session.set({ logits: logits.slice(0, -1) })}
        >
          One less
        </button>
      </div>
      <div class="scroll">
        <table>
          <caption>Every operation rounded to {result.format}</caption>
          <thead>
            <tr>
              {['z', 'exp(z)', '…/Σ', 'd = z − max', 'exp(d)', '…/Σ'].map((title, i) => (
                <th key={`${i}`} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ logit, power, naive, shifted, shiftedPower, stable }) => (
              <tr key={logit}>{[logit, power, naive, shifted, shiftedPower, stable].map(cell)}</tr>
            ))}
            <tr class="total">
              <th scope="row">Σ</th>
              {cell('Σ[naive]')}
              <td />
              <td class="max">
                max <Digits of="z_max" result={result} />
              </td>
              {cell('Σ[shifted]')}
              <td />
            </tr>
            <tr>
              <th scope="row">ln Σ exp</th>
              {cell('LSE[naive]')}
              <td />
              <td />
              {cell('LSE[stable]')}
              <td />
            </tr>
          </tbody>
        </table>
      </div>
      <Cause result={result} />
    </section>
  );
}

/** Why the plain softmax gives no numbers, in a line. */
function Cause({ result }: Pick<Given, 'result'>) {
  const { quantities, format, softmax } = result;
  if (softmax.rows.every(({ naive }) => Number.isFinite(quantities[naive]))) return null;
  const total = quantities['Σ[naive]'];
  return (
    <p class="trouble">
      {total === 0
        ? `Every exp(z) is less than half of the least number of ${format}: all become 0, and 0/0 is no number. Shifted, the greatest becomes exp(0) = 1.`
        : `An exp(z), or their sum, is beyond the greatest number of ${format} and becomes ∞; ∞/∞ is no number. Shifted, none exceeds exp(0) = 1.`}
    </p>
  );
}

function GradientPart({ session, result }: Given) {
  const { g } = session.properties.value;
  return (
    <section>
      <h2>A gradient, and a loss that is scaled</h2>
      <div class="given">
        <NumberField
          {...{ label: 'gradient', short: 'gradient g', value: g, ...GRADIENT_RANGE, step: 1e-8 }}
          disabled={session.locked.has('g')}
          onChange={(value) => session.set({ g: value }, { merge: 'g' })}
          onCommit={() => session.commit()}
        />
      </div>
      <Listed>
        <Entry title="g">
          <Digits of="g" result={result} />
        </Entry>
        <Entry title={`in ${result.format}`}>
          <Digits of="g[plain]" result={result} />
        </Entry>
        <Entry title="scale, k">
          <Digits of="k" result={result} />
        </Entry>
        <Entry title={`k·g in ${result.format}`}>
          <Digits of="g[scaled]" result={result} />
        </Entry>
        <Entry title="divided by k in float32">
          <Digits of="g[unscaled]" result={result} />
        </Entry>
      </Listed>
      <h3>Three descents of ½·s·(w − 1)² in float16</h3>
      <Chart result={result} />
      {(result.descents[0]?.weights.length ?? 0) > 0 && (
        <SeriesTable
          title="The descents as a table"
          steps={stepsTo(result.descents[0]?.weights.length ?? 0)}
          series={result.descents.map(({ precision }) => ({
            title: titleOf(precision),
            name: (step) => weightAt(precision, step),
          }))}
          quantities={result.quantities}
        />
      )}
      <div class="scroll">
        <table>
          <caption>Their last step</caption>
          <thead>
            <tr>
              {['descent', 'w before', 'error e', 'slope r', 'gradient r·e', 'change', 'w'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.descents.map(({ precision, names }) => {
              const title = titleOf(precision);
              return (
                <tr key={precision}>
                  <th scope="row">{title}</th>
                  {[
                    `w_t−1[${title}]`,
                    names.error,
                    names.slope,
                    names.gradient,
                    names.change,
                    names.weight,
                  ].map((name, i) => (
                    <td key={`${i}`}>{name && <Digits of={name} result={result} />}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="constants">
        {['s', 'α'].map((name) => (
          <span key={name}>
            {name} <Digits of={name} result={result} />
          </span>
        ))}
      </p>
    </section>
  );
}
