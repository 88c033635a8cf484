import { backward } from '../../autodiff/backward.ts';
import { isFloating } from '../../graph/dtypes.ts';
import { ArgumentError } from '../../graph/errors.ts';
import { inOrder } from '../../graph/graph.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { inFull } from '../../layers/dtypePolicy.ts';
import type { CallContext, Layer } from '../../layers/layer.ts';
import { concat } from '../../tensor/functions.ts';
import { backend, leafOf, leafValue } from '../../tensor/runtime.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import { tracing } from '../../tensor/trace.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Loss } from '../../training/losses.ts';
import { Model } from '../../training/model.ts';
import { maskedWeights } from '../../training/objective.ts';

/** One layer at work: the values it took and the one it gave. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly Node[];
  readonly output: Node;
}

/** What an output is held against. */
export interface Objective {
  /** Of the output. */
  readonly name: string;
  /** Which output, counted from 0. */
  readonly at: number;
  readonly loss: Loss;
  /** How much it counts. */
  readonly lossWeight: number;
  readonly target: NDArray;
}

/** An output with a loss, in the graph. */
export interface RecordedEnd extends Omit<Objective, 'target' | 'at'> {
  readonly target: Node;
  readonly output: Node;
  /** The loss of each example, [examples]. */
  readonly losses: Node;
}

/** The graph of some examples' way through a model to their losses, and every number in it. */
export class Recording {
  readonly calls: readonly LayerCall[];
  readonly inputs: readonly Node[];
  readonly ends: readonly RecordedEnd[];
  /**
   * The sum of all their losses, as often as they count, and the penalties on weights and outputs as often as there are
   * examples, of which gradients are taken: an example's numbers are then as if it were alone.
   */
  readonly total: Node;
  /** What the total is divided by to give what is made small: the number of examples, or 1 for sums. */
  readonly divisor: number;
  readonly #leaves = new Map<Node, NDArray>();
  readonly #values = new Map<Node, NDArray>();
  readonly #gradients = new Map<Node, NDArray>();
  readonly #expected = new Set<Node>();

  constructor(model: Model, objectives: readonly Objective[], x: readonly NDArray[]) {
    const calls: LayerCall[] = [];
    const read = new Set<Variable>();
    const nodeOf = (variable: Variable) => {
      read.add(variable);
      return variable.node;
    };
    const inputs = x.map((array) => new Tensor(leafOf(array), true));
    this.inputs = inputs.map(({ node }) => node);
    const examples = x[0]?.shape[0] ?? 1;
    const divisors = objectives.map(({ loss }) => (loss.reduction === 'sum' ? 1 : examples));
    this.divisor = Math.max(...divisors);
    const [ends, total] = tracing({ known: new Map(), nodeOf }, () => {
      const onApplied: CallContext['onApplied'] = (layer, from, [to]) => {
        if (to && !(layer instanceof Model))
          calls.push({ layer, inputs: from.map(({ node }) => node), output: to.node });
      };
      const added: Tensor[] = [];
      const addLoss = (more: Tensor) => added.push(more);
      const { outputs, masks } = model.forward(inputs, { training: false, onApplied, addLoss });
      const reached = objectives.map((objective) => {
        const [output, mask] = [outputs[objective.at] as Tensor, masks[objective.at]];
        return endOf(objective, output, mask, examples);
      });
      const counted = reached.map(({ each, lossWeight }, i) =>
        each.sum().mul(lossWeight * (this.divisor / (divisors[i] ?? 1))),
      );
      const more = [...penalties(model), ...added].map((penalty) => penalty.mul(this.divisor));
      return [reached, [...counted, ...more].reduce((sum, loss) => sum.add(loss))];
    });
    this.calls = calls;
    this.ends = ends.map(({ each, ...end }) => ({ ...end, losses: each.node }));
    this.total = total.node;
    // As they are now: weights may change before a formula is opened.
    for (const variable of read) {
      const value = variable.value();
      this.#leaves.set(variable.node, { ...value, data: value.data.slice() });
    }
  }

  /** Names nodes that may be looked at: the next program computes their values and gradients, too. */
  expect(nodes: readonly Node[]): void {
    for (const node of nodes) this.#expected.add(node);
  }

