import {
  compile,
  confusionMatrix,
  type NDArray,
  NumericError,
  PellucidError,
  type Tensor,
  type TensorLike,
} from 'pellucid';
import { displayed } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import type { NetworkDescription } from '../../network.ts';
import { packFloats, unpackFloats } from '../../packed.ts';
import { limitFor } from '../../parts/signs.ts';
import '../../worker/engine.ts';
import type { Work } from '../../worker/protocol.ts';
import {
  type Found,
  namesOf,
  openConfusion,
  openLoss,
  openMean,
  openNetwork,
  openPenalty,
} from './formulas.ts';
import {
  bringTo,
  lossesOf,
  type Probe,
  packed,
  probeOf,
  stateOf,
  trainedModel,
  trainingOf,
  weightsIn,
} from './network.ts';
import { GRID, hiddenLayers, type PlaygroundProperties } from './properties.ts';
import { keepTable, type TableSummary } from './tables.ts';
import { NoTask, type Plane, type Task, taskOf } from './task.ts';

/** The curves so far: one loss each at each of the steps. */
export interface Curve {
  readonly steps: readonly number[];
  readonly train: readonly number[];
  readonly dev: readonly number[];
}

/** What the stage draws. */
export interface Scene {
  readonly kind: Task['kind'];
  readonly classNames: readonly string[];
  /** Which of the colours and marks each class has. */
  readonly slots: readonly number[];
  readonly inputNames: readonly string[];
  readonly sizes: readonly number[];
  readonly activations: readonly string[];
  /** The same as long as the examples are. */
  readonly examplesKey: string;
  readonly points: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly labels: Float32Array;
    readonly dev: Uint8Array;
  };
  readonly plane: Pick<Plane, 'axes' | 'names' | 'view' | 'scales'>;
  /** For each layer after the inputs: what its units make of the points of the grid, [GRID · GRID, units]. */
  readonly maps: readonly Float32Array[];
  /** What the network is given there, [GRID · GRID, inputs]. */
  readonly inputs: Float32Array;
  /** For each layer, the inputs first: what counts as strong. */
  readonly limits: readonly number[];
  /** The example that is looked at, from 0. */
  readonly example: number;
  readonly curve: Curve;
  /** Which examples the confusion matrix counts. */
  readonly counted: 'train' | 'dev';
  readonly stepsPerEpoch: number;
  /** The weights as they are, packed. */
  readonly w: string;
  readonly accuracy: number | undefined;
  readonly network: NetworkDescription;
}

export interface PlaygroundResult extends LabResult {
  readonly scene?: Scene;
  /** Why there is none. */
  readonly problem?: string;
  /** What of a link could not be used. */
  readonly notice?: string;
  /** Why training stopped. */
  readonly trouble?: string;
  readonly table?: TableSummary;
}

/** Data, network and everything they come to, at the step that the properties hold. */
export async function compute(properties: PlaygroundProperties): Promise<PlaygroundResult> {
  let task: Task;
  try {
    task = await taskOf(properties);
  } catch (problem) {
    if (problem instanceof NoTask || problem instanceof PellucidError) return without(problem.message);
    throw problem;
  }
  const probe = probeOf(properties, task);
  const kept = weightsIn(properties, probe);
  const weights = kept ?? probe.drawn;
  const evaluated = evaluate(properties, task, probe, weights);
  const example = Math.min(properties.e, task.labels.length) - 1;
  const found: Found = { quantities: {}, formulas: {} };
  const own = probe.all.predictMany(rowOf(task.inputs, example)).map((output) => output.value());
  openNetwork(found, probe, weights, task, example, own);
  openLoss(found, probe, properties, task, example);
  openMean(found, 'train', evaluated.losses, task.train);
  openMean(found, 'dev', evaluated.losses, task.dev);
  openPenalty(found, properties, probe, weights);
  const counted = task.dev.length > 0 ? 'dev' : 'train';
  if (task.kind !== 'regression') openConfusion(found, confusion(task, evaluated.answers, task[counted]));
  const curve = curveOf(properties);
  for (const [i, step] of curve.steps.entries()) {
    found.quantities[`L[train, step ${step}]`] = curve.train[i] ?? Number.NaN;
    if (task.dev.length > 0) found.quantities[`L[dev, step ${step}]`] = curve.dev[i] ?? Number.NaN;
  }
  const scene = sceneOf(properties, { task, probe, weights, example, counted, curve, found, own });
  return {
    ...found,
    scene,
    focus: namesOf(probe.sizes).output(probe.sizes.length - 1, 0),
    ...(task.table && { table: task.table }),
    ...(properties.w !== '' &&
      !kept && { notice: 'The weights of this link do not fit this network: they were drawn anew.' }),
    ...(properties.trouble !== '' && { trouble: properties.trouble }),
    said: saidOf(properties, scene),
    summary: summaryOf(properties, task, scene, found),
  };
}

