import { ArgumentError } from '../../graph/errors.ts';
import { input as leaf } from '../../graph/graph.ts';
import type { Node } from '../../graph/ops.ts';
import { leafValue } from '../../tensor/runtime.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { tracing } from '../../tensor/trace.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Model } from '../../training/model/model.ts';
import { modelMessage, type Named } from './graph.ts';
import { encodeModel } from './wire.ts';

/** Two numbers of examples that no other axis is likely to be as long as. */
const ANY_NUMBER = { first: 1009, second: 1013 };

export interface OnnxOptions {
  /** The number of examples in every batch; any number by default. */
  readonly batchSize?: number;
}

/**
 * A model as an ONNX file that predicts as it does: the graph of its primitives, with convolutions, pooling and the
 * usual activations as operators of their own. Inputs and outputs have the names they have in the model.
 *
 * @throws ArgumentError for a model that is not built, draws random numbers, or, where the number of examples is
 * left open, computes with it in a way that cannot be written down
 * @see https://onnx.ai/onnx/operators, version 18
 */
export function saveOnnx(model: Model, { batchSize }: OnnxOptions = {}): Uint8Array {
  if (!model.isBuilt) {
    throw new ArgumentError({
      asked: `an ONNX file of "${model.name}"`,
      expected: 'a model that knows the shape of its inputs',
      fix: 'Begin it with input(shape), or call build(shape) first.',
    });
  }
  const texts = model.inputSpecs.find(({ takesTexts }) => takesTexts);
  if (texts) {
    throw new ArgumentError({
      asked: `an ONNX file of "${model.name}"`,
      expected: 'inputs of numbers',
      received: `texts for "${texts.name}"`,
      fix: 'Export the model behind the lookup, and look texts up before.',
    });
  }
  const size = batchSize ?? model.inputSpecs.find((spec) => spec.batchSize)?.batchSize;
  const batches = size ? { first: size, second: size } : ANY_NUMBER;
  const recording = record(model, batches.first);
  const other = size ? recording : record(model, batches.second);
  const paths = new Map([...model.weightPaths()].map(([path, { node }]) => [node, path]));
  return encodeModel(
    modelMessage({
      name: model.name,
      inputs: recording.inputs,
      outputs: recording.outputs,
      others: [...other.inputs, ...other.outputs].map(({ node }) => node),
      batches,
      stored(node) {
        const value = recording.read.get(node)?.value() ?? leafValue(node);
        return value && { name: paths.get(node) ?? 'data', value };
      },
      scopeOf: (node) => model.scopeOf(node) ?? model.name,
    }),
  );
}

/** What a model computes for a batch, without numbers, and the variables it reads. */
interface Recording {
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  readonly read: ReadonlyMap<Node, Variable>;
}

function record(model: Model, batchSize: number): Recording {
  const read = new Map<Node, Variable>();
  const inputs = model.inputSpecs.map(({ name, dtype = 'float32' }, i) => ({
    name,
    node: leaf(dtype, [batchSize, ...(model.inputShapes[i] ?? [])], name),
  }));
  const trace = {
    nodeOf(variable: Variable) {
      read.set(variable.node, variable);
      return variable.node;
    },
    assign: () => {},
    known: new Map(),
  };
  const given = inputs.map(({ node }) => new Tensor(node, true));
  const { outputs } = tracing(trace, () => model.forward(given, { training: false }));
  const named = outputs.map(({ node }, i) => ({ name: model.outputNames[i] ?? 'output', node }));
  return { inputs, outputs: named, read };
}
