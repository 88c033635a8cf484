import { applyRow, ELEMENTWISE, MOVEMENT, type Node, type Op, REDUCTIONS } from '../../../graph/ops.ts';
import {
  call,
  displayed,
  type Expression,
  number,
  type Operand,
  operand,
  subtract,
} from '../../../units/formula.ts';
import { indexAt } from '../places.ts';
import { DESCRIPTIONS, ELEMENTS } from '../primitives.ts';
import { formulaFor, type Quantity } from '../quantity.ts';
import type { Recording } from '../recording.ts';
import { elementOf, gradientOf, type Section, type ViewContext } from '../section.ts';
import { gateNames, type NamedPart } from './gates.ts';
import { positivePartOf, sigmoidOf } from './recognised.ts';
import { changes } from './updates.ts';

/** Values that stand by themselves, however often they are used: what adds up many numbers. */
const GATHERING: ReadonlySet<Op> = new Set<Op>([...REDUCTIONS, 'matmul', 'scatterAdd', 'unwindow']);
/** What only passes numbers on, or moves them. */
const PASSING: ReadonlySet<Op> = new Set<Op>([
  ...MOVEMENT,
  'cast',
  'detach',
  'checkpoint',
  'customGradient',
  'window',
  'flip',
  'concat',
]);

/**
 * Any layer, from its graph: its outputs in terms of its inputs, its weights, and the steps between that are worth a
 * name — sums, products of matrices, and what is used more than once. What only moves numbers is seen through, so a
 * pixel of a convolution is a sum of inputs times weights, and a state of an LSTM a function of its gates' net inputs.
 */
export function tracedView(context: ViewContext): Section {
  const { key, call: applied, update, recording } = context;
  const view = new TracedView(context);
  const { layer } = applied;
  const weights = view.weights.flatMap((weight) => {
    const variable = layer.weights.find(({ name }) => weight.key === `${key}.${name}`);
    const of = update?.weights.find(({ node }) => node === variable?.node);
    const changed = of ? changes(weight, { of, divisor: recording.divisor }) : [];
    return [weight, ...changed];
  });
  return {
    key,
    name: layer.name,
    title: `${layer.name} (${layer.className})`,
    quantities: [...view.steps, view.output, ...weights],
  };
}

/** What steps are called of which the operation alone would say too little: formulas see through others. */
const TITLES: Readonly<Partial<Record<Op, string>>> = {
  matmul: 'sum of products',
  add: 'sum',
  sum: 'sum',
  mul: 'product',
  div: 'quotient',
};

class TracedView {
  readonly output: Quantity;
  readonly steps: readonly Quantity[];
  readonly weights: readonly Quantity[];
  readonly #recording: Recording;
  readonly #names = new Map<Node, (flat: number) => string>();

