import {
  type Loss,
  layers,
  losses,
  type Model,
  model,
  type NDArray,
  ndarray,
  type Optimizer,
  optimizers,
  regularizers,
  sequential,
  setSeed,
  type Tensor,
  type TensorLike,
  type Trainer,
  tensor,
  trainer,
} from 'pellucid';
import { toCategorical } from 'pellucid/data';
import { packWords, unpackWords } from '../../packed.ts';
import { hiddenLayers, type PlaygroundProperties } from './properties.ts';
import type { Task } from './task.ts';

/** Units of each layer, the inputs first. */
export const sizesOf = (properties: PlaygroundProperties, task: Task): number[] => [
  task.inputNames.length,
  ...properties.layers,
  task.kind === 'classes' ? task.classNames.length : 1,
];

/** The activation of each layer after the inputs. */
export const activationsOf = (properties: PlaygroundProperties, { kind }: Task): string[] => [
  ...hiddenLayers(properties).map(({ activation }) => activation),
  kind === 'binary' ? 'sigmoid' : kind === 'classes' ? 'softmax' : 'linear',
];

/** The network as one looks into it: what every layer makes of given inputs. */
export interface Probe {
  readonly key: string;
  readonly sizes: readonly number[];
  readonly activations: readonly string[];
  /** Outputs of all layers. */
  readonly all: Model;
  /** Outputs of the last. */
  readonly answers: Model;
  /** Weights as they are drawn from the seed. */
  readonly drawn: readonly NDArray[];
}

let probe: Probe | undefined;

export function probeOf(properties: PlaygroundProperties, task: Task): Probe {
  const sizes = sizesOf(properties, task);
  const activations = activationsOf(properties, task);
  const key = JSON.stringify([sizes, activations, properties.seed]);
  if (probe?.key === key) return probe;
  setSeed(properties.seed);
  const inputs = layers.input([sizes[0] ?? 1]);
  const outputs = [];
  let symbol = inputs;
  for (const [l, activation] of activations.entries()) {
    symbol = layers.dense(sizes[l + 1] ?? 1, { activation: activationName(activation) })(symbol);
    outputs.push(symbol);
  }
  const all = model({ inputs, outputs });
  const answers = model({ inputs, outputs: symbol });
  const made = { ...{ key, sizes, activations, all, answers }, drawn: all.getWeights() };
  probe = made;
  return made;
}

type Activation = NonNullable<NonNullable<Parameters<typeof layers.dense>[1]>['activation']>;
const activationName = (name: string) => name as Activation;

/** The weights that properties hold; undefined where they do not fit. */
export function weightsIn({ w }: Pick<PlaygroundProperties, 'w'>, { drawn }: Probe): NDArray[] | undefined {
  return unpacked(w, drawn);
}

/** Arrays from packed words, in the dtypes and shapes of others; undefined where there are more or fewer. */
function unpacked(text: string, like: readonly NDArray[]): NDArray[] | undefined {
  const words = unpackWords(text);
  const count = like.reduce((sum, { data }) => sum + data.length, 0);
  if (words?.length !== count) return undefined;
  let at = 0;
  return like.map(({ dtype, shape, data }) => {
    const part = words.slice(at, at + data.length).buffer;
    at += data.length;
    const values =
      dtype === 'int32'
        ? new Int32Array(part)
        : dtype === 'uint32'
          ? new Uint32Array(part)
          : new Float32Array(part);
    return ndarray(values, shape);
  });
}

/** Arrays of 32-bit numbers, bit for bit. */
export function packed(arrays: readonly NDArray[]): string {
  const words = new Uint32Array(arrays.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of arrays) {
    words.set(new Uint32Array(data.buffer, data.byteOffset, data.length), at);
    at += data.length;
  }
  return packWords(words);
}

/** The loss that properties ask for, where the task has it; else the task's own. */
export function lossOf({ loss }: Pick<PlaygroundProperties, 'loss'>, { kind }: Pick<Task, 'kind'>): Loss {
  if (loss === 'mae') return losses.meanAbsoluteError();
  if (loss === 'huber') return losses.huber();
  if (loss === 'mse' || kind === 'regression') return losses.meanSquaredError();
  return kind === 'binary' ? losses.binaryCrossentropy() : losses.sparseCategoricalCrossentropy();
}

/** Targets as that loss takes them. */
export function targetsOf({ loss }: Pick<PlaygroundProperties, 'loss'>, task: Task): NDArray {
  const hot = task.kind === 'classes' && loss !== 'crossentropy';
  return hot ? toCategorical(task.target, task.classNames.length) : task.target;
}

