import { InTurn } from '../../parts/InTurn.tsx';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Session } from '../../session.ts';
import type { FlowResult } from './compute.ts';
import { unitNames } from './names.ts';
import type { FlowProperties } from './properties.ts';

interface Given {
  readonly session: Session<FlowProperties, FlowResult>;
  readonly result: FlowResult;
}

/** A number of the result; a dash where there is none. */
function Cell({ result, of }: { readonly result: FlowResult; readonly of: string }) {
  const value = result.quantities[of];
  const broken = value !== undefined && !Number.isFinite(value);
  return (
    <td class={broken ? 'broken' : undefined}>
      {value === undefined ? '—' : <Quantity of={of} value={value} />}
    </td>
  );
}

/** Every layer's numbers; choosing one lists its units. */
export function Layers({ session }: Pick<Given, 'session'>) {
  return (
    <div class="scroll">
      <table>
        <caption>Layers</caption>
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">
              log<sub>10</sub> ‖∂L/∂W‖
            </th>
            <th scope="col">‖∂L/∂W‖</th>
            <th scope="col">var a</th>
            <th scope="col">var ∂L/∂a</th>
            <th scope="col">factor back</th>
            <th scope="col">expected</th>
            <InTurn session={session} turn={1}>
              {({ layers }) => <th scope="col">{shareOf(layers)}, %</th>}
            </InTurn>
          </tr>
        </thead>
        <tbody>
          <InTurn session={session} turn={1}>
            {(result) => <Rows session={session} result={result} half={0} />}
          </InTurn>
          <InTurn session={session} turn={2}>
            {(result) => <Rows session={session} result={result} half={1} />}
          </InTurn>
        </tbody>
      </table>
    </div>
  );
}

/** What the last column counts. */
function shareOf(layers: FlowResult['layers']): string {
  const counts = [...new Set(layers.flatMap((layer) => layer.counts ?? []))].join(' or ');
  return counts === '' ? 'dead' : counts;
}

/** The first or the second half of the layers. */
function Rows({ session, result, half }: Given & { readonly half: 0 | 1 }) {
  const middle = Math.ceil(result.layers.length / 2);
  const layers = half === 0 ? result.layers.slice(0, middle) : result.layers.slice(middle);
  return (
    <>
      {layers.map((layer) => (
        <tr key={layer.number} class={layer.number === result.listed ? 'here' : undefined}>
          <th scope="row">
            <button
              type="button"
              class="plain"
              data-stop=""
              aria-pressed={layer.number === result.listed}
              aria-label={`List the units of ${layer.title === 'output' ? 'the output' : layer.title}`}
              onClick={() => session.set({ layer: layer.number })}
            >
              {layer.title === 'output' ? 'output' : layer.number}
            </button>
          </th>
          {[
            ...[layer.log, layer.norm, layer.variance, layer.gradient],
            ...[layer.measured, layer.expected, layer.share],
          ].map((name) => (
            <Cell key={name} result={result} of={name} />
          ))}
        </tr>
      ))}
    </>
  );
}

/** What the numbers of the layer chosen come from. */
export function Units({ result }: { readonly result: FlowResult }) {
  const layer = result.layers[result.listed - 1];
  if (!layer) return null;
  const { number, title, units, activation, counts } = layer;
  return (
    <div class="scroll">
      <dl class="whole">
        {[
          [layer.mean, 'mean of a'],
          [layer.gradientNorm, '‖∂L/∂a‖'],
          ...(result.quantities[layer.expected] === undefined
            ? []
            : [
                [`n_${number}`, 'units'],
                [`ω_${number}`, 'mean of w²'],
                [`φ_${number}`, 'mean of f′²'],
              ]),
        ].map(([name = '', text = '']) => (
          <div key={name}>
            <dt>{text}</dt>
            <dd>
              <Quantity of={name} value={result.quantities[name]} />
            </dd>
          </div>
        ))}
      </dl>
      <table>
        <caption>
          {title === 'output' ? 'The output' : `Layer ${number}`}: {units} {activation}{' '}
          {units === 1 ? 'unit' : 'units'}, over{' '}
          {result.examples === 1 ? 'one example' : `${result.examples} examples`}
        </caption>
        <thead>
          <tr>
            <th scope="col">unit</th>
            <th scope="col">‖∂L/∂w‖</th>
            <th scope="col">mean of a</th>
            <th scope="col">var a</th>
            <th scope="col">‖∂L/∂a‖</th>
            {counts && <th scope="col">{counts === 'dead' ? 'on for' : 'saturated for'}</th>}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: units }, (_, i) => unitNames(number, i + 1)).map((names, i) => (
            <tr
              key={names.mean}
              class={counts === 'dead' && result.quantities[names.count] === 0 ? 'dead' : undefined}
            >
              <th scope="row">{i + 1}</th>
              <Cell result={result} of={names.weights} />
              <Cell result={result} of={names.mean} />
              <Cell result={result} of={names.variance} />
              <Cell result={result} of={names.gradient} />
              {counts && <Cell result={result} of={names.count} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
