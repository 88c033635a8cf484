import { ArgumentError } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import type { Node } from '../../graph/ops.ts';
import { type TensorLike, toArray } from '../../tensor/tensor.ts';
import { type Arrays, inputsOf } from '../../training/arrays.ts';
import type { Loss } from '../../training/losses.ts';
import type { Model } from '../../training/model.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import { Ledger } from './ledger.ts';
import { halfSquaredError } from './losses.ts';
import { LOCAL_NAMES, lectureNames, type UnitNames } from './names.ts';
import { type LayerCall, Recording } from './recording.ts';
import type { Ending, Section, Update, ViewContext } from './section.ts';
import { updateOf } from './update.ts';
import { viewOf } from './views/all.ts';
import { densePartsOf } from './views/dense.ts';
import { endSection, inputSection, targetOf } from './views/ends.ts';

export interface ExplainOptions {
  /** What will change the weights; the model's own by default, none where it was not compiled. */
  readonly optimizer?: Optimizer;
  /** What is made small; the model's own by default, ½ Σ (t − O)² where it was not compiled. */
  readonly loss?: Loss;
}

/**
 * Opens every number of a model on some examples: values forward, gradients backward, the update, each with the
 * formula it comes from.
 *
 *     explain(model, [[1, 1, 0, 1]], [[1]]).cell('layer1.O[0]').formula().filled(); // O₅ = σ(0.4) = 0.5987
 *
 * @param x inputs [examples, …]
 * @param y targets [examples, …]
 * @throws ArgumentError when there are no examples, the model has several outputs, or its loss is no single number
 */
export function explain(model: Model, x: Arrays, y: TensorLike, options: ExplainOptions = {}): Ledger {
  const inputs = inputsOf(x, model.inputSpecs);
  const target = toArray(y);
  model.buildFor(inputs);
  const examples = inputs[0]?.shape[0] ?? 0;
  if (examples === 0 || target.shape[0] !== examples || model.outputNames.length !== 1) {
    throw new ArgumentError({
      asked: `explain "${model.name}"`,
      expected: 'a model of one output, and as many targets as examples, at least one',
      received: `${model.outputNames.length} outputs, ${examples} examples, ${target.shape[0] ?? 0} targets`,
      ...(model.outputNames.length > 1 && { fix: 'Open a model that ends in one of these outputs.' }),
    });
  }
  const loss = options.loss ?? (model.isCompiled ? model.compiled.loss : halfSquaredError());
  const optimizer = options.optimizer ?? (model.isCompiled ? model.compiled.optimizer : undefined);
  if (loss.reduction === 'none') {
    throw new ArgumentError({
      asked: `explain "${model.name}" with the loss ${loss.className}`,
      expected: 'a loss that is one number for a batch: the reduction "sum_over_batch_size", "mean" or "sum"',
      received: '"none"',
    });
  }
  const recording = new Recording(model, loss, inputs, target);
  const update = optimizer && updateOf(model, optimizer, recording, recording.divisor);
  const sections = sectionsOf(recording, examples, loss, update);
  return new Ledger(recording, sections, examples);
}

function sectionsOf(
  recording: Recording,
  examples: number,
  loss: Loss,
  update: Update | undefined,
): Section[] {
  const { calls } = recording;
  const names = namesOf(calls);
  const ending: Ending = { loss: loss.className, target: targetOf(recording, examples) };
  // One program for what will surely be looked at.
  const parts = calls.map(densePartsOf);
  const wanted = calls.flatMap(({ output }, i) => [output, ...(parts[i] ? [parts[i].net] : [])]);
  const weights = calls.flatMap(({ layer }) => layer.trainableWeights.map(({ node }) => node));
  recording.compute([...wanted, recording.losses, recording.output], [...new Set([...wanted, ...weights])]);
  const contexts = calls.map((call, i): ViewContext => {
    const next = consumerOf(calls, call);
    return {
      key: `layer${i + 1}`,
      call,
      recording,
      examples,
      names: names[i] ?? LOCAL_NAMES,
      next,
      nextNames: (next && names[calls.indexOf(next)]) ?? LOCAL_NAMES,
      ending: isEnd(call, recording.output) ? ending : undefined,
      update,
    };
  });
  return [
    inputSection(recording, examples),
    ...contexts.map(viewOf),
    endSection(recording, examples, ending, contexts.at(-1)),
  ];
}

/** Layers whose outputs are their inputs, number by number, when nothing is trained. */
const THROUGH: ReadonlySet<string> = new Set([
  'Flatten',
  'Reshape',
  'Dropout',
  'GaussianNoise',
  'GaussianDropout',
  'AlphaDropout',
  'InputLayer',
]);

/** The one layer that takes a call's output, past those that only pass it on. */
function consumerOf(calls: readonly LayerCall[], { output }: LayerCall): LayerCall | undefined {
  const users = calls.filter(({ inputs, output: to }) => inputs.includes(output) && to !== output);
  const [only] = users;
  if (!only || users.length > 1) return undefined;
  return THROUGH.has(only.layer.className) ? consumerOf(calls, only) : only;
}

const isEnd = ({ output }: LayerCall, end: Node): boolean => output === end;

/** The lecture's numbering where all layers are fully connected and in one line; else numbers within each layer. */
function namesOf(calls: readonly LayerCall[]): UnitNames[] {
  const lined = calls.every(
    (call, i) =>
      (THROUGH.has(call.layer.className) || densePartsOf(call)) &&
      call.inputs.length === 1 &&
      sizeOf(call.output.shape.slice(1)) ===
        (densePartsOf(call)?.units ?? sizeOf(call.output.shape.slice(1))) &&
      (i === 0 || call.inputs[0] === calls[i - 1]?.output),
  );
  if (!lined) return calls.map(() => LOCAL_NAMES);
  let before = 0;
  return calls.map((call) => {
    const parts = densePartsOf(call);
    if (!parts) return LOCAL_NAMES;
    const names = lectureNames(before, parts.inputs);
    before += parts.inputs;
    return names;
  });
}