  /** Computes values and gradients in one program; what was not asked for here is computed when it is. */
  compute(values: readonly Node[], gradients: readonly Node[]): void {
    const wrt = [...new Set([...gradients, ...this.#expected])].filter(
      (node) => isFloating(node.dtype) && !this.#gradients.has(node),
    );
    const wanted = [...new Set([...values, ...this.#expected])].filter((node) => !this.#values.has(node));
    this.#expected.clear();
    const outputs = [...wanted, ...(wrt.length > 0 ? backward(this.total, wrt) : [])];
    if (outputs.length === 0) return;
    const executable = backend().compile({ outputs, updates: [] });
    for (const leaf of inOrder(outputs)) {
      const value = leaf.op === 'input' ? this.#leaf(leaf) : undefined;
      if (value) executable.write(leaf, value);
    }
    executable.run(1);
    wanted.forEach((node, i) => {
      this.#values.set(node, executable.output(i));
    });
    wrt.forEach((node, i) => {
      this.#gradients.set(node, executable.output(wanted.length + i));
    });
  }

  #leaf(node: Node): NDArray | undefined {
    return this.#leaves.get(node) ?? leafValue(node);
  }

  /** The value of a node. */
  value(node: Node): NDArray {
    const known = this.#values.get(node) ?? this.#leaf(node);
    if (known) return known;
    this.compute([node], []);
    return this.value(node);
  }

  /** ∂(sum of the losses)/∂node; undefined for whole numbers and truth values. */
  gradient(node: Node): NDArray | undefined {
    if (!isFloating(node.dtype)) return undefined;
    if (!this.#gradients.has(node)) this.compute([], [node]);
    return this.#gradients.get(node);
  }

  /**
   * Every node from the examples to the total, each after its inputs, in an order of structure alone: that of creation
   * would depend on what was computed before.
   */
  get nodes(): Node[] {
    const order = new Set<Node>();
    const pending = [this.total];
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const missing = node.inputs.filter((from) => !order.has(from));
      if (missing.length > 0) pending.push(...missing.toReversed());
      else {
        order.add(node);
        pending.pop();
      }
    }
    return [...order];
  }
}

/** An output and its losses, example by example. */
function endOf(
  { name, loss, lossWeight, target }: Objective,
  output: Tensor,
  mask: Tensor | undefined,
  examples: number,
) {
  const given = new Tensor(leafOf(target), true);
  const isPlain = output.shape.length <= 2 && !mask;
  const each = (isPlain ? lossesOf : lossesOverPlaces)(loss, given, inFull(output), examples, mask);
  return { name, loss, lossWeight, target: given.node, output: output.node, each };
}

function lossesOf(loss: Loss, target: Tensor, output: Tensor, examples: number): Tensor {
  const numbers = loss.call(target, output);
  if (numbers.size === examples) return numbers;
  throw new ArgumentError({
    asked: `explain ${examples} examples with the loss ${loss.className}`,
    expected: 'a loss that has a number for each example',
    received: `shape [${numbers.shape.join(', ')}]`,
    fix: 'Open one example at a time.',
  });
}

/** Of outputs in many places, some of which a mask may leave out: what the batch's loss has of each example. */
function lossesOverPlaces(
  loss: Loss,
  target: Tensor,
  output: Tensor,
  examples: number,
  mask: Tensor | undefined,
): Tensor {
  const share = loss.reduction === 'sum_over_batch_size' || loss.reduction === 'mean' ? examples : 1;
  const parts = Array.from({ length: examples }, (_, example) => {
    const alone = tensor(Array.from({ length: examples }, (_, other) => Number(other === example)));
    return loss
      .reduce(target, output, maskedWeights(loss, mask, alone))
      .mul(share)
      .reshape([1]);
  });
  return concat(parts);
}

/** What the regularisers of the weights that are trained add to the loss. */
const penalties = (model: Model): Tensor[] =>
  model.ownedWeights.flatMap(({ variable, regularizer }) =>
    regularizer && variable.trainable ? [regularizer.call(variable.read())] : [],
  );