const without = (problem: string): PlaygroundResult => ({
  ...{ quantities: {}, formulas: {}, problem },
  said: 'There is nothing to learn from yet.',
  summary: problem,
});

const rowOf = ({ data, shape, dtype }: NDArray, row: number): NDArray => {
  const width = shape[1] ?? 1;
  return { dtype, shape: [1, width], data: data.slice(row * width, (row + 1) * width) };
};

interface Evaluated {
  readonly answers: NDArray;
  readonly losses: Float32Array;
}

const compiledLoss = (of: (target: Tensor, output: Tensor) => Tensor) =>
  compile(of) as (target: TensorLike, output: TensorLike) => Tensor;

/** Answers and losses of all examples. The probe keeps the weights. */
function evaluate(
  properties: PlaygroundProperties,
  task: Task,
  probe: Probe,
  weights: readonly NDArray[],
): Evaluated {
  probe.all.setWeights(weights);
  const answers = probe.answers.predictOnBatch(task.inputs).value();
  return { answers, losses: lossesOf(properties, task, answers, compiledLoss) };
}

const meanOver = (losses: Float32Array, rows: Int32Array): number =>
  rows.reduce((total, row) => total + (losses[row] ?? 0), 0) / rows.length;

function confusion({ kind, labels, classNames }: Task, answers: NDArray, rows: Int32Array): number[][] {
  const width = answers.shape[1] ?? 1;
  const answerOf = (row: number) => {
    const own = answers.data.subarray(row * width, (row + 1) * width);
    return kind === 'binary' ? Number((own[0] ?? 0) > 0.5) : own.indexOf(Math.max(...own));
  };
  return confusionMatrix(
    Array.from(rows, (row) => labels[row] ?? 0),
    Array.from(rows, answerOf),
    classNames.length,
  );
}

interface Parts {
  readonly task: Task;
  readonly probe: Probe;
  readonly weights: readonly NDArray[];
  readonly example: number;
  readonly counted: 'train' | 'dev';
  readonly curve: Curve;
  readonly found: Found;
  readonly own: readonly NDArray[];
}

function sceneOf(
  properties: PlaygroundProperties,
  { task, probe, weights, example, counted, curve, found, own }: Parts,
): Scene {
  const { plane, kind, classNames, slots, inputNames } = task;
  const [x, y] = gridOf(plane.view);
  const inputs = plane.inputsAt(x, y, example);
  const maps = probe.all
    .predictMany(inputs, { batchSize: GRID * GRID })
    .map((output) => Float32Array.from(output.value().data));
  const floats = Float32Array.from(inputs.data);
  const dev = new Uint8Array(task.labels.length);
  for (const row of task.dev) dev[row] = 1;
  return {
    ...{ kind, classNames, slots, inputNames, sizes: probe.sizes, activations: probe.activations },
    ...{ maps, inputs: floats, example, curve, counted, examplesKey: task.key },
    points: {
      x: Float32Array.from(plane.x),
      y: Float32Array.from(plane.y),
      labels: Float32Array.from(task.labels),
      dev,
    },
    plane: { axes: plane.axes, names: plane.names, view: plane.view, scales: plane.scales },
    limits: [floats, ...maps].map(largest),
    stepsPerEpoch: Math.ceil(task.train.length / Math.min(properties.batch, task.train.length)),
    w: packed(weights),
    accuracy: found.quantities.accuracy,
    network: describeNetwork(properties, { task, probe, weights, example, own }),
  };
}

/** A limit for a map, without the spread that `Math.max` cannot take. */
function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most && Number.isFinite(value)) most = Math.abs(value);
  return limitFor([most]);
}

