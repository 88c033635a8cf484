import {
  choice,
  choices,
  integer,
  integers,
  number,
  numbers,
  type PropertyTable,
  text,
} from '../../properties.ts';

export const DATA = ['circles', 'moons', 'spirals', 'blobs', 'xor', 'sine', 'drawn', 'table'] as const;
export type DataName = (typeof DATA)[number];

/** What the network may be given of a point of the plane. */
export const FEATURES = ['x', 'y', 'x²', 'y²', 'xy', 'sin x', 'sin y'] as const;

export const ACTIVATIONS = [
  ...(['linear', 'relu', 'leakyRelu', 'elu', 'tanh', 'sigmoid', 'silu', 'gelu', 'softplus'] as const),
  'softsign',
] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

export const LOSSES = ['crossentropy', 'mse', 'mae', 'huber'] as const;
export type LossName = (typeof LOSSES)[number];

export const OPTIMIZERS = ['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam', 'adamW'] as const;
export const PENALTIES = ['none', 'l1', 'l2'] as const;
export const TASKS = ['auto', 'classes', 'regression'] as const;

export const MOST_LAYERS = 6;
export const MOST_UNITS = 16;
/** Classes that one draws by hand. */
export const DRAWN_CLASSES = 4;
export const MOST_DRAWN = 600;
export const DRAWN_REACH = 2;
/** Points along each side of the plane at which the network is asked. */
export const GRID = 48;

/** The playground's whole state: data, network, training, and how far it has come. */
export interface PlaygroundProperties {
  readonly data: DataName;
  /** Points of a preset. */
  readonly n: number;
  readonly noise: number;
  /** Classes of spirals and blobs. */
  readonly classes: number;
  /** x, y and class of each point drawn. */
  readonly points: readonly number[];
  /** The table that is kept here under this name. */
  readonly table: string;
  /** Its column to predict; the last where empty. */
  readonly target: string;
  readonly task: (typeof TASKS)[number];
  /** The two of its features that are drawn. */
  readonly ax: string;
  readonly ay: string;
  /** Which of `FEATURES` the network is given. */
  readonly features: readonly number[];
  /** Units of each hidden layer. */
  readonly layers: readonly number[];
  /** Of each hidden layer; one that is missing is tanh, and drops nothing. */
  readonly act: readonly ActivationName[];
  readonly drop: readonly number[];
  readonly loss: LossName;
  readonly opt: (typeof OPTIMIZERS)[number];
  /** The learning rate. */
  readonly a: number;
  readonly batch: number;
  readonly reg: (typeof PENALTIES)[number];
  readonly rate: number;
  /** The share of examples kept for the dev set. */
  readonly split: number;
  readonly seed: number;
  /** The example that is looked at, from 1. */
  readonly e: number;
  /** The layer whose numbers are listed, from 1. */
  readonly layer: number;
  /** Steps taken. */
  readonly step: number;
  /** Weights, packed; drawn from the seed where empty. */
  readonly w: string;
  /** What the optimizer remembers, packed. */
  readonly o: string;
  /** Step, loss on the training and on the dev set, again and again: packed. */
  readonly curve: string;
  /** Why training stopped, where it had to. */
  readonly trouble: string;
}

export const PROPERTIES: PropertyTable<PlaygroundProperties> = {
  data: choice('data', 'spirals', DATA),
  n: integer('points', 200, { min: 20, max: 1000 }),
  noise: number('noise', 0.02, { min: 0, max: 1 }),
  classes: integer('classes', 2, { min: 2, max: DRAWN_CLASSES }),
  points: numbers('points drawn', [], { min: -100, max: 100 }, { most: 3 * MOST_DRAWN }),
  table: text('table', '', 80),
  target: text('target column', '', 200),
  task: choice('task', 'auto', TASKS),
  ax: text('column to the right', '', 200),
  ay: text('column upwards', '', 200),
  features: integers(
    'features',
    [0, 1],
    { min: 0, max: FEATURES.length - 1 },
    { least: 1, most: FEATURES.length },
  ),
  layers: integers('hidden layers', [8, 8], { min: 1, max: MOST_UNITS }, { most: MOST_LAYERS }),
  act: choices('activations', ['tanh', 'tanh'], ACTIVATIONS, { most: MOST_LAYERS }),
  drop: numbers('dropout', [], { min: 0, max: 0.9 }, { most: MOST_LAYERS }),
  loss: choice('loss', 'crossentropy', LOSSES),
  opt: choice('optimizer', 'adam', OPTIMIZERS),
  a: number('learning rate α', 0.01, { min: 0.00001, max: 1e6 }),
  batch: integer('batch size', 10, { min: 1, max: 1000 }),
  reg: choice('regularisation', 'none', PENALTIES),
  rate: number('regularisation rate', 0.001, { min: 0, max: 10 }),
  split: number('share of the dev set', 0.3, { min: 0, max: 0.6 }),
  seed: integer('seed', 0, { min: 0, max: 1_000_000 }),
  e: integer('example', 1, { min: 1, max: 100_000 }),
  layer: integer('layer listed', 1, { min: 1, max: MOST_LAYERS + 1 }),
  step: integer('steps taken', 0, { min: 0, max: 4_000_000_000 }),
  w: text('weights', '', 60_000),
  o: text('optimizer’s memory', '', 120_000),
  curve: text('learning curve', '', 4000),
  trouble: text('trouble', '', 600),
};

/** From the beginning: new weights, nothing learned. */
export const AFRESH = { w: '', o: '', step: 0, curve: '', trouble: '' } as const;

export interface HiddenLayer {
  readonly units: number;
  readonly activation: ActivationName;
  readonly dropout: number;
}

export const hiddenLayers = ({
  layers,
  act,
  drop,
}: Pick<PlaygroundProperties, 'layers' | 'act' | 'drop'>): HiddenLayer[] =>
  layers.map((units, l) => ({ units, activation: act[l] ?? 'tanh', dropout: drop[l] ?? 0 }));

/** The properties of given hidden layers. */
export const ofLayers = (
  layers: readonly HiddenLayer[],
): Pick<PlaygroundProperties, 'layers' | 'act' | 'drop'> => ({
  layers: layers.map(({ units }) => units),
  act: layers.map(({ activation }) => activation),
  drop: layers.some(({ dropout }) => dropout > 0) ? layers.map(({ dropout }) => dropout) : [],
});
