import { backward } from '../../autodiff/backward.ts';
import { evaluate } from '../../backends/reference/evaluate.ts';
import { input } from '../../graph/graph.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import {
  displayed,
  type Expression,
  Formula,
  multiply,
  number,
  type Operand,
  operand,
  sum,
  symbolText,
} from '../../units/formula.ts';
import { type Block, documentHTML, documentMarkdown, documentText } from '../document.ts';
import { dotOf, drawing } from './drawing.ts';
import type { ExpressionGraph } from './graph.ts';
import { OPERATIONS } from './operations.ts';
import { nodeOf, type Step, symbolOf } from './step.ts';

/** What flows back along one edge: from a step to one of its inputs. */
export interface Contribution {
  readonly from: Step;
  readonly to: Step;
  /** Which input of `from`. */
  readonly position: number;
  /** ∂from/∂to, by itself. */
  readonly local: number;
  /** ∂result/∂from. */
  readonly upstream: number;
  /** Their product. */
  readonly value: number;
  /** ∂from/∂to as a formula. */
  readonly formula: Formula;
}

/** An expression at given values of its variables: forward, then backward, step by step. */
export class Evaluation {
  readonly graph: ExpressionGraph;
  readonly #values = new Map<Step, number>();
  readonly #gradients = new Map<Step, number>();
  readonly #contributions: Contribution[] = [];

  constructor(graph: ExpressionGraph, at: Readonly<Record<string, number>>) {
    this.graph = graph;
    for (const step of graph.steps) this.#forward(step, at);
    this.#gradients.set(graph.result, 1);
    for (const step of graph.steps.toReversed()) this.#backward(step);
  }

  #forward(step: Step, at: Readonly<Record<string, number>>): void {
    const { kind, name, node } = step;
    const given = kind === 'variable' ? at[name] : kind === 'number' ? constantOf(node) : undefined;
    this.#values.set(step, given ?? localOf(step, this.#inputsOf(step)).value);
  }

  #backward(step: Step): void {
    if (step.inputs.length === 0) return;
    const upstream = this.gradientOf(step);
    const { derivatives } = localOf(step, this.#inputsOf(step));
    step.inputs.forEach((to, position) => {
      if (to.kind === 'number') return;
      const local = derivatives[position] ?? Number.NaN;
      const value = upstream * local;
      const formula = this.#derivativeFormula(step, position, local);
      this.#contributions.push({ from: step, to, position, local, upstream, value, formula });
      this.#gradients.set(to, this.gradientOf(to) + value);
    });
  }

  #inputsOf(step: Step): number[] {
    return step.inputs.map((from) => this.valueOf(from));
  }

  #step(which: Step | string): Step | undefined {
    return typeof which === 'string' ? this.graph.steps.find(({ name }) => name === which) : which;
  }

  /** The value of the result. */
  get value(): number {
    return this.valueOf(this.graph.result);
  }

  /** The value of a step, or of the step of a name. */
  valueOf(which: Step | string): number {
    const step = this.#step(which);
    return (step && this.#values.get(step)) ?? Number.NaN;
  }

  /** ∂result/∂step. */
  gradientOf(which: Step | string): number {
    const step = this.#step(which);
    return (step && this.#gradients.get(step)) ?? 0;
  }

  /** What flows back, in the order it does; where two meet they add. */
  get contributions(): readonly Contribution[] {
    return this.#contributions;
  }

  /** How the value of a step comes about; undefined for variables and numbers. */
  formulaOf(step: Step): Formula | undefined {
    if (!step.operation) return undefined;
    const inputs = step.inputs.map((from) => this.#operand(from));
    return new Formula(this.#named(step), OPERATIONS[step.operation].formula(...inputs));
  }

  /** How ∂result/∂step comes about: upstream times local, added over everything that uses the step. */
  gradientFormulaOf(step: Step): Formula {
    const of = symbolOf(this.graph.result);
    const gradient = (by: Step) => operand(`∂${of}/∂${symbolOf(by)}`, this.gradientOf(by));
    const terms = this.#contributions
      .filter(({ to }) => to === step)
      .map(({ from, local }) =>
        multiply(gradient(from), operand(`∂${symbolOf(from)}/∂${symbolOf(step)}`, local)),
      );
    return new Formula(gradient(step), step === this.graph.result ? number(1) : sum(terms));
  }

  #named(step: Step): Operand {
    return operand(symbolOf(step), this.valueOf(step));
  }

  #operand(step: Step): Expression {
    return step.kind === 'number' ? number(this.valueOf(step)) : this.#named(step);
  }

  #derivativeFormula(step: Step, position: number, local: number): Formula {
    const inputs = step.inputs.map((from) => this.#operand(from));
    const rule =
      step.operation && OPERATIONS[step.operation].derivatives(this.#named(step), ...inputs)[position];
    const [to = step] = step.inputs.slice(position);
    return new Formula(operand(`∂${symbolOf(step)}/∂${symbolOf(to)}`, local), rule ?? number(local));
  }

  /** Its parts as a document: forward, then backward. */
  get blocks(): readonly Block[] {
    const { steps, source, result } = this.graph;
    const given = steps.filter(({ kind }) => kind === 'variable');
    const at = given
      .map((step) => `${symbolText(symbolOf(step))} = ${displayed(this.valueOf(step)).text}`)
      .join(', ');
    const computed = steps.filter(({ kind }) => kind === 'operation');
    return [
      { kind: 'heading', text: source },
      ...(at ? [{ kind: 'paragraph', text: `at ${at}` } as const] : []),
      { kind: 'heading', text: 'Forward', level: 2 },
      {
        kind: 'table',
        columns: [{ title: 'node' }, { title: 'formula' }, { title: 'with numbers' }],
        rows: computed.map((step) => columnsOf(this.formulaOf(step), step.name)),
      },
      { kind: 'heading', text: 'Backward', level: 2 },
      {
        kind: 'table',
        columns: [
          { title: 'edge' },
          { title: 'local derivative' },
          { title: 'with numbers' },
          { title: 'times upstream' },
        ],
        rows: this.#contributions.map((contribution) => edgeRow(contribution)),
      },
      {
        kind: 'table',
        columns: [{ title: 'derivative' }, { title: 'sum over what uses it' }, { title: 'with numbers' }],
        rows: [...computed.filter((step) => step !== result).toReversed(), ...given].map((step) =>
          columnsOf(this.gradientFormulaOf(step), step.name),
        ),
      },
    ];
  }

  toText(): string {
    return documentText(this.blocks);
  }

  toMarkdown(): string {
    return documentMarkdown(this.blocks);
  }

  /** A piece of a page: the drawing, then the tables. */
  toHTML(): string {
    return `${this.toSVG()}\n${documentHTML(this.blocks)}`;
  }

  /** The graph with values and derivatives, in the language of Graphviz. */
  toDOT(): string {
    return dotOf(this.graph.steps, (step) => ({
      value: this.valueOf(step),
      gradient: this.gradientOf(step),
    }));
  }

  /** The graph with values and derivatives on its edges, as a drawing that can be read on light and on dark. */
  toSVG(): string {
    return drawing(this);
  }

  /** Everything at full precision, as plain data. */
  toJSON(): Record<string, unknown> {
    const { source, steps, result, variables } = this.graph;
    return {
      expression: source,
      result: result.name,
      value: this.value,
      gradients: Object.fromEntries(variables.map((name) => [name, this.gradientOf(name)])),
      steps: steps.map((step) => ({
        name: step.name,
        kind: step.kind,
        ...(step.operation && { operation: step.operation }),
        inputs: step.inputs.map(({ name }) => name),
        value: this.valueOf(step),
        gradient: this.gradientOf(step),
        ...(step.operation && { formula: this.formulaOf(step)?.toJSON() }),
      })),
      contributions: this.#contributions.map(({ from, to, local, upstream, value, formula }) => ({
        from: from.name,
        to: to.name,
        local,
        upstream,
        value,
        formula: formula.toJSON(),
      })),
    };
  }
}

