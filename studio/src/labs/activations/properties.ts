import { choice, integer, number, type PropertyTable } from '../../properties.ts';

/** The functions of the lab, as `activations` of the library names them. */
export const NAMES = [
  'sigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'elu',
  'softplus',
  'softsign',
  'silu',
  'step',
  'linear',
] as const;
export type ActivationName = (typeof NAMES)[number];

export interface ActivationProperties {
  readonly f: ActivationName;
  /** The net input, the same in every layer. */
  readonly x: number;
  readonly depth: number;
  /** Layers that the gradient has passed. */
  readonly at: number;
}

export const Z_RANGE = { min: -6, max: 6 } as const;
export const MOST_LAYERS = 30;

export const PROPERTIES: PropertyTable<ActivationProperties> = {
  f: choice('function', 'sigmoid', NAMES),
  x: number('net input z', 1, Z_RANGE),
  depth: integer('depth', 10, { min: 1, max: MOST_LAYERS }),
  at: integer('layers passed', 0, { min: 0, max: MOST_LAYERS }),
};

/** What is left of the gradient after so many layers, and a curve's number at a place: their names. */
export const gradientName = (layers: number): string => `g_${layers}`;
export const listedName = (name: string, z: number): string => `${name}[${z}]`.replace('-', '−');
