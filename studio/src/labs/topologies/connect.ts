import {
  add,
  call,
  type Edge,
  type Expression,
  evaluate,
  multiply,
  type Operand,
  operand,
  topology,
  unroll,
} from 'pellucid/units';
import { endsOf, MOMENTS, type TopologyProperties, UNITS, unitName, unitText } from './properties.ts';
import type { Sheet } from './sheet.ts';

/** The net one has connected: in order, in a loop that asks for a delay, or unrolled in time. */
export interface Connected {
  readonly edges: readonly { readonly ends: Edge; readonly delayed: boolean }[];
  /** Every unit after all that feed it. */
  readonly order?: readonly string[];
  /** One loop, the first unit again at its end. */
  readonly cycle?: readonly string[];
  /** Where loops take time: the net unrolled, units as `h1@2`. */
  readonly unrolled?: readonly Edge[];
}

interface Outcome {
  readonly connected: Connected;
  readonly length: number;
  readonly focus?: string;
  readonly said: string;
}

const isFree = ({ delay }: Pick<TopologyProperties, 'delay'>, cycle: boolean) => delay || !cycle;

/** The net, and its units' values one after the other, moment by moment. */
export function connect(sheet: Sheet, properties: TopologyProperties): Outcome {
  const edges = properties.edges.map(endsOf);
  const found = topology(edges, UNITS);
  const loops = found.kind === 'feedback';
  const unrolled = unroll(edges, MOMENTS);
  const delayedOf = ([from, to]: Edge) => !unrolled.some(([a, b]) => a === `${from}@1` && b === `${to}@1`);
  const connected: Connected = {
    edges: edges.map((ends) => ({ ends, delayed: delayedOf(ends) })),
    ...(found.kind === 'feedforward' ? { order: found.order } : { cycle: found.cycle }),
    ...(loops && properties.delay && { unrolled }),
  };
  sheet.put('w', properties.w);
  inputs(properties).forEach((value, i) => {
    sheet.put(unitName('x', i + 1), value);
  });
  if (!isFree(properties, loops)) {
    const loop = (found.kind === 'feedback' ? found.cycle : []).map(unitText).join(' → ');
    return { connected, length: 0, said: `${loop} is a loop: none of them can be computed first.` };
  }
  const moves = movesOf(unrolled, properties, sheet);
  const at = Math.min(properties.at, moves.length);
  for (const { put } of moves.slice(0, at)) put();
  const last = moves[at - 1];
  return {
    ...{ connected, length: moves.length },
    ...(last && { focus: last.name }),
    said: last
      ? `Moment ${last.moment}: ${unitText(last.unit)}.`
      : loops
        ? 'The loop takes a moment: what comes back is what was said a moment ago.'
        : `No loop: ${(found.kind === 'feedforward' ? found.order : []).map(unitText).join(', ')} is an order.`,
  };
}

const inputs = ({ x }: Pick<TopologyProperties, 'x'>) => Array.from({ length: MOMENTS }, (_, i) => x[i] ?? 0);

/** Every unit at every moment: tanh of w times what reaches it. */
function movesOf(unrolled: readonly Edge[], properties: TopologyProperties, sheet: Sheet) {
  const { w: weight } = properties;
  const moments = Array.from({ length: MOMENTS }, (_, i) => i + 1);
  const all = moments.flatMap((moment) => UNITS.map((unit) => `${unit}@${moment}`));
  const sorted = topology(unrolled, all);
  const order = sorted.kind === 'feedforward' ? sorted.order : [];
  const place = (node: string) => {
    const [unit = '', moment = '1'] = node.split('@');
    return { unit, moment: Number(moment) };
  };
  const values = new Map<string, Operand>(
    inputs(properties).map((value, i) => [`x@${i + 1}`, operand(unitName('x', i + 1), value)]),
  );
  const ready = moments.flatMap((moment) => order.filter((node) => place(node).moment === moment));
  const w = operand('w', weight);
  return ready
    .filter((node) => place(node).unit !== 'x')
    .map((node) => {
      const { unit, moment } = place(node);
      const name = unitName(unit, moment);
      const terms = unrolled
        .filter(([, to]) => to === node)
        .map(([from]) => multiply(w, values.get(from) ?? 0));
      const [only] = terms;
      const net: Expression = only && terms.length === 1 ? only : add(...terms, ...(only ? [] : [0]));
      const expression = call('tanh', net);
      const value = evaluate(expression);
      values.set(node, operand(name, value));
      return { name, unit, moment, put: () => void sheet.put(name, value, expression) };
    });
}
