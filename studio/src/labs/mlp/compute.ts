import {
  displayed,
  type Formula,
  forward,
  initialPerceptron,
  nodeNames,
  type State,
  type Step,
  symbolText,
  workedExample,
} from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { opened } from './general.ts';
import {
  fitted,
  hasLectureShape,
  isLecture,
  isOfLecture,
  type MlpProperties,
  networkOf,
} from './properties.ts';
import { anatomyOf, type MlpResult } from './result.ts';

/** The network at the place one has walked to: the lecture's kind by its own algorithm, any other by the ledger. */
export function compute(properties: MlpProperties): MlpResult {
  return isOfLecture(properties) ? worked(properties) : opened(properties);
}

/** The worked example at the place one has walked to. */
function worked(properties: MlpProperties): MlpResult {
  const network = networkOf(properties);
  const { sizes } = network;
  const input = fitted(properties.x, sizes[0] ?? 0);
  const target = fitted(properties.t, sizes.at(-1) ?? 0);
  const asPrinted = properties.printed && hasLectureShape(properties);
  const example = workedExample({
    ...{ asPrinted, iterations: properties.n, network, input, target },
    learningRate: properties.a,
  });
  const { trace } = example;
  const position = Math.min(properties.at, trace.length);
  const walk = trace.walk(position);
  const last = trace.steps[position - 1];
  const iteration = Number(last?.group.iteration ?? 1);
  const taken = trace.steps.slice(0, position);
  const here = taken.filter(({ group }) => group.iteration === iteration);
  const earlier = taken.filter(({ group }) => group.iteration !== iteration);
  const before = example.iterations[iteration - 1]?.before ?? {};
  const parameters = Object.keys(before);
  const names = nodeNames(network);
  const lastLayer = sizes.length - 1;

  const given: State = {
    α: properties.a,
    ...Object.fromEntries(input.map((x, i) => [names.output(0, i), x])),
    ...Object.fromEntries(target.map((t, k) => [names.target(lastLayer, k), t])),
  };
  const shown = computedIn(here, walk.state, parameters);
  const lecture = isLecture(properties);
  const slips = lecture ? example.slips : [];
  const next = trace.steps[position];
  const difference = names.difference(lastLayer, 0);
  const known = iteration > 2 || (iteration === 2 && difference in shown);
  const [first, second] = example.iterations;
  return {
    quantities: {
      ...given,
      ...walkedParameters(walk.state, before, parameters),
      ...shown,
    },
    formulas: { ...formulasOf(earlier, parameters, '.old'), ...formulasOf(here, parameters, '.new') },
    length: trace.length,
    ...(last && { focus: last.formula.result.symbol }),
    ...anatomyOf(sizes),
    listed: undefined,
    loss: undefined,
    outputs: forward(network, input).outputs.slice(1),
    parameters,
    current: last?.formula.result.symbol,
    used: last ? operandsOf(last.formula) : [],
    phase: phaseOf(last),
    iteration,
    next: next && inText(next.title),
    slips,
    slipped: asPrinted ? ['I_6'] : [],
    lecture,
    errors: known && first && second ? [first.error, second.error] : undefined,
    said: last
      ? `Iteration ${iteration}, ${String(last.group.phase)}: ${inText(last.title)}.`
      : 'Nothing is computed yet.',
    summary: summaryOf(properties, walk.state, iteration, sizes, names.output(lastLayer, 0)),
  };
}

const phaseOf = (step: Step | undefined): MlpResult['phase'] => {
  const phase = step?.group.phase;
  return phase === 'forward' || phase === 'backward' || phase === 'update' ? phase : 'start';
};

/** A step's title with its symbols as people write them. */
const inText = (title: string) => title.replaceAll(/\S+_\S+/g, symbolText);

const operandsOf = (formula: Formula): string[] => {
  const found: string[] = [];
  const visit = (data: FormulaData['expression']): void => {
    if (data.kind === 'operand') found.push(data.symbol);
    else if (data.kind === 'general') visit(data.filled);
    else if ('parts' in data) data.parts.forEach(visit);
  };
  visit(formulaData(formula).expression);
  return found;
};

/** What this iteration has computed so far; a parameter's new value under a name of its own. */
function computedIn(steps: readonly Step[], state: State, parameters: readonly string[]): State {
  const found: Record<string, number> = {};
  for (const { formula } of steps) {
    const { symbol, value } = formula.result;
    if (parameters.includes(symbol)) found[`${symbol}.new`] = value;
    else found[symbol] = state[symbol] ?? value;
  }
  return found;
}

/** Every parameter as it is now, and as it was when the iteration began. */
function walkedParameters(state: State, before: State, parameters: readonly string[]): State {
  return Object.fromEntries(
    parameters.flatMap((name) => [
      [name, state[name] ?? Number.NaN],
      [`${name}.old`, before[name] ?? Number.NaN],
    ]),
  );
}

/** The formulas of steps by the name of what they compute; a parameter's under its two names. */
function formulasOf(
  steps: readonly Step[],
  parameters: readonly string[],
  ending: string,
): Record<string, FormulaData> {
  const found: Record<string, FormulaData> = {};
  for (const { formula } of steps) {
    const { symbol } = formula.result;
    const data = formulaData(formula);
    if (parameters.includes(symbol)) {
      found[symbol] = data;
      found[`${symbol}${ending}`] = data;
    } else if (ending === '.new') found[symbol] = data;
  }
  return found;
}

function summaryOf(
  { a, printed }: MlpProperties,
  state: State,
  iteration: number,
  sizes: readonly number[],
  output: string,
): string {
  const count = sizes.slice(1).reduce((sum, size, l) => sum + size * ((sizes[l] ?? 0) + 1), 0);
  const value = state[output];
  const reached = value === undefined ? 'no output yet' : `${symbolText(output)} is ${displayed(value).text}`;
  return `A ${sizes.join('-')} network of ${count} weights and biases, α ${displayed(a).text}, iteration ${iteration}${
    printed ? ', computed as the lecture printed it' : ''
  }: ${reached}.`;
}

/** Whether what was typed into a blank is right as far as it is shown. */
export function check({ value, typed }: { value: number; typed: number }): { right: boolean; text: string } {
  const { text, slack, value: shown } = displayed(value);
  const half = Math.max(slack, 0.5e-4);
  return { right: Math.abs(typed - shown) <= half * 1.5, text };
}

/** New weights and biases, uniform in [−0.5, 0.5). */
export function draw({
  sizes,
  seed,
  out,
}: {
  sizes: readonly number[];
  seed: number;
  out: MlpProperties['out'];
}): { w: readonly number[]; b: readonly number[] } {
  const network = initialPerceptron(sizes, { seed, output: out === 'softmax' ? out : 'sigmoid' });
  return { w: network.weights.flat(2), b: network.biases.flat() };
}
