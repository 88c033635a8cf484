import {
  type ActivationName,
  ArgumentError,
  adagrad,
  adam,
  dense,
  dropout,
  flatten,
  input,
  type Layer,
  type Optimizer,
  rescaling,
  rmsprop,
  type Sequential,
  type SymbolicTensor,
  sequential,
  sgd,
} from '../index.ts';
import type { Source } from './sources.ts';

/** What the options of `train` say, with defaults filled in for the kind of data. */
export interface Settings {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly patience: number;
  readonly seed: number;
}

/** Small tables want many short epochs, pictures few long ones. */
const DEFAULTS = {
  images: { hidden: [128], dropout: 0.2, learningRate: 0.001, batchSize: 32, epochs: 15, patience: 5 },
  table: { hidden: [16, 8], dropout: 0, learningRate: 0.005, batchSize: 16, epochs: 200, patience: 30 },
  numbers: { hidden: [16, 16], dropout: 0, learningRate: 0.01, batchSize: 16, epochs: 200, patience: 40 },
} as const;

/** What a person may leave out. */
export type Wishes = { readonly [K in keyof Settings]?: Settings[K] | undefined };

export function settingsFor(source: Pick<Source, 'kind'>, wishes: Wishes): Settings {
  const defaults: Settings = { activation: 'relu', optimizer: 'adam', seed: 0, ...DEFAULTS[source.kind] };
  const given = Object.entries(wishes).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(defaults, name),
  );
  return { ...defaults, ...Object.fromEntries(given) };
}

const OPTIMIZERS: Readonly<Record<string, (options: { learningRate: number }) => Optimizer>> = {
  adam,
  sgd,
  rmsprop,
  adagrad,
};
/** The names `--optimizer` takes. */
export const OPTIMIZER_NAMES = Object.keys(OPTIMIZERS);

/** The network for a source, its last layer and loss by the task, compiled. */
export function networkFor(source: Source, settings: Settings): Sequential {
  const shape = source.train.x.shape.slice(1);
  const layers: (Layer | SymbolicTensor)[] = [input(shape)];
  if (source.kind === 'images') layers.push(rescaling(1 / 255), flatten());
  for (const units of settings.hidden) {
    layers.push(dense(units, { activation: settings.activation }));
    if (settings.dropout > 0) layers.push(dropout(settings.dropout));
  }
  const { task } = source;
  if (task === 'classes') layers.push(dense(source.classNames?.length ?? 2, { activation: 'softmax' }));
  else layers.push(dense(1, task === 'binary' ? { activation: 'sigmoid' } : {}));

  const model = sequential(layers, { name: source.name });
  const make = OPTIMIZERS[settings.optimizer];
  if (!make)
    throw new ArgumentError({
      asked: `--optimizer ${settings.optimizer}`,
      expected: `one of ${OPTIMIZER_NAMES.join(', ')}`,
    });
  model.compile({ optimizer: make({ learningRate: settings.learningRate }), ...OBJECTIVES[task] });
  return model;
}

const OBJECTIVES = {
  classes: { loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] },
  binary: { loss: 'binaryCrossentropy', metrics: ['accuracy'] },
  regression: { loss: 'meanSquaredError', metrics: ['root_mean_squared_error'] },
} as const;
