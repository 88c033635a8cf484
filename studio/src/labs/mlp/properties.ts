import {
  type MultilayerPerceptron,
  WORKED_INPUT,
  WORKED_NETWORK,
  WORKED_RATE,
  WORKED_TARGET,
} from 'pellucid/units';
import { LOSSES, type LossName, possibleLoss } from '../../losses.ts';
import {
  choice,
  choices,
  flag,
  integer,
  layerSizes,
  number,
  numbers,
  type PropertyTable,
  parametersOf,
  text,
} from '../../properties.ts';

/** The worked example's state: a network, one example, α, and how far one has walked. */
export interface MlpProperties {
  /** Units of each layer. */
  readonly sizes: readonly number[];
  /** Weights layer by layer, from each unit in turn to all of the next layer. */
  readonly w: readonly number[];
  readonly b: readonly number[];
  readonly x: readonly number[];
  readonly t: readonly number[];
  /** α. */
  readonly a: number;
  /** Of each hidden layer; one that is missing is sigmoid, as in the lecture. */
  readonly acts: readonly ActivationName[];
  readonly out: ActivationName | 'softmax';
  readonly loss: LossName;
  /** The unit whose weights are listed, of a network too large to list them all; 0 for the first output unit. */
  readonly unit: number;
  /** Keep the lecture's slip. */
  readonly printed: boolean;
  /** Iterations in the trace. */
  readonly n: number;
  /** Steps taken. */
  readonly at: number;
  /** The quantity that an exercise hides. */
  readonly blank: string;
  readonly seed: number;
}

export const ACTIVATIONS = [
  ...(['sigmoid', 'tanh', 'relu', 'leakyRelu', 'elu', 'silu', 'gelu', 'softplus', 'softsign'] as const),
  'linear',
] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

/** What a weight can be set to by hand; one that came from another lab may be larger. */
export const WEIGHT_RANGE = { min: -20, max: 20 } as const;
const ANY_WEIGHT = { min: -1e6, max: 1e6 } as const;
/** What has a place on the stage. */
export const MOST = { parameters: 20_000, units: 64, layers: 32 } as const;
/** More than this is listed unit by unit. */
const LISTED = { parameters: 80, units: 8, layers: 5 } as const;

export const PROPERTIES: PropertyTable<MlpProperties> = {
  sizes: layerSizes(
    'layer sizes',
    WORKED_NETWORK.sizes,
    { min: 1, max: MOST.units },
    { least: 2, most: MOST.layers, parameters: MOST.parameters },
  ),
  w: numbers('weights', WORKED_NETWORK.weights.flat(2), ANY_WEIGHT, { least: 1, most: MOST.parameters }),
  b: numbers('biases', WORKED_NETWORK.biases.flat(), ANY_WEIGHT, { least: 1, most: MOST.parameters }),
  x: numbers('inputs', WORKED_INPUT, ANY_WEIGHT, { least: 1, most: MOST.units }),
  t: numbers('target', [WORKED_TARGET], ANY_WEIGHT, { least: 1, most: MOST.units }),
  a: number('learning rate α', WORKED_RATE, { min: 0, max: 10 }),
  acts: choices('hidden activations', [], ACTIVATIONS, { most: MOST.layers }),
  out: choice('output activation', 'sigmoid', [...ACTIVATIONS, 'softmax']),
  loss: choice('loss', 'half', LOSSES),
  unit: integer('unit listed', 0, { min: 0, max: MOST.units * MOST.layers }),
  printed: flag('as printed', false),
  n: integer('iterations', 2, { min: 1, max: 10 }),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
  blank: text('blanked cell', '', 20),
  seed: integer('seed', 0, { min: 0, max: 1_000_000 }),
};

