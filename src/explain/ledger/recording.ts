import { backward } from '../../autodiff/backward.ts';
import { isFloating } from '../../graph/dtypes.ts';
import { inOrder } from '../../graph/graph.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import type { Layer } from '../../layers/layer.ts';
import { backend, leafOf, leafValue } from '../../tensor/runtime.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { tracing } from '../../tensor/trace.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Loss } from '../../training/losses.ts';
import type { Sequential } from '../../training/model.ts';

/** One layer at work: the values it took and the one it gave. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly Node[];
  readonly output: Node;
}

/** The graph of some examples' way through a model to their losses, and every number in it. */
export class Recording {
  readonly calls: readonly LayerCall[];
  readonly x: Node;
  readonly target: Node;
  readonly output: Node;
  /** The loss of each example. */
  readonly losses: Node;
  /** Their sum, of which gradients are taken: an example's numbers are then as if it were alone. */
  readonly total: Node;
  readonly #leaves = new Map<Node, NDArray>();
  readonly #values = new Map<Node, NDArray>();
  readonly #gradients = new Map<Node, NDArray>();

  constructor(model: Sequential, loss: Loss, x: NDArray, y: NDArray) {
    const calls: LayerCall[] = [];
    const read = new Set<Variable>();
    const nodeOf = (variable: Variable) => {
      read.add(variable);
      return variable.node;
    };
    this.x = leafOf(x);
    this.target = leafOf(y);
    const [output, losses] = tracing({ known: new Map(), nodeOf }, () => {
      const given = applied(model, new Tensor(this.x, true), calls);
      return [given, loss.call(new Tensor(this.target, true), given)];
    });
    this.calls = calls;
    this.output = output.node;
    this.losses = losses.node;
    this.total = losses.sum().node;
    // As they are now: weights may change before a formula is opened.
    for (const variable of read) {
      const value = variable.value();
      this.#leaves.set(variable.node, { ...value, data: value.data.slice() });
    }
  }

  /** Computes values and gradients in one program; what was not asked for here is computed when it is. */
  compute(values: readonly Node[], gradients: readonly Node[]): void {
    const wrt = gradients.filter((node) => isFloating(node.dtype) && !this.#gradients.has(node));
    const wanted = values.filter((node) => !this.#values.has(node));
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

  /** Every node from the examples to the total, each after its inputs. */
  get nodes(): Node[] {
    return inOrder([this.total]);
  }
}

/** Calls the layers one after the other, and notes what each took and gave. */
function applied(model: Sequential, x: Tensor, calls: LayerCall[]): Tensor {
  let value = x;
  for (const layer of model.layers) {
    const output = layer.call(value, { training: false });
    calls.push({ layer, inputs: [value.node], output: output.node });
    value = output;
  }
  return value;
}
