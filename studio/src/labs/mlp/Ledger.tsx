import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { MlpResult } from './result.ts';
import { UnitsHead } from './UnitsHead.tsx';

/** The numbers of this iteration as tables: units, then weights and biases from old to new. */
export function Ledger({ result }: { readonly result: MlpResult }) {
  const { quantities, layers, parameters, current, slipped } = result;
  const cell = (name: string | undefined, label?: string) => {
    const slip = name !== undefined && slipped.includes(name);
    const now = name !== undefined && (name === current || name === `${current}.new`);
    return (
      <td class={`${now ? 'now' : ''}${slip ? ' slip' : ''}`}>
        {name !== undefined && (
          <Quantity of={name} value={quantities[name]} column {...(label !== undefined && { label })} />
        )}
      </td>
    );
  };
  return (
    <div class="ledger">
      <table>
        <UnitsHead iteration={result.iteration} />
        <tbody>
          {layers
            .slice(1)
            .flat()
            .map(({ number, net, output, error }) => (
              <tr key={number}>
                <th scope="row">{number}</th>
                {cell(net)}
                {cell(output)}
                {cell(error)}
              </tr>
            ))}
        </tbody>
      </table>
      <table>
        <caption>Weights and biases, iteration {result.iteration}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">name</span>
            </th>
            <th scope="col">old</th>
            <th scope="col">Δ</th>
            <th scope="col">new</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((name) => {
            const text = symbolText(name);
            return (
              <tr key={name}>
                <th scope="row">{text}</th>
                {cell(`${name}.old`, `${text} before`)}
                {cell(`Δ${name}`)}
                {cell(`${name}.new`, `${text} after`)}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
