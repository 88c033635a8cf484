import { nodeNames, symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Given } from './Controls.tsx';
import type { PlaygroundResult, Scene } from './compute.ts';

interface TablesGiven {
  readonly result: PlaygroundResult;
  readonly scene: Scene;
}

/** More classes than this make no table that one reads. */
const MOST_CLASSES = 8;

/** Which class was answered for which. */
export function Confusion({ result, scene }: TablesGiven) {
  const { classNames, counted } = scene;
  if (classNames.length === 0) return null;
  return (
    <div class="confusion">
      <p>
        Right of the {counted === 'dev' ? 'dev' : 'training'} set{' '}
        <Quantity of="accuracy" value={result.quantities.accuracy} />
      </p>
      {classNames.length <= MOST_CLASSES && (
        <div class="scroll">
          <table>
            <caption>Answered, for each class that is wanted</caption>
            <thead>
              <tr>
                <th scope="col">wanted</th>
                {classNames.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {classNames.map((wanted, i) => (
                <tr key={wanted}>
                  <th scope="row">{wanted}</th>
                  {classNames.map((answered, j) => {
                    const name = `n[${i + 1}→${j + 1}]`;
                    const value = result.quantities[name];
                    return (
                      <td key={answered} class={i === j ? 'right' : value ? 'wrong' : undefined}>
                        <Quantity of={name} value={value} label={`${wanted} answered ${answered}`} />
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

/** Of one layer, every number: a unit's weights and bias, its net input and output for the chosen example. */
export function LayerTable({
  session,
  result,
  scene,
  layer: chosen,
}: TablesGiven & Given & { readonly layer: number }) {
  const { sizes, activations, example } = scene;
  const layer = Math.min(chosen, sizes.length - 1);
  const names = nodeNames({ sizes });
  const inputs = Array.from({ length: sizes[layer - 1] ?? 0 }, (_, i) => i);
  const units = Array.from({ length: sizes[layer] ?? 0 }, (_, j) => j);
  const isLast = layer === sizes.length - 1;
  const cell = (name: string) => (
    <td key={name}>
      <Quantity of={name} value={result.quantities[name]} />
    </td>
  );
  return (
    <section class="layer">
      <h2>Example {example + 1}, number by number</h2>
      <fieldset class="segments">
        <legend class="unseen">Which layer is listed</legend>
        {activations.map((activation, l) => (
          <button
            key={`${l}`}
            type="button"
            aria-pressed={layer === l + 1}
            onClick={() => session.set({ layer: l + 1 }, { merge: 'layer' })}
          >
            {l + 1 === sizes.length - 1 ? 'output' : `layer ${l + 1}`}: {activation}
          </button>
        ))}
      </fieldset>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">unit</th>
              {inputs.map((i) => (
                <th key={i} scope="col">
                  from {symbolText(names.output(layer - 1, i))}
                </th>
              ))}
              <th scope="col">θ</th>
              <th scope="col">I</th>
              <th scope="col">O</th>
              {isLast && <th scope="col">t</th>}
            </tr>
          </thead>
          <tbody>
            <tr class="carried">
              <th scope="row">carried</th>
              {inputs.map((i) => cell(names.output(layer - 1, i)))}
              <td />
              <td />
              <td />
              {isLast && <td />}
            </tr>
            {units.map((j) => (
              <tr key={j}>
                <th scope="row">{names.node(layer, j)}</th>
                {inputs.map((i) => cell(names.weight(layer - 1, i, j)))}
                {cell(names.bias(layer, j))}
                {cell(names.net(layer, j))}
                {cell(names.output(layer, j))}
                {isLast && cell(names.target(layer, j))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="coordinates">
        {['x', 'y'].map((name) =>
          result.quantities[name] === undefined ? null : (
            <span key={name}>
              {name} <Quantity of={name} value={result.quantities[name]} />
            </span>
          ),
        )}
      </p>
    </section>
  );
}
