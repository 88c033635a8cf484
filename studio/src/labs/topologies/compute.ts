import { displayed, symbolText } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type Connected, connect } from './connect.ts';
import { alone, type Learning, withReward, withTeacher } from './learn.ts';
import { unmarked } from './marks.ts';
import { MOMENTS, type TopologyProperties, unitName, unitText, type View } from './properties.ts';
import { type Recalled, recalled } from './recall.ts';
import { Sheet } from './sheet.ts';
import { sideBySide } from './sideBySide.ts';

export interface TopologyResult extends LabResult {
  readonly view: View;
  readonly connected?: Connected;
  readonly recalled?: Recalled;
  readonly learning?: Learning;
  /** Side by side. */
  readonly learnings?: readonly Learning[];
  readonly length: number;
}

interface Seen {
  readonly connected?: Connected;
  readonly recalled?: Recalled;
  readonly learning?: Learning;
  readonly learnings?: readonly Learning[];
  readonly length: number;
  readonly focus?: string;
  readonly said: string;
}

const LOOK: Readonly<Record<View, (sheet: Sheet, properties: TopologyProperties) => Seen>> = {
  connect,
  recall: recalled,
  learning: sideBySide,
  teacher: withTeacher,
  alone,
  reward: withReward,
};

/** What is looked at, as far as one has walked. */
export function compute(properties: TopologyProperties): TopologyResult {
  const sheet = new Sheet();
  const seen = LOOK[properties.view](sheet, properties);
  const { quantities, formulas } = sheet;
  return { ...seen, view: properties.view, quantities, formulas, summary: summaryOf(seen, quantities) };
}

function summaryOf(
  { connected, recalled: state, learning, learnings = [] }: Seen,
  quantities: Readonly<Record<string, number>>,
): string {
  const listed = (names: readonly string[]) =>
    names
      .filter((name) => name in quantities)
      .map((name) => `${symbolText(unmarked(name))} is ${displayed(quantities[name] ?? 0).text}`)
      .join(', ');
  if (connected) {
    const { edges, cycle, order } = connected;
    const net = `${edges.length} connections, ${cycle ? `with the loop ${cycle.map(unitText).join(' → ')}` : `in the order ${(order ?? []).map(unitText).join(', ')}`}`;
    const outputs = listed(Array.from({ length: MOMENTS }, (_, i) => unitName('y', i + 1)));
    return `A net of ${net}${outputs && `: ${outputs}`}.`;
  }
  if (state) {
    return `A Hopfield net of ${state.size} units with energy ${displayed(state.energies.at(-1) ?? 0).text}${state.rest ? `, at rest in ${state.rest}` : ''}.`;
  }
  if (learning) return `${learning.signal} ${listed(learning.names)}.`;
  return learnings
    .map(({ title, names }) => `${title}: ${listed(names.filter((name) => /^[wbQ]/.test(name)))}.`)
    .join(' ');
}