/** The middles of the cells of the plane, row by row from the top. */
function gridOf([left, right, bottom, top]: Plane['view']): [Float32Array, Float32Array] {
  const [x, y] = [new Float32Array(GRID * GRID), new Float32Array(GRID * GRID)];
  for (let at = 0; at < GRID * GRID; at++) {
    x[at] = left + ((right - left) * ((at % GRID) + 0.5)) / GRID;
    y[at] = top - ((top - bottom) * (Math.floor(at / GRID) + 0.5)) / GRID;
  }
  return [x, y];
}

/** The network as it travels to other labs, with the example that is looked at. */
function describeNetwork(
  { a, loss }: PlaygroundProperties,
  { task, probe, weights, example, own }: Pick<Parts, 'task' | 'probe' | 'weights' | 'example' | 'own'>,
): NetworkDescription {
  const { sizes, activations } = probe;
  const label = task.labels[example] ?? 0;
  const units = sizes.at(-1) ?? 1;
  return {
    sizes: [...sizes],
    weights: sizes
      .slice(1)
      .map((width, l) =>
        Array.from({ length: sizes[l] ?? 0 }, (_, i) =>
          Array.from(weights[2 * l]?.data.slice(i * width, (i + 1) * width) ?? []),
        ),
      ),
    biases: sizes.slice(1).map((_, l) => Array.from(weights[2 * l + 1]?.data ?? [])),
    activations: [...activations],
    inputNames: task.inputNames.map((name) => name.slice(0, 40)),
    input: Array.from(rowOf(task.inputs, example).data),
    target: Array.from({ length: units }, (_, k) => (task.kind === 'classes' ? Number(label === k) : label)),
    outputs: own.map(({ data }) => Array.from(data)),
    loss: task.kind === 'regression' && loss === 'crossentropy' ? 'mse' : loss,
    learningRate: a,
  };
}

/** The curve that properties hold; none where it is no curve. */
export function curveOf({ curve }: Pick<PlaygroundProperties, 'curve'>): Curve {
  const values = unpackFloats(curve) ?? new Float32Array();
  const every = (offset: number) => Array.from(values).filter((_, i) => i % 3 === offset);
  if (values.length % 3 !== 0) return { steps: [], train: [], dev: [] };
  return { steps: every(0), train: every(1), dev: every(2) };
}

/** More points than this are not kept: every second of them then goes. */
const MOST_POINTS = 64;

function withPoint(before: Curve, step: number, train: number, dev: number): string {
  const { steps } = before;
  const points = steps.map((at, i) => [at, before.train[i] ?? 0, before.dev[i] ?? 0]);
  const kept =
    points.length < MOST_POINTS ? points : points.filter((_, i) => i % 2 === 0 || i === steps.length - 1);
  return packFloats([...kept, [step, train, dev]].flat());
}

