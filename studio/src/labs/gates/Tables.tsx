import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { GatesResult } from './compute.ts';

interface Given {
  readonly result: GatesResult;
}

/** One unit's epoch: a line for each row, in the order in which they are learned. */
export function Ledger({ unit, result }: Given & { readonly unit: number }) {
  const { quantities, current } = result;
  const cell = (name: string) => (
    <td key={name} class={name === current ? 'now' : undefined}>
      <Quantity of={name} value={quantities[name]} />
    </td>
  );
  const suffix = result.units.length > 1 ? String(unit + 1) : '';
  return (
    <div class="scroll">
      <table>
        <caption>
          Epoch {result.epoch}
          {suffix && `, unit ${suffix}`}
        </caption>
        <thead>
          <tr>
            {['row', 'x₁', 'x₂', 't', 'y_in', 'y', 'Δw₁', 'Δw₂', 'Δb'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.rows.map(({ number, inputs, units }) => {
            const own = units[unit];
            return (
              own && (
                <tr key={number} class={number === result.here ? 'here' : undefined}>
                  <th scope="row">{number}</th>
                  {[...inputs, own.target, own.net, own.output, ...own.changes].map(cell)}
                </tr>
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The proof, for each unit: a line that separates, or a point that both sides have in common. */
export function Certificates({ result }: Given) {
  return (
    <>
      {result.certificates.map(({ kind, names }, j) => (
        <div key={`${j}`} class={`certificate ${kind}`}>
          <p>
            {result.certificates.length > 1 && `Unit ${j + 1}: `}
            {kind === 'separable'
              ? 'A line separates. Proof: w₁x₁ + w₂x₂ ≥ T on exactly the + rows, with'
              : 'No line separates. Proof: mixed with the weights λ, the + rows and the − rows meet in one point p.'}
          </p>
          <p class="weights">
            {names.map((name) => (
              <span key={name}>
                {symbolText(name)} <Quantity of={name} value={result.quantities[name]} />
              </span>
            ))}
          </p>
        </div>
      ))}
    </>
  );
}

/** XOR with one hidden layer. */
export function Hidden({ result }: Given) {
  if (!result.hidden) return null;
  return (
    <div class="scroll">
      <table>
        <caption>One hidden layer: OR, NAND, and AND of the two</caption>
        <thead>
          <tr>
            {['row', 'h₁ (OR)', 'h₂ (NAND)', 'Y (AND)', 'net of h₁', 'net of h₂', 'net of Y'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {result.hidden.map(({ number, names }) => (
            <tr key={number}>
              <th scope="row">{number}</th>
              {names.map((name) => (
                <td key={name}>
                  <Quantity of={name} value={result.quantities[name]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
