import { backward } from '../autodiff/backward.ts';
import { NumericError } from '../graph/errors.ts';
import { inOrder } from '../graph/graph.ts';
import type { NDArray } from '../graph/ndarray.ts';
import type { Node, Op } from '../graph/ops.ts';
import { compile } from '../tensor/compile.ts';
import { Tensor, type TensorLike } from '../tensor/tensor.ts';
import { listParts, mapParts, type Parts } from './examples.ts';
import type { Model } from './model/model.ts';
import { BatchSteps, lossOn } from './program.ts';
import { Totals } from './totals.ts';

/**
 * Finds where a loss stopped being a number: takes the steps again one by one from the state before them, and
 * looks at every value of the first that goes wrong, in the order they are computed.
 *
 * @param batch the batch of a given number
 * @param first the number of the first batch to try
 * @param count how many there were
 */
export function explainNonFinite(
  model: Model,
  batch: (at: number) => Parts<NDArray>,
  first: number,
  count: number,
): NumericError {
  const totals = new Totals(model.objectives);
  const steps = new BatchSteps('train', model, totals);
  const firstBad = finderOf(model);
  for (let at = first; at < first + count; at++) {
    const parts = batch(at);
    for (const [i, array] of parts.inputs.entries()) {
      const column = badColumn(array);
      if (column === undefined) continue;
      const of = parts.inputs.length > 1 ? `input "${model.inputSpecs[i]?.name}"` : 'the inputs';
      return problem(at, `feature ${column} of ${of} holds NaN or infinity`, 'Clean the data.');
    }
    if (parts.targets.some((array) => array && badColumn(array) !== undefined)) {
      return problem(at, 'the targets hold NaN or infinity', 'Clean the data.');
    }
    if (model.trainStep) break;
    const found = firstBad(parts);
    if (found) return describe(model, found, at);
    totals.reset();
    steps.run(parts);
  }
  if (model.trainStep)
    return problem(first, 'a value of trainStep that is not', 'Use a lower learning rate.');
  return problem(first, 'the loss overflowed while it was summed up', 'Use a lower learning rate.');
}

function badColumn({ data, shape }: NDArray): number | undefined {
  const at = data.findIndex((value: number) => !Number.isFinite(value));
  return at < 0 ? undefined : at % (shape.at(-1) ?? 1);
}

/**
 * Finds the first node of the loss or its gradients whose value is not finite, in order of computation. One program
 * serves all batches of a size.
 */
function finderOf(model: Model): (batch: Parts<NDArray>) => Node | undefined {
  const known = new Map<number, { nodes: readonly Node[]; values: (...given: TensorLike[]) => Tensor[] }>();
  return (batch) => {
    const size = batch.inputs[0]?.shape[0] ?? 0;
    const entry = known.get(size) ?? { nodes: [], values: () => [] };
    if (!known.has(size)) {
      entry.values = compile((...given: Tensor[]) => {
        let next = 0;
        const parts = mapParts(batch, () => given[next++] as Tensor);
        const { total } = lossOn(model, parts, { training: true, step: model.trainingSteps.read() });
        const weights = model.trainableWeights.map((weight) => weight.read().node);
        entry.nodes = inOrder([total.node, ...backward(total.node, weights)]).filter(
          ({ dtype }) => dtype === 'float32',
        );
        return entry.nodes.map((node) => new Tensor(node, true));
      });
      known.set(size, entry);
    }
    const values = entry.values(...listParts(batch));
    return entry.nodes.find((_, i) =>
      values[i]?.value().data.some((value: number) => !Number.isFinite(value)),
    );
  };
}

const CAUSES: { readonly [O in Op]?: string } = {
  exp: 'its input was too large for an exponential',
  log: 'a logarithm of zero or of a negative number',
  div: 'a division by zero',
  sqrt: 'a root of a negative number',
  matmul: 'weights or activations grew beyond what float32 holds',
  mul: 'a product grew beyond what float32 holds',
  sum: 'a sum grew beyond what float32 holds',
};

function describe(model: Model, node: Node, batch: number): NumericError {
  const layer = model.scopeOf(node) ?? node.inputs.map((from) => model.scopeOf(from)).find(Boolean);
  if (node.op === 'input') {
    return problem(
      batch,
      `weight "${node.attributes.name}" was no longer finite`,
      'Use a lower learning rate.',
    );
  }
  const where = layer ? `layer "${layer}", operation ${node.op}` : `the loss, operation ${node.op}`;
  return problem(
    batch,
    `${where} made the first value that is not a number: ${CAUSES[node.op] ?? 'an operand out of range'}`,
    'Use a lower learning rate, scale the inputs, or compute the loss from logits.',
  );
}

function problem(batch: number, received: string, fix: string): NumericError {
  return new NumericError({
    asked: `training stopped at batch ${batch + 1}`,
    expected: 'a finite loss',
    received,
    fix,
  });
}
