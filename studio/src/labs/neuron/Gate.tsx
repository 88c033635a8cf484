import { Quantity } from '../../parts/Quantity.tsx';
import type { NeuronResult } from './compute.ts';

/** What the unit answers to every row of zeros and ones, and which gate that makes it. */
export function GateTable({ result }: { readonly result: NeuronResult }) {
  const { gate, quantities } = result;
  if (!gate) return null;
  return (
    <table class="gate">
      <caption>
        As a gate: {gate.name ? <b>{gate.name.toUpperCase()}</b> : 'none of OR, AND, NOT, NAND and NOR'}
      </caption>
      <thead>
        <tr>
          {gate.rows[0]?.inputs.map((_, i) => (
            <th key={i} scope="col">
              x{'₁₂'[i]}
            </th>
          ))}
          <th scope="col">Σ − T</th>
          <th scope="col">Y</th>
        </tr>
      </thead>
      <tbody>
        {gate.rows.map(({ inputs, net, output }) => (
          <tr key={net}>
            {inputs.map((value, i) => (
              <td key={i} class="input">
                {value}
              </td>
            ))}
            <td>
              <Quantity of={net} value={quantities[net]} label={`Σ − T for ${inputs.join(', ')}`} />
            </td>
            <td>
              <Quantity of={output} value={quantities[output]} label={`Y for ${inputs.join(', ')}`} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
