import '../../worker/engine.ts';
import {
  type Contribution,
  columnsOf,
  type Evaluation,
  ExpressionError,
  type ExpressionGraph,
  graph,
  type Step,
  symbolOf,
} from 'pellucid/explain';
import { add, displayed, Formula, multiply, operand, symbolText } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { type GraphProperties, MOST_STEPS, valueAt } from './properties.ts';

export interface GraphNode {
  /** Name of its value, which is its own name. */
  readonly value: string;
  /** Name of ∂result/∂it; a number has none. */
  readonly gradient?: string;
  readonly kind: Step['kind'];
  readonly operation?: Step['operation'];
}

/** From an input to the step that uses it. */
export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Names of what flows back: the step's derivative by this input alone, what reaches the step, their product. */
  readonly back?: { readonly local: string; readonly upstream: string; readonly contribution: string };
}

/** What is wrong with an expression, and at which character, from 1. */
export interface Problem {
  readonly text: string;
  readonly column?: number;
}

export interface GraphResult extends LabResult {
  /** Names of the variables' values, in the order in which the expression names them. */
  readonly variables: readonly string[];
  /** Columns from left to right. */
  readonly columns: readonly (readonly GraphNode[])[];
  readonly edges: readonly GraphEdge[];
  readonly result: string;
  readonly length: number;
  readonly phase: 'start' | 'forward' | 'backward';
  readonly current: string | undefined;
  /** The edges that the last step went along. */
  readonly along: readonly string[];
  readonly problem?: Problem;
  /** The first value that is no finite number, and why. */
  readonly trouble?: string;
  /** Of the first derivative that several paths lead to, once known: the paths' contributions and what they come to. */
  readonly meeting?: {
    readonly name: string;
    readonly total: number;
    readonly contributions: readonly number[];
  };
}

/** An expression at the place one has walked to: forward through its values, then backward through derivatives. */
export function compute(properties: GraphProperties): GraphResult {
  try {
    const expression = graph(properties.expr);
    if (expression.steps.length > MOST_STEPS) {
      return unreadable({
        text: `${expression.steps.length} steps have no place on the stage: ${MOST_STEPS} at most.`,
      });
    }
    const values = expression.variables.map((name, at) => [name, valueAt(properties, at)]);
    return walked(expression.evaluate(Object.fromEntries(values)), properties.at);
  } catch (problem) {
    if (!(problem instanceof ExpressionError)) throw problem;
    const { column, expected, received } = problem;
    return unreadable({ column, text: `Column ${column}: expected ${expected}, found ${received}.` });
  }
}

const unreadable = (problem: Problem): GraphResult => ({
  ...{ quantities: {}, formulas: {}, variables: [], columns: [], edges: [], result: '', along: [] },
  ...{ length: 0, phase: 'start', current: undefined, problem },
  said: 'There is no graph yet.',
  summary: `The expression cannot be drawn. ${problem.text}`,
});

/** One number that is computed, in its turn. */
interface Move {
  readonly name: string;
  readonly value: number;
  readonly formula: Formula;
  readonly phase: 'forward' | 'backward';
  readonly said: string;
  readonly along: readonly string[];
}

function walked(evaluation: Evaluation, at: number): GraphResult {
  const { graph: expression } = evaluation;
  const names = namesOf(expression);
  const moves = [...forwardMoves(evaluation), ...backwardMoves(evaluation, names)];
  const position = Math.min(at, moves.length);
  const taken = moves.slice(0, position);
  const last = taken.at(-1);
  const given = expression.steps.filter(({ kind }) => kind !== 'operation');
  const quantities = Object.fromEntries([
    ...given.map((step) => [symbolOf(step), evaluation.valueOf(step)] as const),
    ...taken.map(({ name, value }) => [name, value] as const),
  ]);
  const formulas: Record<string, FormulaData> = Object.fromEntries(
    taken.map(({ name, formula }) => [name, formulaData(formula)]),
  );
  const trouble = troubleIn(evaluation, quantities);
  const meeting = meetingOf(evaluation, names, quantities);
  return {
    ...{ quantities, formulas, length: moves.length, phase: last?.phase ?? 'start' },
    ...(last && { focus: last.name }),
    variables: given.filter(({ kind }) => kind === 'variable').map(symbolOf),
    columns: columnsOf(expression.steps).map((column) => column.map((step) => nodeOf(step, names))),
    edges: expression.steps.flatMap((to) =>
      to.inputs.map((from, i) => edgeOf(evaluation, to, from, i, names)),
    ),
    result: symbolOf(expression.result),
    current: last?.name,
    along: last?.along ?? [],
    ...(trouble !== undefined && { trouble }),
    ...(meeting && { meeting }),
    said: last?.said ?? 'Nothing is computed yet.',
    summary: summaryOf(evaluation, quantities, names),
  };
}

/** How the derivatives of one expression are named. */
interface Names {
  gradient(step: Step): string;
  /** The derivative of a step by one of its inputs alone. */
  local(from: Step, to: Step, position: number): string;
  /** What one use of a step adds to its derivative. */
  contribution(from: Step, to: Step, position: number): string;
}

function namesOf({ result }: ExpressionGraph): Names {
  const derivative = (of: Step, by: Step) => `∂${symbolOf(of)}/∂${symbolOf(by)}`;
  // A step may use an input more than once: then its uses are counted.
  const use = (from: Step, to: Step, position: number) =>
    from.inputs.filter((input) => input === to).length > 1 ? `, use ${position + 1}` : '';
  return {
    gradient: (step) => derivative(result, step),
    local: (from, to, position) => `${derivative(from, to)}[local${use(from, to, position)}]`,
    contribution: (from, to, position) =>
      `${derivative(result, to)}[via ${symbolText(symbolOf(from))}${use(from, to, position)}]`,
  };
}