function saidOf({ step }: PlaygroundProperties, { stepsPerEpoch }: Scene): string {
  if (step === 0) return 'Nothing is learned yet: the weights are as they were drawn.';
  const epoch = Math.floor(step / stepsPerEpoch);
  const count = (number: number, one: string, many: string) =>
    `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
  return `After ${count(step, 'step', 'steps')}: ${count(epoch, 'pass', 'passes')} over the training examples.`;
}

function summaryOf(
  properties: PlaygroundProperties,
  task: Task,
  { sizes, accuracy, counted }: Scene,
  { quantities }: Found,
): string {
  const loss = (part: string) => displayed(quantities[`L[${part}]`] ?? Number.NaN).text;
  const layersText = hiddenLayers(properties)
    .map(({ units, activation }) => `${units} ${activation}`)
    .join(', ');
  return [
    `A ${sizes.join('-')} network (${layersText || 'no hidden layer'}) on ${task.labels.length} examples`,
    `loss ${loss('train')} on the training set${task.dev.length > 0 ? ` and ${loss('dev')} on the dev set` : ''}`,
    ...(accuracy === undefined
      ? []
      : [`accuracy ${displayed(accuracy).text} on the ${counted === 'dev' ? 'dev' : 'training'} set`]),
  ]
    .join('; ')
    .concat('.');
}

/** What a training is asked for: so many steps, or so many milliseconds' worth. */
export interface TrainArgument {
  readonly properties: PlaygroundProperties;
  readonly steps?: number;
  readonly milliseconds?: number;
}

export type Trained = Pick<PlaygroundProperties, 'w' | 'o' | 'step' | 'curve' | 'trouble'>;

/** Trains on from where the properties are; where a loss stops being a number, says why, and keeps the last good weights. */
export async function train(
  { properties, steps = 1, milliseconds }: TrainArgument,
  work: Work,
): Promise<Trained> {
  const task = await taskOf(properties);
  const probe = probeOf(properties, task);
  const training = trainingOf(properties, task);
  bringTo(training, properties, weightsIn(properties, probe) ?? probe.drawn);
  let trouble = '';
  try {
    if (milliseconds === undefined) training.trainer.run(steps);
    else await trainFor(milliseconds, (count) => training.trainer.run(count), work);
  } catch (problem) {
    if (!(problem instanceof NumericError)) throw problem;
    trouble = problem.message;
  }
  const state = stateOf(training);
  const { losses } = evaluate(properties, task, probe, training.model.getWeights());
  const [onTrain, onDev] = [task.train, task.dev].map((rows) => meanOver(losses, rows));
  const curve = withPoint(curveOf(properties), state.step, onTrain ?? Number.NaN, onDev ?? Number.NaN);
  return { ...state, curve, trouble };
}

/** Where training leads, and what it looks like there: one message for each picture of a run. */
export interface Advanced {
  readonly trained: Trained;
  readonly result: PlaygroundResult;
}

export async function advance(argument: TrainArgument, work: Work): Promise<Advanced> {
  const trained = await train(argument, work);
  return { trained, result: await compute({ ...argument.properties, ...trained }) };
}

/** Messages are let in after so many milliseconds. */
const SLICE = 8;

/** Runs steps in slices of a few milliseconds until the time is used up, or nobody waits any more. */
async function trainFor(milliseconds: number, run: (steps: number) => void, work: Work): Promise<void> {
  const start = performance.now();
  let count = 16;
  while (performance.now() - start < milliseconds && !work.signal.aborted) {
    const before = performance.now();
    run(count);
    const spent = Math.max(performance.now() - before, 0.05);
    count = Math.max(1, Math.min(Math.round((count * SLICE) / spent), count * 8));
    await work.breathe();
  }
}

/** Reads a CSV file and keeps it here. */
export async function open({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<TableSummary> {
  return keepTable(name, bytes);
}

/** The network as a text or a file for elsewhere. */
export async function exported({
  properties,
  as,
}: {
  properties: PlaygroundProperties;
  as: 'typescript' | 'python' | 'keras';
}): Promise<string | Uint8Array> {
  const { saveModel, toKerasPython, toTypeScript } = await import('pellucid/formats');
  const task = await taskOf(properties);
  const probe = probeOf(properties, task);
  const made = trainedModel(properties, task);
  made.setWeights(weightsIn(properties, probe) ?? probe.drawn);
  if (as === 'keras') return saveModel(made);
  return as === 'typescript' ? toTypeScript(made) : toKerasPython(made);
}

/** The network in a `.keras` file: fully connected layers in one line. */
export async function imported({
  name,
  bytes,
}: {
  name: string;
  bytes: Uint8Array;
}): Promise<NetworkDescription> {
  const { loadModel } = await import('pellucid/formats');
  const { model } = await loadModel(bytes, { source: name, compile: false });
  const chain = model.layers.filter(({ className }) => !['InputLayer', 'Dropout'].includes(className));
  const other = chain.find(({ className }) => className !== 'Dense');
  if (other)
    throw new Error(`${name} has a layer of the kind ${other.className}; here layers are fully connected.`);
  const arrays = chain.map((layer) => layer.weights.map((weight) => weight.value()));
  const [first] = arrays;
  return {
    sizes: [first?.[0]?.shape[0] ?? 0, ...arrays.map(([kernel]) => kernel?.shape[1] ?? 0)],
    weights: arrays.map(([kernel]) => {
      const [rows = 0, columns = 0] = kernel?.shape ?? [];
      return Array.from({ length: rows }, (_, i) =>
        Array.from(kernel?.data.slice(i * columns, (i + 1) * columns) ?? []),
      );
    }),
    biases: arrays.map(([kernel, bias]) =>
      bias ? Array.from(bias.data) : Array.from({ length: kernel?.shape[1] ?? 0 }, () => 0),
    ),
    activations: chain.map((layer) => String(layer.config().activation ?? 'linear')),
  };
}
