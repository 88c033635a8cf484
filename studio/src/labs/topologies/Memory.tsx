import { symbolText } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import type { Session } from '../../session.ts';
import type { TopologyResult } from './compute.ts';
import { PATTERNS, SIDE, type TopologyProperties } from './properties.ts';
import type { Recalled } from './recall.ts';

interface Given {
  readonly session: Session<TopologyProperties, TopologyResult>;
  readonly result: TopologyResult;
  readonly recalled: Recalled;
}

const NAMES = Array.from({ length: SIDE ** 2 }, (_, i) => i + 1);

/** A net that remembers: its state, the energy, and what it was taught. */
export function Memory({ session, result, recalled }: Given) {
  const { quantities } = result;
  return (
    <div>
      <div class="memory">
        <figure>
          <div class="square">
            {NAMES.map((unit) => (
              <div
                key={unit}
                class={`cell${(quantities[`s_${unit}`] ?? 0) > 0 ? ' on' : ''}${recalled.unit === unit ? ' here' : ''}`}
              >
                <Quantity of={`s_${unit}`} value={quantities[`s_${unit}`]} />
                <Quantity of={`h_${unit}`} value={quantities[`h_${unit}`]} class="net-input" />
              </div>
            ))}
          </div>
          <figcaption>Each unit’s state, and below it its net input h once computed.</figcaption>
        </figure>
        <Start session={session} />
        {Object.entries(PATTERNS).map(([name, pattern]) => (
          <figure key={name}>
            <svg class="pattern" viewBox="0 0 30 30" width={84} height={84} role="img" aria-label={name}>
              {pattern.map((value, i) => (
                <rect
                  key={NAMES[i]}
                  class={value > 0 ? 'on' : 'off'}
                  x={10 * (i % SIDE) + 0.5}
                  y={10 * Math.floor(i / SIDE) + 0.5}
                  width={9}
                  height={9}
                />
              ))}
            </svg>
            <figcaption>remembered: {name}</figcaption>
          </figure>
        ))}
      </div>
      <p class="constants">
        E <Quantity of="E" value={quantities.E} /> {recalled.rest && `At rest: ${recalled.rest}.`}
      </p>
      <Energies energies={recalled.energies} />
      <details>
        <summary>The weights</summary>
        <div class="scroll">
          <table>
            <caption>w_ij is the sum over both patterns of s_i·s_j</caption>
            <tbody>
              {NAMES.map((i) => (
                <tr key={i}>
                  <th scope="row">{symbolText(`s_${i}`)}</th>
                  {NAMES.map((j) => (
                    <td key={j}>
                      {i !== j && <Quantity of={`w_${i}${j}`} value={quantities[`w_${i}${j}`]} />}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

/** The state to begin with: each unit can be turned over. */
function Start({ session }: Pick<Given, 'session'>) {
  const { s } = session.properties.value;
  if (session.hidden.has('s')) return null;
  return (
    <fieldset class="start" disabled={session.locked.has('s')}>
      <legend>Begin with</legend>
      {s.map((value, i) => (
        <button
          key={NAMES[i]}
          type="button"
          data-stop=""
          class={value > 0 ? 'on' : ''}
          aria-label={`unit ${i + 1} begins with ${value > 0 ? '1' : '−1'}: turn it over`}
          onClick={() => session.set({ s: s.with(i, value > 0 ? -1 : 1), at: 0 })}
        >
          {value > 0 ? '+' : '−'}
        </button>
      ))}
    </fieldset>
  );
}

/** The energy at the start and after each turn: it never rises. */
function Energies({ energies }: { readonly energies: readonly number[] }) {
  const most = Math.max(1, ...energies.map(Math.abs));
  return (
    <figure>
      <svg width={30 + 26 * energies.length} height={70} aria-hidden="true">
        <path class="axis" d={`M0 35H${30 + 26 * energies.length}`} />
        {energies.map((energy, i) => (
          <rect
            key={`${i}`}
            class={energy < 0 ? 'below' : 'above'}
            x={6 + 26 * i}
            y={energy < 0 ? 35 : 35 - (32 * energy) / most}
            width={18}
            height={(32 * Math.abs(energy)) / most}
          />
        ))}
      </svg>
      <figcaption>
        The energy at the start and after each turn of a unit; above the line it is positive. It never rises.
      </figcaption>
    </figure>
  );
}
