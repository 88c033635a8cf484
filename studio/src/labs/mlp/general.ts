import { displayed, symbolText } from 'pellucid/units';
import { LOSS_NAMES } from '../../losses.ts';
import { type FormulaData, operandsIn } from '../../worker/formulaData.ts';
import { type Iteration, iterationsOf } from './opened.ts';
import { activationsOf, isLarge, lossFor, type MlpProperties } from './properties.ts';
import { type Anatomy, anatomyOf, type ListedUnit, type MlpNode, type MlpResult } from './result.ts';

/** A step: the numbers that it computes, most often one. */
interface WalkStep {
  readonly names: readonly string[];
  readonly phase: Exclude<MlpResult['phase'], 'start'>;
  readonly title: string;
}

/** A network of any activations and loss, at the place one has walked to. */
export function opened(properties: MlpProperties): MlpResult {
  const anatomy = anatomyOf(properties.sizes);
  const large = isLarge(properties);
  const steps = large ? stepsByLayer(anatomy) : stepsByNumber(anatomy);
  const length = steps.length * properties.n;
  const position = Math.min(properties.at, length);
  const iteration = Math.max(1, Math.ceil(position / steps.length));
  const inside = position - (iteration - 1) * steps.length;
  // Whether the error fell is known once the second forward pass is through.
  const iterations = iterationsOf(properties, Math.min(Math.max(iteration, 2), properties.n));
  const [now, before] = [iterations[iteration - 1] as Iteration, iterations[iteration - 2]];
  const [last, next] = [steps[inside - 1], steps[position < length ? inside % steps.length : -1]];
  const listed = large ? listedIn(properties, anatomy) : undefined;
  const parameters = listed ? parametersOf(listed) : parametersIn(anatomy);
  const found = shownIn({ now, before, steps: steps.slice(0, inside), parameters, listed, anatomy });
  const lossKnown = iteration > 2 || (iteration === 2 && 'L' in found.quantities);
  const [first, second] = iterations;
  const current = last?.names.length === 1 ? last.names[0] : undefined;
  const formula = current === undefined ? undefined : found.formulas[current];
  const quantities = { α: properties.a, ...found.quantities };
  return {
    quantities,
    formulas: found.formulas,
    length,
    ...(last && { focus: focusOf(last, listed) }),
    ...anatomy,
    outputs: anatomy.layers
      .slice(1)
      .map((layer) => layer.map(({ output }) => first?.numbers.get(output)?.value ?? Number.NaN)),
    ...{ listed, parameters, iteration, lecture: false, slips: [], slipped: [] },
    loss: LOSS_NAMES[lossFor(properties)],
    current: current?.replace(/\.new$/, ''),
    used: formula ? operandsIn(formula.expression).map(({ symbol }) => symbol) : [],
    phase: last?.phase ?? 'start',
    next: next?.title,
    errors: lossKnown && first && second ? [first.loss, second.loss] : undefined,
    said: last ? `Iteration ${iteration}, ${last.phase}: ${last.title}.` : 'Nothing is computed yet.',
    summary: summaryOf(properties, quantities, iteration, anatomy),
  };
}

const computed = (layer: readonly MlpNode[]) => layer.filter(({ net }) => net !== undefined);
const some = (names: readonly (string | undefined)[]): string[] => names.filter((name) => name !== undefined);

/** As the lecture walks: one formula a step. */
function stepsByNumber(anatomy: Anatomy): WalkStep[] {
  const layers = anatomy.layers.slice(1);
  const one = (phase: WalkStep['phase'], name: string | undefined, title: string): WalkStep[] =>
    name === undefined ? [] : [{ names: [name], phase, title }];
  return [
    ...layers.flatMap((layer) => [
      ...layer.flatMap(({ net, number }) => one('forward', net, `net input of unit ${number}`)),
      ...layer.flatMap(({ output, number }) => one('forward', output, `output of unit ${number}`)),
    ]),
    ...one('forward', 'L', 'the loss'),
    ...layers
      .toReversed()
      .flatMap((layer) =>
        layer.flatMap(({ difference, error, number }) => [
          ...one('backward', difference, `desired less estimated output of unit ${number}`),
          ...one('backward', error, `error of unit ${number}`),
        ]),
      ),
    ...parametersIn(anatomy).flatMap((name) => [
      ...one('update', `Δ${name}`, `change of ${symbolText(name)}`),
      ...one('update', `${name}.new`, `new ${symbolText(name)}`),
    ]),
  ];
}

/** Of a network that is too large for that: a layer a step. */
function stepsByLayer(anatomy: Anatomy): WalkStep[] {
  const layers = anatomy.layers.slice(1);
  const named = (l: number) => (l === layers.length - 1 ? 'the output layer' : `layer ${l + 1}`);
  const forward = layers.map(
    (layer, l): WalkStep => ({
      names: [
        ...layer.flatMap(({ net = '', output }) => [net, output]),
        ...(l === layers.length - 1 ? ['L'] : []),
      ],
      phase: 'forward',
      title: `net inputs and outputs of ${named(l)}`,
    }),
  );
  const backward = layers.map(
    (layer, l): WalkStep => ({
      names: some(layer.flatMap(({ difference, error }) => [difference, error])),
      phase: 'backward',
      title: `errors of ${named(l)}`,
    }),
  );
  const moved = layers.map((layer, l): WalkStep => {
    const numbers = new Set(layer.map(({ number }) => number));
    const own = [
      ...anatomy.edges.filter(({ to }) => numbers.has(to)).map(({ weight }) => weight),
      ...some(layer.map(({ bias }) => bias)),
    ];
    return {
      names: own.flatMap((name) => [`Δ${name}`, `${name}.new`]),
      phase: 'update',
      title: `changes and new weights of ${named(l)}`,
    };
  });
  return [...forward, ...backward.toReversed(), ...moved];
}