export function rowsOf({ data, shape }: NDArray, rows: Int32Array): NDArray {
  const width = shape.slice(1).reduce((size, side) => size * side, 1);
  const taken = data.slice(0, rows.length * width);
  for (const [i, row] of rows.entries()) taken.set(data.subarray(row * width, (row + 1) * width), i * width);
  return ndarray(taken, [rows.length, ...shape.slice(1)]);
}

function optimizerOf({ opt, a }: PlaygroundProperties): Optimizer {
  const learningRate = a;
  switch (opt) {
    case 'momentum':
      return optimizers.sgd({ learningRate, momentum: 0.9 });
    case 'nesterov':
      return optimizers.sgd({ learningRate, momentum: 0.9, nesterov: true });
    default:
      return optimizers[opt]({ learningRate });
  }
}

/** The network as it is trained, and as other programs take it. */
export function trainedModel(properties: PlaygroundProperties, task: Task): Model {
  const { reg, rate, seed } = properties;
  const penalty =
    reg === 'none' ? undefined : reg === 'l1' ? regularizers.l1({ l1: rate }) : regularizers.l2({ l2: rate });
  const terms = penalty ? { kernelRegularizer: penalty } : {};
  const sizes = sizesOf(properties, task);
  const last = activationsOf(properties, task).at(-1) ?? 'linear';
  setSeed(seed);
  const made = sequential([
    layers.input([sizes[0] ?? 1]),
    ...hiddenLayers(properties).flatMap(({ units, activation, dropout: share }) => [
      layers.dense(units, { activation, ...terms }),
      ...(share > 0 ? [layers.dropout(share)] : []),
    ]),
    layers.dense(sizes.at(-1) ?? 1, { activation: activationName(last), ...terms }),
  ]);
  made.compile({ optimizer: optimizerOf(properties), loss: lossOf(properties, task) });
  return made;
}

/** A network in training. Learning rate and weights are given to it; everything else it is made for. */
export interface Training {
  readonly key: string;
  readonly model: Model;
  readonly trainer: Trainer;
  /** What the optimizer remembers at first. */
  readonly fresh: readonly NDArray[];
  /** The properties whose state it has. */
  state: Pick<PlaygroundProperties, 'w' | 'o' | 'step'> | undefined;
}

let training: Training | undefined;

export function trainingOf(properties: PlaygroundProperties, task: Task): Training {
  const { layers: widths, act, drop, loss, opt, batch, reg, rate, seed } = properties;
  const key = JSON.stringify([task.key, widths, act, drop, loss, opt, batch, reg, rate, seed]);
  if (training?.key === key) return training;
  const made = trainedModel(properties, task);
  const steps = trainer(
    made,
    rowsOf(task.inputs, task.train),
    rowsOf(targetsOf(properties, task), task.train),
    { batchSize: batch, seed },
  );
  training = { key, model: made, trainer: steps, fresh: memoryOf(made), state: undefined };
  return training;
}

const memoryVariables = (trained: Model) =>
  trained.state
    .slice(trained.weights.length)
    .filter((variable) => variable !== trained.compiled.optimizer.learningRate);

const memoryOf = (trained: Model): NDArray[] => memoryVariables(trained).map((variable) => variable.value());

/** Brings a training to where properties are. */
export function bringTo(made: Training, properties: PlaygroundProperties, weights: readonly NDArray[]): void {
  const { w, o, step, a } = properties;
  made.model.compiled.optimizer.learningRate.assign(tensor(a));
  const { state } = made;
  made.state = undefined;
  if (state && w !== '' && state.w === w && state.o === o && state.step === step) return;
  made.model.setWeights(weights);
  const memory = unpacked(o, made.fresh) ?? made.fresh;
  for (const [i, variable] of memoryVariables(made.model).entries()) {
    const value = memory[i];
    if (value) variable.assign(value);
  }
  made.trainer.seek(step);
}

/** Where a training has come to, as properties hold it. */
export function stateOf(made: Training): Pick<PlaygroundProperties, 'w' | 'o' | 'step'> {
  const state = {
    w: packed(made.model.getWeights()),
    o: packed(memoryOf(made.model)),
    step: made.trainer.step,
  };
  made.state = state;
  return state;
}

/** A compiled function for each loss. */
const perExample = new Map<string, (target: TensorLike, output: TensorLike) => Tensor>();

/** The loss of every example. */
export function lossesOf(
  properties: PlaygroundProperties,
  task: Task,
  answers: NDArray,
  compile: (
    fn: (target: Tensor, output: Tensor) => Tensor,
  ) => (target: TensorLike, output: TensorLike) => Tensor,
): Float32Array {
  const loss = lossOf(properties, task);
  const known = perExample.get(loss.className) ?? compile((target, output) => loss.call(target, output));
  perExample.set(loss.className, known);
  return Float32Array.from(known(targetsOf(properties, task), answers).value().data);
}