const edgeId = (to: Step, position: number) => `${symbolOf(to)} ${position}`;
const shown = (step: Step) => symbolText(symbolOf(step));

function nodeOf(step: Step, names: Names): GraphNode {
  const { kind, operation } = step;
  return {
    ...{ kind, value: symbolOf(step) },
    ...(operation && { operation }),
    ...(kind !== 'number' && { gradient: names.gradient(step) }),
  };
}

function edgeOf(evaluation: Evaluation, to: Step, from: Step, position: number, names: Names): GraphEdge {
  const edge = { id: edgeId(to, position), from: symbolOf(from), to: symbolOf(to) };
  const flows = evaluation.contributions.some((flow) => flow.from === to && flow.position === position);
  if (!flows) return edge;
  return {
    ...edge,
    back: {
      local: names.local(to, from, position),
      upstream: names.gradient(to),
      contribution: names.contribution(to, from, position),
    },
  };
}

function forwardMoves(evaluation: Evaluation): Move[] {
  return evaluation.graph.steps.flatMap((step): Move[] => {
    const formula = evaluation.formulaOf(step);
    if (!formula) return [];
    return [
      {
        ...{ name: symbolOf(step), value: evaluation.valueOf(step), formula, phase: 'forward' },
        said: `Forward: ${shown(step)} from ${step.inputs.map(shown).join(' and ')}.`,
        along: step.inputs.map((_, position) => edgeId(step, position)),
      },
    ];
  });
}

/** From the result back: each step's derivative is complete before it is passed on. */
function backwardMoves(evaluation: Evaluation, names: Names): Move[] {
  const { steps } = evaluation.graph;
  return steps
    .toReversed()
    .filter(({ kind }) => kind !== 'number')
    .flatMap((step) => [
      gradientMove(evaluation, step, names),
      ...evaluation.contributions
        .filter(({ from }) => from === step)
        .flatMap((flow) => flowMoves(flow, names)),
    ]);
}

function gradientMove(evaluation: Evaluation, step: Step, names: Names): Move {
  const name = names.gradient(step);
  const value = evaluation.gradientOf(step);
  const uses = evaluation.contributions.filter(({ to }) => to === step);
  const terms = uses.map((flow) =>
    operand(names.contribution(flow.from, flow.to, flow.position), flow.value),
  );
  const expression =
    step === evaluation.graph.result ? evaluation.gradientFormulaOf(step).expression : add(...terms);
  return {
    ...{ name, value, phase: 'backward', formula: new Formula(operand(name, value), expression) },
    said:
      uses.length === 0
        ? `Backward begins: a change of ${shown(step)} changes ${shown(step)} by as much.`
        : uses.length === 1
          ? `Backward: ${shown(step)} is used once, so that is its derivative.`
          : `Backward: ${shown(step)} is used ${uses.length} times, and the contributions add.`,
    along: uses.map(({ from, position }) => edgeId(from, position)),
  };
}

function flowMoves(flow: Contribution, names: Names): Move[] {
  const { from, to, position, local, upstream, value, formula } = flow;
  const along = [edgeId(from, position)];
  const own = operand(names.local(from, to, position), local);
  const product = operand(names.contribution(from, to, position), value);
  const reaching = operand(names.gradient(from), upstream);
  return [
    {
      ...{ name: own.symbol, value: local, phase: 'backward', along },
      formula: new Formula(own, formula.expression),
      said: `Backward: how ${shown(from)} answers to ${shown(to)} alone.`,
    },
    {
      ...{ name: product.symbol, value, phase: 'backward', along },
      formula: new Formula(product, multiply(reaching, own)),
      said: `Backward, from ${shown(from)} to ${shown(to)}: upstream times local.`,
    },
  ];
}

function troubleIn(evaluation: Evaluation, known: Readonly<Record<string, number>>): string | undefined {
  const step = evaluation.graph.steps.find(
    (one) => symbolOf(one) in known && !Number.isFinite(evaluation.valueOf(one)),
  );
  const formula = step && evaluation.formulaOf(step);
  return formula && `${formula.filled()}: no finite number, and all that follows is none either.`;
}

function meetingOf(
  evaluation: Evaluation,
  names: Names,
  known: Readonly<Record<string, number>>,
): GraphResult['meeting'] {
  for (const step of evaluation.graph.steps) {
    const uses = evaluation.contributions.filter(({ to }) => to === step);
    if (uses.length < 2 || !(names.gradient(step) in known)) continue;
    const total = evaluation.gradientOf(step);
    return { name: names.gradient(step), total, contributions: uses.map(({ value }) => value) };
  }
  return undefined;
}

function summaryOf(evaluation: Evaluation, known: Readonly<Record<string, number>>, names: Names): string {
  const { source, steps, result } = evaluation.graph;
  const name = symbolOf(result);
  const value = known[name];
  const derivatives = steps
    .filter((step) => step.kind === 'variable' && names.gradient(step) in known)
    .map((step) => `${symbolText(names.gradient(step))} is ${displayed(evaluation.gradientOf(step)).text}`);
  return `The graph of ${source} has ${steps.length} nodes: ${[
    value === undefined
      ? `${symbolText(name)} is not known yet`
      : `${symbolText(name)} is ${displayed(value).text}`,
    ...derivatives,
  ].join(', ')}.`;
}
