import { ArgumentError } from '../../graph/errors.ts';
import { type NDArray, sizeOf } from '../../graph/ndarray.ts';
import { toArray } from '../../tensor/tensor.ts';
import { type Arrays, inOrderOf, inputsOf, isList, numbersOnly } from '../../training/arrays.ts';
import type { Loss } from '../../training/losses.ts';
import type { Model } from '../../training/model.ts';
import { type ObjectiveArguments, objectiveOf, type PerOutput } from '../../training/objective.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import { superscript } from '../../units/displayed.ts';
import { operand } from '../../units/formula.ts';
import { Ledger } from './ledger.ts';
import { halfSquaredError } from './losses.ts';
import { LOCAL_NAMES, lectureNames, localNames, type UnitNames } from './names.ts';
import { type LayerCall, type Objective, Recording } from './recording.ts';
import type { Ending, Section, ViewContext } from './section.ts';
import { type Update, updateOf } from './update.ts';
import { viewOf } from './views/all.ts';
import { densePartsOf } from './views/dense.ts';
import { endSection, inputSection, targetOf, totalSection } from './views/ends.ts';
import { stepSection } from './views/step.ts';

export interface ExplainOptions {
  /** What will change the weights; the model's own by default, none where it was not compiled. */
  readonly optimizer?: Optimizer;
  /**
   * What is made small: one loss for all outputs, a list, or a record by their names; the model's own by default,
   * ½ Σ (t − O)² where it was not compiled.
   */
  readonly loss?: PerOutput<Loss>;
  /** How much the loss of each output counts, where losses are given here; 1 by default. */
  readonly lossWeights?: ObjectiveArguments['lossWeights'];
}

/**
 * Opens every number of a model on some examples: values forward, gradients backward, the update, each with the
 * formula it comes from. Of several outputs, the losses are added up, each as often as it counts.
 *
 *     explain(model, [[1, 1, 0, 1]], [[1]]).cell('layer1.O[0]').formula().filled(); // O₅ = σ(0.4) = 0.5987
 *
 * @param x inputs [examples, …]; of several inputs a list, or a record by their names
 * @param y targets [examples, …]; likewise by outputs
 * @throws ArgumentError when there are no examples, not as many targets, or a loss is no single number
 */
export function explain(model: Model, x: Arrays, y: Arrays, options: ExplainOptions = {}): Ledger {
  const inputs = inputsOf(x, model.inputSpecs);
  model.buildFor(inputs);
  const objectives = withTargets(model, objectivesOf(model, options), y);
  const counts = [...inputs, ...objectives.map(({ target }) => target)].map(({ shape }) => shape[0] ?? 0);
  const [examples = 0] = counts;
  if (examples === 0 || counts.some((count) => count !== examples)) {
    throw new ArgumentError({
      asked: `explain "${model.name}"`,
      expected: 'as many targets as examples, and at least one',
      received: `${counts.slice(0, inputs.length).join(', ')} examples, ${counts.slice(inputs.length).join(', ')} targets`,
    });
  }
  const optimizer = options.optimizer ?? (model.isCompiled ? model.compiled.optimizer : undefined);
  const recording = new Recording(model, objectives, inputs);
  const update = optimizer && updateOf(model, optimizer, recording);
  return new Ledger(recording, sectionsOf(recording, examples, update), examples);
}

type Wanted = Omit<Objective, 'target'>;

/** The outputs that have a loss. */
function objectivesOf(model: Model, { loss, lossWeights }: ExplainOptions): readonly Wanted[] {
  const given = (losses: PerOutput<Loss>) =>
    objectiveOf({ loss: losses, ...(lossWeights !== undefined && { lossWeights }) }, model.outputNames);
  const own = () => (model.isCompiled ? model.compiled.outputs : given(halfSquaredError()));
  const wanted = (loss === undefined ? own() : given(loss)).flatMap(({ name, loss: one, lossWeight }, at) =>
    one ? [{ name, at, loss: one, lossWeight }] : [],
  );
  const [unreduced] = wanted.filter(({ loss: one }) => one.reduction === 'none');
  if (wanted.length > 0 && !unreduced) return wanted;
  throw new ArgumentError({
    asked: `explain "${model.name}"${unreduced ? ` with the loss ${unreduced.loss.className}` : ''}`,
    expected: 'a loss that is one number for a batch: the reduction "sum_over_batch_size", "mean" or "sum"',
    received: unreduced ? '"none"' : 'no loss for any output',
  });
}

