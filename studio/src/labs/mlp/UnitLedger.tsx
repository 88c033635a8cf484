import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Session } from '../../session.ts';
import type { MlpProperties } from './properties.ts';
import type { ListedUnit, MlpEdge, MlpResult } from './result.ts';
import { UnitsHead } from './UnitsHead.tsx';

interface Given {
  readonly session: Session<MlpProperties, MlpResult>;
  readonly result: MlpResult;
  readonly listed: ListedUnit;
}

/** The ledger of a large network: all units in a table that scrolls, and the weights of the one chosen. */
export function UnitLedger({ session, result, listed }: Given) {
  const { node, activation, into, outOf } = listed;
  const nodes = new Map(result.layers.flat().map((one) => [one.number, one]));
  return (
    <div class="ledger">
      <Units session={session} result={result} chosen={node.number} />
      <div class="both">
        <Weights
          title={`Into unit ${node.number} (${activation})`}
          result={result}
          edges={into}
          beside={{ title: 'carries', of: ({ from }) => nodes.get(from)?.output }}
          {...(node.bias !== undefined && { bias: node.bias })}
        />
        {outOf.length > 0 && (
          <Weights
            title={`Out of unit ${node.number}`}
            result={result}
            edges={outOf}
            beside={{ title: 'gets back', of: ({ to }) => nodes.get(to)?.error }}
          />
        )}
      </div>
    </div>
  );
}

/** Every unit's numbers, in a box of its own that scrolls. */
function Units({
  session,
  result,
  chosen,
}: {
  readonly session: Given['session'];
  readonly result: MlpResult;
  readonly chosen: number;
}) {
  const { layers, quantities } = result;
  return (
    <div class="scrolled">
      <table>
        <UnitsHead iteration={result.iteration} />
        {layers.slice(1).map((layer, l) => (
          <tbody key={layer[0]?.number}>
            <tr class="layer">
              <th scope="rowgroup" colSpan={4}>
                {l === layers.length - 2 ? 'output layer' : `layer ${l + 1}`}
              </th>
            </tr>
            {layer.map(({ number, net = '', output, error = '' }) => (
              <tr key={number} class={number === chosen ? 'here' : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="plain"
                    aria-pressed={number === chosen}
                    aria-label={`List the weights of unit ${number}`}
                    disabled={session.locked.has('unit')}
                    onClick={() => session.set({ unit: number })}
                  >
                    {number}
                  </button>
                </th>
                {[net, output, error].map((name) => (
                  <td key={name}>
                    <Quantity of={name} value={quantities[name]} column />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** Weights of a unit from old to new, with what they carry. */
function Weights({
  title,
  result,
  edges,
  beside,
  bias,
}: {
  readonly title: string;
  readonly result: MlpResult;
  readonly edges: readonly MlpEdge[];
  /** What travels over a connection: forward what it carries, backward an error. */
  readonly beside: { readonly title: string; readonly of: (edge: MlpEdge) => string | undefined };
  readonly bias?: string;
}) {
  const { quantities } = result;
  const cells = (name: string) =>
    [`${name}.old`, `Δ${name}`, `${name}.new`].map((of) => (
      <td key={of}>
        <Quantity of={of} value={quantities[of]} column label={`${symbolText(name)} ${labelOf(of)}`} />
      </td>
    ));
  return (
    <div class="scroll">
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">name</span>
            </th>
            <th scope="col">{beside.title}</th>
            <th scope="col">old</th>
            <th scope="col">Δ</th>
            <th scope="col">new</th>
          </tr>
        </thead>
        <tbody>
          {edges.map((edge) => {
            const name = beside.of(edge);
            return (
              <tr key={edge.weight}>
                <th scope="row">{symbolText(edge.weight)}</th>
                <td>{name !== undefined && <Quantity of={name} value={quantities[name]} column />}</td>
                {cells(edge.weight)}
              </tr>
            );
          })}
          {bias !== undefined && (
            <tr>
              <th scope="row">{symbolText(bias)}</th>
              <td class="nothing">1</td>
              {cells(bias)}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const labelOf = (name: string) =>
  name.startsWith('Δ') ? 'change' : name.endsWith('.old') ? 'before' : 'after';
