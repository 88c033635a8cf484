import { inOrder } from '../../../graph/graph.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import type { Node } from '../../../graph/ops.ts';
import type { Variable } from '../../../tensor/variable.ts';
import {
  add,
  type Expression,
  type Formula,
  multiply,
  negate,
  type Operand,
  operand,
  subtract,
  sum,
} from '../../../units/formula.ts';
import { type ActivationRow, activationRow } from '../activations.ts';
import { LOSSES, type OutputRow } from '../losses.ts';
import type { UnitNames } from '../names.ts';
import { firstTrue, formulaFor, operandOf, type Quantity } from '../quantity.ts';
import type { LayerCall } from '../recording.ts';
import { elementOf, gradientOf, type Section, type ViewContext } from '../section.ts';
import { changes } from './updates.ts';

/** A layer whose net input is a matrix product, with what is needed of it. */
interface DenseParts {
  readonly kernel: Variable;
  readonly bias: Variable | undefined;
  readonly inputs: number;
  readonly units: number;
  readonly net: Node;
  readonly activation: string;
}

/** The parts of a fully connected layer at work; undefined for other layers. */
export function densePartsOf({ layer, inputs: [from], output }: LayerCall): DenseParts | undefined {
  if (layer.className !== 'Dense' || !from) return undefined;
  const [kernel, bias] = layer.weights;
  const [inputs, units] = kernel?.shape ?? [];
  const net = kernel && netInput(output, from, [kernel.node, ...(bias ? [bias.node] : [])]);
  const { activation } = layer.config();
  if (!net || inputs === undefined || units === undefined || typeof activation !== 'string') return undefined;
  return { kernel, bias, inputs, units, net, activation };
}

/** The first node on the way from a layer's input to its output that all its weights have entered. */
export function netInput(output: Node, from: Node, weights: readonly Node[]): Node | undefined {
  const reached = new Map<Node, Set<Node>>([
    [from, new Set()],
    ...weights.map((w) => [w, new Set([w])] as const),
  ]);
  for (const node of inOrder([output])) {
    if (reached.has(node)) continue;
    const entered = new Set(node.inputs.flatMap((input) => [...(reached.get(input) ?? [])]));
    if (entered.size === weights.length && sizeOf(node.shape) === sizeOf(output.shape)) return node;
    if (node.inputs.some((input) => reached.has(input))) reached.set(node, entered);
  }
  return undefined;
}

/**
 * A fully connected layer unit by unit, in the lecture's terms: net input I_j = Σ O_i w_ij + θ_j, output O_j = f(I_j),
 * error −∂L/∂I_j, and what the optimizer makes of them.
 */
export function denseView(context: ViewContext): Section | undefined {
  const parts = densePartsOf(context.call);
  if (!parts) return undefined;
  const view = new DenseView(context, parts);
  return {
    key: context.key,
    name: context.call.layer.name,
    title: `${context.call.layer.name}: ${counted(parts.inputs, 'input')}, ${counted(parts.units, 'unit')}, ${parts.activation}`,
    rule:
      parts.activation === 'linear'
        ? 'I_j = Σᵢ O_i·w_ij + θ_j'
        : `I_j = Σᵢ O_i·w_ij + θ_j, O_j = ${parts.activation}(I_j)`,
    quantities: view.quantities,
  };
}

class DenseView {
  readonly #context: ViewContext;
  readonly #parts: DenseParts;
  readonly #activation: ActivationRow;
  /** Rows of one example: places in a sequence, where there are any. */
  readonly #rows: number;
  readonly #input: Quantity;
  readonly #net: Quantity;
  readonly #output: Quantity;
  readonly #error: Quantity;
  readonly #weight: Quantity;
  readonly #bias: Quantity | undefined;