/** The network that the properties describe. Numbers that are missing are 0: a link may be short of some. */
export function networkOf({
  sizes,
  w,
  b,
  out,
}: Pick<MlpProperties, 'sizes' | 'w' | 'b' | 'out'>): MultilayerPerceptron {
  const [weights, biases] = [w.values(), b.values()];
  const take = (from: Iterator<number>) => Number(from.next().value ?? 0);
  const after = sizes.slice(1);
  return {
    sizes,
    weights: after.map((size, l) =>
      Array.from({ length: sizes[l] ?? 0 }, () => Array.from({ length: size }, () => take(weights))),
    ),
    biases: after.map((size) => Array.from({ length: size }, () => take(biases))),
    output: out === 'softmax' || out === 'sigmoid' ? out : 'linear',
  };
}

/** The activation of each layer after the inputs. */
export const activationsOf = ({
  sizes,
  acts,
  out,
}: Pick<MlpProperties, 'sizes' | 'acts' | 'out'>): (ActivationName | 'softmax')[] =>
  sizes.slice(1).map((_, l) => (l === sizes.length - 2 ? out : (acts[l] ?? 'sigmoid')));

/** The loss that the outputs have: the cross-entropy is one of probabilities, and theirs is it. */
export function lossFor({ loss, out }: Pick<MlpProperties, 'loss' | 'out'>): LossName {
  return out === 'softmax' && loss === 'half' ? 'crossentropy' : possibleLoss(loss, out);
}

/** Whether the network is one of the lecture's kind: sigmoid hidden units, and its squared error. */
export const isOfLecture = (properties: MlpProperties): boolean =>
  activationsOf(properties)
    .slice(0, -1)
    .every((name) => name === 'sigmoid') &&
  ['sigmoid', 'softmax', 'linear'].includes(properties.out) &&
  lossFor(properties) === (properties.out === 'softmax' ? 'crossentropy' : 'half') &&
  !isLarge(properties);

/** Whether weights are listed unit by unit. */
export const isLarge = ({ sizes }: Pick<MlpProperties, 'sizes'>): boolean => {
  return (
    parametersOf(sizes) > LISTED.parameters ||
    sizes.length > LISTED.layers ||
    sizes.some((size) => size > LISTED.units)
  );
};

/** As many numbers as are needed. */
export const fitted = (values: readonly number[], length: number): number[] =>
  Array.from({ length }, (_, i) => values[i] ?? 0);

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Whether the network has the lecture's shape, in which its slip can be made. */
export const hasLectureShape = (properties: MlpProperties): boolean =>
  same(properties.sizes, WORKED_NETWORK.sizes) && isOfLecture(properties) && properties.out === 'sigmoid';

/** Whether everything is as in the lecture. */
export const isLecture = (properties: MlpProperties): boolean =>
  hasLectureShape(properties) &&
  (['w', 'b', 'x', 't'] as const).every((key) => same(properties[key], PROPERTIES[key].fallback)) &&
  properties.a === PROPERTIES.a.fallback;

/** Where a name's number is kept. Nodes are counted through all layers. */
export function placeOf(
  name: string,
  { sizes }: Pick<MlpProperties, 'sizes'>,
): { key: 'w' | 'b' | 'x' | 't'; at: number } | undefined {
  const inputs = sizes[0] ?? 0;
  const nodes = sizes.reduce((sum, size) => sum + size, 0);
  const number = Number(/_(\d+)$/.exec(name)?.[1]);
  if (name.startsWith('x_')) return { key: 'x', at: number - 1 };
  if (name.startsWith('θ_')) return { key: 'b', at: number - inputs - 1 };
  if (name.startsWith('t_')) return { key: 't', at: number - (nodes - (sizes.at(-1) ?? 0)) - 1 };
  if (!name.startsWith('w_')) return undefined;
  let at = 0;
  let first = 1;
  for (const [l, size] of sizes.slice(0, -1).entries()) {
    const next = sizes[l + 1] ?? 0;
    for (let i = first; i < first + size; i++) {
      for (let j = first + size; j < first + size + next; j++) {
        const wanted = i > 9 || j > 9 ? `w_${i},${j}` : `w_${i}${j}`;
        if (wanted === name) return { key: 'w', at };
        at++;
      }
    }
    first += size;
  }
  return undefined;
}
