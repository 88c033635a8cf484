import { ArgumentError } from '../../graph/errors.ts';
import { input, scalar } from '../../graph/graph.ts';
import type { Node } from '../../graph/ops.ts';
import { graphText } from '../../graph/text.ts';
import { Tensor, type TensorLike, tensor } from '../../tensor/tensor.ts';
import { type Expression, number, type Operand } from '../../units/formula.ts';
import { dotOf } from './drawing.ts';
import { Evaluation } from './evaluation.ts';
import { OPERATIONS } from './operations.ts';
import { type OperationName, parse, plainName, type Syntax } from './parse.ts';
import { nodeOf, type Step } from './step.ts';

/** An expression as a computational graph, to be evaluated forward and backward. */
export class ExpressionGraph {
  readonly source: string;
  /** In order of computation; the last is the result. */
  readonly steps: readonly Step[];
  readonly result: Step;

  constructor(source: string) {
    this.source = source;
    const { name = 'Y', syntax } = parse(source);
    const builder = new Builder(syntax, name);
    this.steps = builder.steps;
    this.result = builder.result;
  }

  /** The names whose values it needs, in order of appearance. */
  get variables(): readonly string[] {
    return this.steps.filter(({ kind }) => kind === 'variable').map(({ name }) => name);
  }

  /** The graph of primitive operations that computes the result. */
  get node(): Node {
    return this.result.node;
  }

  /**
   * Computes every step, then every derivative of the result.
   *
   * @param values a value for each variable
   * @throws ArgumentError when a variable has no value, or a value no variable
   */
  evaluate(values: Readonly<Record<string, number>>): Evaluation {
    return new Evaluation(this, this.#matched(values));
  }

  /**
   * The expression as a function of tensors of one floating dtype: to be computed over whole grids, and to be
   * differentiated.
   *
   * @param values a tensor for each variable; their shapes are broadcast
   * @throws ArgumentError when a variable has no value, or a value no variable
   */
  apply(values: Readonly<Record<string, TensorLike>>): Tensor {
    const given = Object.entries(this.#matched(values)).map(
      ([name, value]) => [name, tensor(value)] as const,
    );
    const at = new Map(given);
    const dtype = given[0]?.[1].dtype ?? 'float32';
    const node = this.#fold<Node>(
      (step, inputs) => nodeOf(step.operation, inputs),
      ({ kind, name }) => (kind === 'variable' ? at.get(name)?.node : undefined) ?? scalar(+name, dtype),
    );
    return new Tensor(
      node,
      given.some(([, value]) => value.isTraced),
    );
  }

  /**
   * The whole expression as it is written, without names for its parts.
   *
   * @param operands what stands for each variable
   */
  written(operands: Readonly<Record<string, Operand>>): Expression {
    const at = this.#matched(operands);
    return this.#fold<Expression>(
      (step, inputs) => OPERATIONS[step.operation].formula(...inputs),
      ({ kind, name }) => (kind === 'variable' ? at[name] : undefined) ?? number(+name),
    );
  }

  /** Goes through the steps in order, each from what was made of its inputs. */
  #fold<T>(
    operate: (step: Step & { readonly operation: OperationName }, inputs: readonly T[]) => T,
    leaf: (step: Step) => T,
  ): T {
    const made = new Map<Step, T>();
    const makeOf = (step: Step): T => {
      const { operation } = step;
      return operation ? operate({ ...step, operation }, step.inputs.map(of)) : leaf(step);
    };
    const of = (step: Step): T => {
      const known = made.get(step) ?? makeOf(step);
      made.set(step, known);
      return known;
    };
    return of(this.result);
  }

  /** Values by the names as they are kept. */
  #matched<T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
    const at = Object.fromEntries(Object.entries(values).map(([name, value]) => [plainName(name), value]));
    const missing = this.variables.filter((name) => !Object.hasOwn(at, name));
    const unknown = Object.keys(at).filter((name) => !this.variables.includes(name));
    if (missing.length > 0 || unknown.length > 0) {
      throw new ArgumentError({
        asked: `evaluate ${this.source}`,
        expected: this.variables.length === 0 ? 'no values' : `values of ${this.variables.join(', ')}`,
        received: Object.keys(at).length === 0 ? 'none' : Object.keys(at).join(', '),
      });
    }
    return at;
  }

  /** The graph in the language of Graphviz. */
  toDOT(): string {
    return dotOf(this.steps, () => undefined);
  }

  /** The primitive operations, one a line. */
  toString(): string {
    return graphText([this.node]);
  }
}

/**
 * The computational graph of a typed-in expression.
 *
 *     graph('(a+b)*(b-c)').evaluate({ a: 2, b: 3, c: 1 }).gradient('b'); // 7
 *
 * @param source numbers, names, `+ − * / ^`, parentheses and sin cos exp ln sqrt tanh sigmoid relu erf max min
 * @throws ExpressionError that points at the character where it cannot be read
 */
export function graph(source: string): ExpressionGraph {
  return new ExpressionGraph(source);
}

/** Makes one step of each different part of an expression; what occurs twice is one step used twice. */
class Builder {
  readonly #made = new Map<string, Step>();
  readonly #names: Names;
  readonly result: Step;

  constructor(syntax: Syntax, name: string) {
    const variables = variablesOf(syntax);
    if (variables.has(name)) {
      throw new ArgumentError({
        asked: `expression ${name} = …`,
        expected: 'a name of its own for the result',
        received: `${name} on both sides`,
      });
    }
    this.#names = new Names([...variables, name]);
    this.result = this.#step(syntax, name);
  }

  get steps(): Step[] {
    return [...this.#made.values()];
  }

  #step(syntax: Syntax, name?: string): Step {
    if (syntax.kind === 'number') {
      return this.#keep(`number ${syntax.value}`, () => ({
        kind: 'number',
        name: `${syntax.value}`,
        inputs: [],
        node: scalar(syntax.value, 'float64'),
      }));
    }
    if (syntax.kind === 'name') {
      return this.#keep(`name ${syntax.name}`, () => ({
        kind: 'variable',
        name: syntax.name,
        inputs: [],
        node: input('float64', [], syntax.name),
      }));
    }
    const { operation } = syntax;
    const inputs = syntax.inputs.map((part) => this.#step(part));
    return this.#keep(`${operation}(${inputs.map((from) => from.name)})`, () => ({
      kind: 'operation',
      name: name ?? this.#names.next(),
      operation,
      inputs,
      node: nodeOf(
        operation,
        inputs.map(({ node }) => node),
      ),
    }));
  }

  #keep(key: string, make: () => Step): Step {
    const step = this.#made.get(key) ?? make();
    this.#made.set(key, step);
    return step;
  }
}

function variablesOf(syntax: Syntax): Set<string> {
  if (syntax.kind === 'name') return new Set([syntax.name]);
  if (syntax.kind === 'number') return new Set();
  return new Set(syntax.inputs.flatMap((part) => [...variablesOf(part)]));
}

/** Names for what has none: the letters after the variables', as in the course, or v₁, v₂, … */
class Names {
  readonly #taken: ReadonlySet<string>;
  #letter: number;
  #count = 0;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
    const letters = taken.filter((name) => /^[a-r]$/.test(name)).map((name) => name.charCodeAt(0));
    this.#letter =
      letters.length === taken.length - 1 && letters.length > 0 ? Math.max(...letters) : 'z'.charCodeAt(0);
  }

  next(): string {
    let name: string;
    do {
      name = this.#letter < 'w'.charCodeAt(0) ? String.fromCharCode(++this.#letter) : `v_${++this.#count}`;
    } while (this.#taken.has(name));
    return name;
  }
}