/** Objectives with their targets, which may be given for all outputs, or for those alone that have a loss. */
function withTargets(model: Model, wanted: readonly Wanted[], y: Arrays): Objective[] {
  const all = model.outputNames;
  const isForAll = isList(y) ? y.length === all.length : all.every((name) => Object.hasOwn(Object(y), name));
  const asked = isForAll ? all : wanted.map(({ name }) => name);
  const arrays = inOrderOf(y, asked, 'targets').map((one) => toArray(numbersOnly(one, 'targets')));
  return wanted.map((one) => ({ ...one, target: arrays[asked.indexOf(one.name)] as NDArray }));
}

function sectionsOf(recording: Recording, examples: number, update: Update | undefined): Section[] {
  const { calls, ends } = recording;
  const names = namesOf(calls);
  const endings = ends.map(
    (end, i): Ending => ({
      loss: end.loss.className,
      target: targetOf(recording, examples, end),
      weight: end.lossWeight === 1 ? undefined : operand(`c_${i + 1}`, end.lossWeight),
    }),
  );
  // One program for what will surely be looked at, with what the views add.
  const wanted = calls.flatMap((call) => [call.output, densePartsOf(call)?.net ?? []].flat());
  const weights = calls.flatMap(({ layer }) => layer.trainableWeights.map(({ node }) => node));
  recording.expect([...wanted, ...weights, ...ends.flatMap(({ losses, output }) => [losses, output])]);
  const contexts = calls.map(
    (call, i): ViewContext => ({
      key: `layer${i + 1}`,
      call,
      recording,
      examples,
      names: names[i] ?? LOCAL_NAMES,
      next: consumersOf(calls, call).map((user) => ({
        call: user,
        names: names[calls.indexOf(user)] ?? LOCAL_NAMES,
      })),
      ending: endings[ends.findIndex(({ output }) => output === call.output)],
      update,
    }),
  );
  const isTotalled = ends.length > 1 || endings.some(({ weight }) => weight);
  const shown = ends.map((end, i) => ({
    end,
    ending: endings[i] as Ending,
    last: contexts.find(({ call }) => call.output === end.output),
    number: isTotalled ? i + 1 : undefined,
  }));
  const step = update && stepSection(recording, update);
  return [
    inputSection(recording, examples),
    ...contexts.map(viewOf),
    ...shown.map((end) => endSection(recording, examples, end)),
    ...(isTotalled ? [totalSection(recording, shown)] : []),
    ...(step ? [step] : []),
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

/** The fully connected layers that take a call's output, past those that only pass it on; none where others do, too. */
function consumersOf(calls: readonly LayerCall[], { output }: LayerCall): LayerCall[] {
  const users = calls.filter(({ inputs, output: to }) => inputs.includes(output) && to !== output);
  const found = users.map((user) => {
    if (THROUGH.has(user.layer.className)) return consumersOf(calls, user);
    return densePartsOf(user) ? [user] : [];
  });
  return found.every(({ length }) => length > 0) ? found.flat() : [];
}

/**
 * The lecture's numbering where all layers are fully connected and in one line; else numbers within each layer, and the
 * layer's own where several are fully connected: O⁽²⁾₁.
 */
function namesOf(calls: readonly LayerCall[]): UnitNames[] {
  const lined = calls.every(
    (call, i) =>
      (THROUGH.has(call.layer.className) || densePartsOf(call)) &&
      call.inputs.length === 1 &&
      sizeOf(call.output.shape.slice(1)) ===
        (densePartsOf(call)?.units ?? sizeOf(call.output.shape.slice(1))) &&
      (i === 0 || call.inputs[0] === calls[i - 1]?.output),
  );
  if (!lined) {
    const several = calls.filter(densePartsOf).length > 1;
    return calls.map((_, i) => (several ? localNames(`⁽${superscript(i + 1)}⁾`) : LOCAL_NAMES));
  }
  let before = 0;
  return calls.map((call) => {
    const parts = densePartsOf(call);
    if (!parts) return LOCAL_NAMES;
    const names = lectureNames(before, parts.inputs);
    before += parts.inputs;
    return names;
  });
}