  constructor(context: ViewContext, parts: DenseParts) {
    this.#context = context;
    this.#parts = parts;
    this.#activation = activationRow(parts.activation);
    const { key, call, recording, examples, names } = context;
    const { units, inputs, net } = parts;
    const shape = call.output.shape.slice(1);
    this.#rows = sizeOf(shape) / units;
    const from = call.inputs[0] as Node;
    const array = (node: Node) => ({
      value: elementOf(recording, node, examples),
      gradient: gradientOf(recording, node, examples),
    });
    const common = { shape, unitOf: (flat: number) => flat % units };
    this.#input = {
      ...array(from),
      key: `${key}.x`,
      role: 'given',
      title: 'input',
      shape: from.shape.slice(1),
      symbol: this.#placed(names.input, inputs),
    };
    this.#net = {
      ...common,
      ...array(net),
      key: `${key}.I`,
      role: 'net',
      title: 'net input',
      symbol: this.#placed(names.net, units),
      formula: (flat, example) => formulaFor(this.#net, flat, example, this.#netExpression(flat, example)),
    };
    this.#output = {
      ...common,
      ...array(call.output),
      key: `${key}.O`,
      role: 'output',
      title: 'output',
      symbol: this.#placed(names.output, units),
      formula: (flat, example) => this.#outputFormula(flat, example),
    };
    this.#error = {
      ...common,
      key: `${key}.Error`,
      role: 'error',
      title: 'error',
      symbol: this.#placed(names.error, units),
      value: (flat, example) => 0 - (this.#net.gradient?.(flat, example) ?? Number.NaN),
      formula: (flat, example) => this.#errorFormula(flat, example),
    };
    this.#weight = this.#weights(parts.kernel, 'w', 'weight', (flat) =>
      names.weight(Math.floor(flat / units), flat % units),
    );
    this.#bias = parts.bias && this.#weights(parts.bias, 'θ', 'bias', names.bias);
  }

  get quantities(): Quantity[] {
    const { update, recording } = this.#context;
    const list = [this.#net, this.#output, this.#error];
    const weights = [this.#weight, ...(this.#bias ? [this.#bias] : [])];
    const variableOf = (weight: Quantity) =>
      weight === this.#weight ? this.#parts.kernel : this.#parts.bias;
    const changed = weights.flatMap((weight) => {
      const of = update?.weights.find(({ node }) => node === variableOf(weight)?.node);
      if (!of) return [];
      return changes(weight, {
        of,
        divisor: recording.divisor,
        descent: (flat) => this.#descent(weight, flat),
      });
    });
    return [...list, ...weights, ...changed];
  }

  /** Names with the row in brackets, where an example has several. */
  #placed(name: (i: number) => string, width: number): (flat: number) => string {
    return (flat) => (this.#rows > 1 ? `${name(flat % width)}[${Math.floor(flat / width)}]` : name(flat));
  }

  #weights(variable: Variable, letter: string, title: string, symbol: (flat: number) => string): Quantity {
    const { key, recording } = this.#context;
    return {
      key: `${key}.${letter}`,
      role: 'weight',
      title,
      shape: variable.shape,
      shared: true,
      symbol,
      unitOf: (flat) => flat % this.#parts.units,
      value: (flat) => recording.value(variable.node).data[flat] ?? Number.NaN,
      gradient: (flat) => (recording.gradient(variable.node)?.data[flat] ?? Number.NaN) / recording.divisor,
    };
  }

  #netExpression(flat: number, example: number): Expression {
    const { inputs, units } = this.#parts;
    const [row, j] = [Math.floor(flat / units), flat % units];
    const terms = Array.from({ length: inputs }, (_, i) =>
      multiply(
        operandOf(this.#input, row * inputs + i, example),
        operandOf(this.#weight, i * units + j, example),
      ),
    );
    const { names } = this.#context;
    const subscript = names.bias(j).split('_')[1] ?? '';
    const letter = (symbol: string) => symbol.split('_')[0] ?? '';
    const general = multiply(
      operand(`${letter(names.input(0))}_i`, 0),
      operand(`${letter(names.weight(0, j))}_i${subscript.length > 1 ? ',' : ''}${subscript}`, 0),
    );
    const total = sum(terms, { index: 'i', general });
    return this.#bias ? add(total, operandOf(this.#bias, j, example)) : total;
  }

  /** Net inputs of all units in the row of one. */
  #rowOf(quantity: Quantity, flat: number, example: number): Operand[] {
    const { units } = this.#parts;
    const start = flat - (flat % units);
    return Array.from({ length: units }, (_, k) => operandOf(quantity, start + k, example));
  }

  #outputFormula(flat: number, example: number): Formula | undefined {
    const { outputs } = this.#activation;
    const [net, row] = [operandOf(this.#net, flat, example), this.#rowOf(this.#net, flat, example)];
    return firstTrue(
      this.#output,
      flat,
      example,
      outputs.map((output) => () => output(net, row)),
    );
  }

  /** By the loss, by the units after it, or by the gradient of the output: each with f′ as it is told first, and then. */
  #errorFormula(flat: number, example: number): Formula | undefined {
    const { slopes } = this.#activation;
    const [net, output] = [operandOf(this.#net, flat, example), operandOf(this.#output, flat, example)];
    const ways = [this.#errorOfLoss, this.#errorFromNext, this.#errorOfOutput];
    const made = slopes.length === 0 ? [undefined] : slopes.map((slope) => slope(net, output));
    return firstTrue(
      this.#error,
      flat,
      example,
      made.flatMap((slope) => ways.map((way) => () => way.call(this, flat, example, slope))),
    );
  }

  #errorOfLoss(flat: number, example: number, slope: Expression | undefined): Expression | undefined {
    const { ending, names } = this.#context;
    const { units, activation } = this.#parts;
    const rule = ending && LOSSES[ending.loss]?.error;
    if (!ending || !rule || this.#rows > 1) return undefined;
    const row: OutputRow = {
      nets: this.#rowOf(this.#net, flat, example),
      outputs: this.#rowOf(this.#output, flat, example),
      targets: Array.from({ length: units }, (_, k) => operand(names.target(k), ending.target(k, example))),
      activation,
    };
    const error = rule(row, flat, slope);
    if (!error || !ending.weight) return error;
    return multiply(ending.weight, ...factorsOf(error));
  }

  /** f′·Σ Error_k·w_jk over the units of the layers after this one. */
  #errorFromNext(flat: number, example: number, slope: Expression | undefined): Expression | undefined {
    const { next } = this.#context;
    const parts = next.map(({ call }) => densePartsOf(call));
    const terms = next.flatMap(({ names }, at) => this.#errorsBack(parts[at], names, flat, example));
    if (terms.length === 0) return undefined;
    const [only] = terms;
    if (terms.length === 1 && only?.kind === 'multiply')
      return multiply(...factorsOf(slope), ...only.factors);
    return slope ? multiply(...factorsOf(slope), sum(terms)) : sum(terms);
  }

  /** Error_k·w_jk of every unit k of a layer that takes the output at `flat`. */
  #errorsBack(after: DenseParts | undefined, names: UnitNames, flat: number, example: number): Expression[] {
    if (!after) return [];
    const { recording, examples } = this.#context;
    const [row, j] = [Math.floor(flat / after.inputs), flat % after.inputs];
    const gradient = gradientOf(recording, after.net, examples);
    const kernel = recording.value(after.kernel.node).data;
    return Array.from({ length: after.units }, (_, k) =>
      multiply(
        operand(names.error(k), 0 - (gradient(row * after.units + k, example) ?? Number.NaN)),
        operand(names.weight(j, k), kernel[j * after.units + k] ?? Number.NaN),
      ),
    );
  }

  /** f′·(−∂L/∂O), which always holds; of softmax, whose outputs all depend on each net input, O_k·(G_k − Σ G·O). */
  #errorOfOutput(flat: number, example: number, slope: Expression | undefined): Expression {
    const back = (at: number): Operand =>
      operand(`∂L/∂${this.#output.symbol(at)}`, this.#output.gradient?.(at, example) ?? Number.NaN);
    if (this.#parts.activation !== 'softmax')
      return negate(slope ? multiply(...factorsOf(slope), back(flat)) : back(flat));
    const outputs = this.#rowOf(this.#output, flat, example);
    const start = flat - (flat % this.#parts.units);
    const weighted = sum(outputs.map((output, k) => multiply(back(start + k), output)));
    return negate(multiply(outputs[flat - start] as Operand, subtract(back(flat), weighted)));
  }

  /** −∂L/∂w as Σ Error·O over rows and examples: its terms, before a mean divides them by the number of examples. */
  #descent(weight: Quantity, flat: number): Expression[] {
    const { units, inputs } = this.#parts;
    const { examples } = this.#context;
    const [i, j] = weight === this.#weight ? [Math.floor(flat / units), flat % units] : [undefined, flat];
    return Array.from({ length: examples * this.#rows }, (_, at) => {
      const [example, row] = [Math.floor(at / this.#rows), at % this.#rows];
      const mark =
        examples > 1 ? (symbol: string) => `${symbol}[example ${example + 1}]` : (symbol: string) => symbol;
      const named = (of: Operand): Operand => ({ ...of, symbol: mark(of.symbol) });
      const error = named(operandOf(this.#error, row * units + j, example));
      return i === undefined
        ? error
        : multiply(error, named(operandOf(this.#input, row * inputs + i, example)));
    });
  }
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
const factorsOf = (slope: Expression | undefined): readonly Expression[] =>
  slope === undefined ? [] : slope.kind === 'multiply' ? slope.factors : [slope];