  constructor(context: ViewContext) {
    const { key, call: applied, recording, examples } = context;
    const { inputs, output, layer } = applied;
    this.#recording = recording;
    inputs.forEach((node, i) => {
      this.#name(node, inputs.length > 1 ? `x_${i + 1}` : 'x', node.shape[0] === examples);
    });
    for (const { node, name } of layer.weights) this.#name(node, name, false);
    const nodes = within(output, new Set(this.#names.keys()));
    const gates = gateNames(applied, nodes);
    const own = new Set([...stepsOf(nodes, output, new Set(inputs)), ...gates.keys()]);
    const steps = nodes.filter((node) => own.has(node) && node !== output);
    recording.expect([...inputs, ...steps, output]);
    steps.forEach((node, i) => {
      const named = gates.get(node);
      const width = node.shape.at(-1) ?? 1;
      if (named) this.#names.set(node, (flat) => named.symbol(flat % width));
      else this.#name(node, `z_${i + 1}`, node.shape[0] === examples);
    });
    this.weights = layer.weights.map(({ node, name, trainable, shape }) => ({
      key: `${key}.${name}`,
      role: 'weight',
      title: name,
      shape,
      shared: true,
      symbol: this.#names.get(node) ?? (() => name),
      value: (flat) => recording.value(node).data[flat] ?? Number.NaN,
      ...(trainable && {
        gradient: (flat) => (recording.gradient(node)?.data[flat] ?? Number.NaN) / recording.divisor,
      }),
    }));
    // What mixes the examples is there for one alone, and below, among the nodes.
    this.steps = steps.flatMap((node, i) => {
      if (node.shape[0] !== examples && examples !== 1) return [];
      const parts = gates.get(node)?.parts;
      if (!parts) return [this.#quantity(node, `${key}.z${i + 1}`, 'other', context)];
      return parts.map((part) => this.#quantity(node, `${key}.${part.key}`, 'other', context, part));
    });
    if (!this.#names.has(output)) this.#name(output, 'O', true);
    this.output = this.#quantity(output, `${key}.O`, 'output', context);
  }

  /** Gives a node a name; places in it are told without the example, where its first axis is the examples. */
  #name(node: Node, symbol: string, perExample: boolean): void {
    const shape = perExample ? node.shape.slice(1) : node.shape;
    const width = shape.reduce((product, length) => product * length, 1);
    this.#names.set(node, (flat) => {
      const place = indexAt(shape, flat % Math.max(width, 1));
      return place.length === 0 ? symbol : `${symbol}[${place.join(', ')}]`;
    });
  }

  /** A node's elements as a quantity; or a part of them, which has a title of its own. */
  #quantity(
    node: Node,
    key: string,
    role: Quantity['role'],
    { recording, examples }: ViewContext,
    part?: NamedPart,
  ): Quantity {
    const perExample = node.shape[0] === examples;
    const whole = perExample ? node.shape.slice(1) : node.shape;
    const width = whole.reduce((product, length) => product * length, 1);
    const from = part?.offset ?? 0;
    const value = elementOf(recording, node, perExample ? examples : 1);
    const gradient = gradientOf(recording, node, perExample ? examples : 1);
    const symbol = this.#names.get(node) ?? (() => key);
    const quantity: Quantity = {
      key,
      role,
      title: part?.title ?? (role === 'output' ? 'output' : (TITLES[node.op] ?? DESCRIPTIONS[node.op].words)),
      shape: part ? [part.count] : whole,
      symbol: (flat) => symbol(from + flat),
      value: (flat, example) => value(from + flat, perExample ? example : 0),
      gradient: (flat, example) => gradient(from + flat, perExample ? example : 0),
      formula: (flat, example) => {
        const expression = this.#expand(node, (perExample ? example : 0) * width + from + flat);
        return expression && formulaFor(quantity, flat, example, expression);
      },
    };
    return quantity;
  }

  /** An element in terms of what has a name. */
  #expand(node: Node, flat: number): Expression | undefined {
    const sigmoid = sigmoidOf(node);
    if (sigmoid) return call('sigmoid', this.#visit(sigmoid, flat));
    const positive = positivePartOf(node);
    if (positive) return call('max', this.#visit(positive, flat), 0);
    const made = applyRow(ELEMENTS, node, flat, {
      operand: (input, at) => this.#visit(node.inputs[input] as Node, at),
      value: (input, at) => this.#value(node.inputs[input] as Node, at),
    });
    // A difference is the sum with what is turned.
    const [from, turned] = made?.kind === 'add' ? made.terms : [];
    return from && turned?.kind === 'negate' ? subtract(from, turned.of) : made;
  }

  #visit(node: Node, flat: number): Expression {
    const name = this.#names.get(node);
    if (name) return operand(name(flat), this.#value(node, flat));
    if (node.op === 'constant') return constantOf(this.#value(node, flat));
    return this.#expand(node, flat) ?? operand('v', this.#value(node, flat));
  }

  #value(node: Node, flat: number): number {
    return this.#recording.value(node).data[flat] ?? Number.NaN;
  }
}

/** A short constant is itself; of a long one only what is shown counts. */
function constantOf(value: number): Expression | Operand {
  const { text, value: shown } = displayed(value);
  return shown === value ? number(value) : operand(text, value);
}

/** The nodes from some on to the output, each after its inputs. */
function within(output: Node, from: ReadonlySet<Node>): Node[] {
  const found = new Set<Node>();
  const pending = [output];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (found.has(node) || from.has(node)) continue;
    found.add(node);
    pending.push(...node.inputs);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** The nodes worth a name, between the inputs and the output. */
function stepsOf(nodes: readonly Node[], output: Node, inputs: ReadonlySet<Node>): Node[] {
  let core = output;
  for (
    let [from] = core.inputs;
    PASSING.has(core.op) && core.inputs.length === 1 && from;
    [from] = core.inputs
  )
    core = from;
  const reached = new Set<Node>(inputs);
  const users = new Map<Node, number>();
  for (const node of nodes) {
    if (node.inputs.some((from) => reached.has(from))) reached.add(node);
    for (const from of new Set(node.inputs)) users.set(from, (users.get(from) ?? 0) + 1);
  }
  const shared = (node: Node) =>
    ELEMENTWISE.has(node.op) && node.dtype !== 'bool' && (users.get(node) ?? 0) > 1;
  return nodes.filter(
    (node) =>
      node !== core &&
      node !== output &&
      reached.has(node) &&
      !PASSING.has(node.op) &&
      (GATHERING.has(node.op) || shared(node)),
  );
}
