import { LOSSES, type LossName, possibleLoss } from '../../losses.ts';
import {
  choice,
  flag,
  integer,
  layerSizes,
  number,
  numbers,
  type PropertyTable,
  text,
} from '../../properties.ts';

/** Activations of hidden layers, as `activations` of the library names them. */
export const ACTIVATIONS = [
  'relu',
  'sigmoid',
  'tanh',
  'leakyRelu',
  'elu',
  'gelu',
  'silu',
  'softplus',
  'softsign',
  'linear',
] as const;
export type HiddenActivation = (typeof ACTIVATIONS)[number];
export type Activation = HiddenActivation | 'softmax';

/** How weights start. */
export const STARTS = ['glorot', 'he', 'lecun', 'orthogonal', 'small', 'large', 'zeros'] as const;
export type Start = (typeof STARTS)[number];
export const START_NAMES: Readonly<Record<Start, string>> = {
  glorot: 'Glorot (Xavier)',
  he: 'He',
  lecun: 'LeCun',
  orthogonal: 'orthogonal',
  small: 'normal, σ = 0.01',
  large: 'normal, σ = 1',
  zeros: 'zeros',
};

export const NORMALIZATIONS = ['none', 'batch', 'layer'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];
export const CLIPPINGS = ['none', 'value', 'norm'] as const;
export const DATA = ['moons', 'circles', 'spirals', 'xor', 'normal', 'example'] as const;
export type DataName = (typeof DATA)[number];

export interface FlowProperties {
  /** Hidden layers. */
  readonly depth: number;
  /** Units of each. */
  readonly width: number;
  readonly start: Start;
  readonly f: HiddenActivation;
  readonly norm: Normalization;
  readonly skip: boolean;
  readonly loss: LossName;
  readonly clip: (typeof CLIPPINGS)[number];
  readonly limit: number;
  /** α. */
  readonly a: number;
  readonly data: DataName;
  readonly seed: number;
  /** Training steps taken. */
  readonly at: number;
  /** The layer whose units are listed. */
  readonly layer: number;
  /** A network from another lab: its layers' sizes, weights and biases, and activations; none where empty. */
  readonly sizes: readonly number[];
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly acts: string;
  /** Its example. */
  readonly x: readonly number[];
  readonly t: readonly number[];
}

export const DEPTHS = { min: 1, max: 30 } as const;
export const WIDTHS = { min: 2, max: 32 } as const;
export const RATES = { min: 0, max: 10 } as const;
export const LIMITS = { min: 0.001, max: 100 } as const;
export const MOST_STEPS = 100;
/** Of a network from another lab. */
export const MOST_PARAMETERS = 20_000;
const WEIGHTS = { min: -1e6, max: 1e6 } as const;

export const PROPERTIES: PropertyTable<FlowProperties> = {
  depth: integer('hidden layers', 24, DEPTHS),
  width: integer('units of a layer', 16, WIDTHS),
  start: choice('weights at the start', 'glorot', STARTS),
  f: choice('activation', 'relu', ACTIVATIONS),
  norm: choice('normalisation', 'none', NORMALIZATIONS),
  skip: flag('residual connections', false),
  loss: choice('loss', 'mse', LOSSES),
  clip: choice('gradient clipping', 'none', CLIPPINGS),
  limit: number('clipping limit', 1, LIMITS),
  a: number('learning rate α', 0.01, RATES),
  data: choice('data', 'moons', DATA),
  seed: integer('seed', 0, { min: 0, max: 1_000_000 }),
  at: integer('steps taken', 0, { min: 0, max: MOST_STEPS }),
  layer: integer('layer listed', 1, { min: 1, max: 32 }),
  sizes: layerSizes('layer sizes', [], { min: 1, max: 512 }, { most: 32, parameters: MOST_PARAMETERS }),
  w: numbers('weights', [], WEIGHTS, { most: MOST_PARAMETERS }),
  b: numbers('biases', [], WEIGHTS, { most: MOST_PARAMETERS }),
  acts: text('activations', '', 400),
  x: numbers('inputs', [], WEIGHTS, { most: 512 }),
  t: numbers('target', [], WEIGHTS, { most: 512 }),
};

/** Whether a network from another lab is shown. */
export const isCarried = ({ sizes }: Pick<FlowProperties, 'sizes'>): boolean => sizes.length > 1;

/** What can go through the network: the presets have two inputs; the example is the carried network's. */
export function dataFor({ sizes, x }: Pick<FlowProperties, 'sizes' | 'x'>): DataName[] {
  return DATA.filter((name) => {
    if (name === 'example') return x.length > 0 && x.length === sizes[0];
    return name === 'normal' || !isCarried({ sizes }) || sizes[0] === 2;
  });
}

const named = (name: string | undefined): Activation =>
  name === 'softmax' ? name : (ACTIVATIONS.find((known) => known === name) ?? 'linear');

/** Units and activations of all layers: of the controls' network, or of the one carried here. */
export function layoutOf(properties: FlowProperties): {
  readonly sizes: readonly number[];
  readonly activations: readonly Activation[];
} {
  const { depth, width, f, sizes, acts } = properties;
  if (isCarried(properties)) {
    const names = acts.split(',');
    return { sizes, activations: sizes.slice(1).map((_, l) => named(names[l])) };
  }
  const hidden = Array.from({ length: depth }, () => width);
  return { sizes: [2, ...hidden, 1], activations: [...hidden.map(() => f), 'linear'] };
}

/** The loss that the outputs have. */
export const lossFor = (properties: FlowProperties): LossName =>
  possibleLoss(properties.loss, layoutOf(properties).activations.at(-1));
