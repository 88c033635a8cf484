import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { GraphEdge, GraphResult } from './compute.ts';

/** Everything computed so far as tables: what flows back edge by edge, and what it adds up to. */
export function Tables({ result }: { readonly result: GraphResult }) {
  const { quantities, current } = result;
  const cell = (name: string | undefined) => (
    <td class={name !== undefined && name === current ? 'now' : undefined}>
      {name !== undefined && <Quantity of={name} value={quantities[name]} />}
    </td>
  );
  const back = result.edges.filter(({ back }) => back && back.local in quantities).toReversed();
  return (
    <div class="tables">
      <table>
        <caption>Nodes</caption>
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">value</th>
            <th scope="col">∂{symbolText(result.result)}/∂node</th>
          </tr>
        </thead>
        <tbody>
          {result.columns
            .flat()
            .filter(({ kind }) => kind !== 'number')
            .map(({ value, gradient }) => (
              <tr key={value}>
                <th scope="row">{symbolText(value)}</th>
                {cell(value)}
                {cell(gradient)}
              </tr>
            ))}
        </tbody>
      </table>
      {back.length > 0 && (
        <table>
          <caption>Backward</caption>
          <thead>
            <tr>
              <th scope="col">edge</th>
              <th scope="col">upstream</th>
              <th scope="col">local</th>
              <th scope="col">product</th>
            </tr>
          </thead>
          <tbody>
            {back.map((edge) => (
              <tr key={edge.id}>
                <th scope="row">{edgeText(edge)}</th>
                {cell(edge.back?.upstream)}
                {cell(edge.back?.local)}
                {cell(edge.back?.contribution)}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const edgeText = ({ from, to }: GraphEdge) => `${symbolText(to)} → ${symbolText(from)}`;