/** Weights in the order of layers, then biases, as the lecture lists them. */
const parametersIn = ({ edges, layers }: Anatomy): string[] => [
  ...edges.map(({ weight }) => weight),
  ...some(layers.flat().map(({ bias }) => bias)),
];

const parametersOf = ({ node, into, outOf }: ListedUnit): string[] => [
  ...[...into, ...outOf].map(({ weight }) => weight),
  ...some([node.bias]),
];

/** The unit chosen; the first output unit where none, or an input, is. */
function listedIn(properties: MlpProperties, { layers, edges }: Anatomy): ListedUnit | undefined {
  const units = layers.flatMap(computed);
  const node = units.find(({ number }) => number === properties.unit) ?? layers.at(-1)?.[0];
  if (!node) return undefined;
  return {
    node,
    activation: activationsOf(properties)[node.layer - 1] ?? 'sigmoid',
    into: edges.filter(({ to }) => to === node.number),
    outOf: edges.filter(({ from }) => from === node.number),
  };
}

/** The number that a step of many is best looked at by: the listed unit's, where it has one there. */
function focusOf({ names, phase }: WalkStep, listed: ListedUnit | undefined): string {
  const [first = ''] = names;
  if (!listed || names.length === 1) return first;
  const { output, error = '', bias = '' } = listed.node;
  const wanted = { forward: output, backward: error, update: `${bias}.new` }[phase];
  if (names.includes(wanted)) return wanted;
  return names.find((name) => (phase === 'backward' ? /^Error/ : /^O/).test(name)) ?? first;
}

interface Shown {
  readonly now: Iteration;
  readonly before: Iteration | undefined;
  /** Those that this iteration has taken. */
  readonly steps: readonly WalkStep[];
  readonly parameters: readonly string[];
  readonly listed: ListedUnit | undefined;
  readonly anatomy: Anatomy;
}

/** The numbers on the page: what is given, every parameter listed, and what was computed so far. */
function shownIn({ now, before, steps, parameters, listed, anatomy }: Shown) {
  const quantities: Record<string, number> = {};
  const formulas: Record<string, FormulaData> = {};
  const put = (name: string, from: Iteration | undefined, key = name): void => {
    const entry = from?.numbers.get(key);
    if (!entry) return;
    quantities[name] = entry.value;
    const formula = entry.formula();
    if (formula) formulas[name] = formula;
  };
  for (const { output } of anatomy.layers[0] ?? []) put(output, now);
  for (const { target } of anatomy.layers.at(-1) ?? []) if (target) put(target, now);
  const taken = new Set(steps.flatMap(({ names }) => names));
  for (const name of parameters) {
    put(`${name}.old`, now, name);
    // What it was made from in the iteration before.
    put(`${name}.old`, before, `${name}.new`);
    const isNew = taken.has(`${name}.new`);
    put(name, isNew ? now : before, `${name}.new`);
    if (!(name in quantities)) put(name, now);
    if (isNew) put(`${name}.new`, now);
    if (taken.has(`Δ${name}`)) put(`Δ${name}`, now);
  }
  for (const name of taken) if (!listed || !/^Δ|^[wθ]_/.test(name)) put(name, now);
  // What formulas name besides, such as weights of units that are not listed.
  for (const { expression } of Object.values(formulas)) {
    for (const { symbol, value } of operandsIn(expression)) {
      if (symbol in quantities) continue;
      put(symbol, now);
      quantities[symbol] ??= value;
    }
  }
  return { quantities, formulas };
}

function summaryOf(
  properties: MlpProperties,
  quantities: Readonly<Record<string, number>>,
  iteration: number,
  { layers, edges }: Anatomy,
): string {
  const { sizes, a } = properties;
  const count = edges.length + layers.flatMap(computed).length;
  const kinds = [...new Set(activationsOf(properties).slice(0, -1))];
  const hidden = kinds.length === 0 ? '' : `${kinds.join(' and ')} hidden units, `;
  const shown = ['L', ...(layers.at(-1) ?? []).slice(0, 4).map(({ output }) => output)]
    .filter((name) => name in quantities)
    .map((name) => `${symbolText(name)} is ${displayed(quantities[name] ?? Number.NaN).text}`);
  return `A ${sizes.join('-')} network of ${count} weights and biases, ${hidden}${properties.out} output, loss ${
    LOSS_NAMES[lossFor(properties)]
  }, α ${displayed(a).text}, iteration ${iteration}: ${shown.join(', ') || 'no output yet'}.`;
}