/** One edge on the way back: its local derivative, and that times what came from upstream. */
function edgeRow({ from, to, formula, local, upstream, value }: Contribution): string[] {
  const flow = multiply(operand('upstream', upstream), operand('local', local));
  const known = formula.expression.kind === 'number' || formula.expression.kind === 'operand';
  return [
    `${symbolText(symbolOf(from))} → ${symbolText(symbolOf(to))}`,
    formula.symbols(),
    known ? displayed(local).text : formula.numbers(),
    new Formula(operand('flow', value), flow).numbers(),
  ];
}

function columnsOf(formula: Formula | undefined, name: string): string[] {
  return formula ? [formula.toJSON().symbol, formula.symbols(), formula.numbers()] : [name, '', ''];
}

const constantOf = (node: Node) => (node.op === 'constant' ? node.attributes.value.data[0] : undefined);

/** The value of one operation and its derivatives with respect to each input, both by the library's own graph. */
function localOf(step: Step, values: readonly number[]): { value: number; derivatives: number[] } {
  if (!step.operation) return { value: Number.NaN, derivatives: [] };
  const leaves = step.inputs.map(({ kind, node }) => (kind === 'number' ? node : input('float64', [])));
  const node = nodeOf(step.operation, leaves);
  const wrt = leaves.filter((leaf) => leaf.op === 'input');
  const bindings = new Map<Node, NDArray>(
    leaves.map((leaf, i) => [
      leaf,
      { dtype: 'float64', shape: [], data: Float64Array.of(values[i] ?? Number.NaN) },
    ]),
  );
  const [value, ...derivatives] = evaluate([node, ...backward(node, wrt)], bindings).map(
    ({ data }) => data[0] ?? Number.NaN,
  );
  return {
    value: value ?? Number.NaN,
    derivatives: leaves.map((leaf) =>
      leaf.op === 'input' ? (derivatives[wrt.indexOf(leaf)] ?? Number.NaN) : 0,
    ),
  };
}
