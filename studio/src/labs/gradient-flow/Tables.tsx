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
export function Layers({ session, result }: Given) {
  const counts = [...new Set(result.layers.flatMap((layer) => layer.counts ?? []))].join(' or ');
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
            <th scope="col">{counts === '' ? 'dead' : counts}, %</th>
          </tr>
        </thead>
        <tbody>
          {result.layers.map((layer) => (
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
        </tbody>
      </table>
    </div>
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
