import {
  type MultilayerPerceptron,
  type OutputActivation,
  WORKED_INPUT,
  WORKED_NETWORK,
  WORKED_RATE,
  WORKED_TARGET,
} from 'pellucid/units';
import {
  choice,
  flag,
  integer,
  integers,
  number,
  numbers,
  type PropertyTable,
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
  readonly out: OutputActivation;
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

export const WEIGHT_RANGE = { min: -20, max: 20 } as const;
/** More parameters than this have no place on the stage. */
export const MOST_PARAMETERS = 80;

export const PROPERTIES: PropertyTable<MlpProperties> = {
  sizes: integers('layer sizes', WORKED_NETWORK.sizes, { min: 1, max: 8 }, { least: 2, most: 5 }),
  w: numbers('weights', WORKED_NETWORK.weights.flat(2), WEIGHT_RANGE, { least: 1, most: MOST_PARAMETERS }),
  b: numbers('biases', WORKED_NETWORK.biases.flat(), WEIGHT_RANGE, { least: 1, most: MOST_PARAMETERS }),
  x: numbers('inputs', WORKED_INPUT, { min: -100, max: 100 }, { least: 1, most: 8 }),
  t: numbers('target', [WORKED_TARGET], { min: -100, max: 100 }, { least: 1, most: 8 }),
  a: number('learning rate α', WORKED_RATE, { min: 0, max: 10 }),
  out: choice('output activation', 'sigmoid', ['sigmoid', 'softmax', 'linear']),
  printed: flag('as printed', false),
  n: integer('iterations', 2, { min: 1, max: 10 }),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
  blank: text('blanked cell', '', 20),
  seed: integer('seed', 0, { min: 0, max: 1_000_000 }),
};

/** The network that the properties describe. Numbers that are missing are 0: a link may be short of some. */
export function networkOf({ sizes, w, b, out }: MlpProperties): MultilayerPerceptron {
  const [weights, biases] = [[...w], [...b]];
  const take = (from: number[]) => from.shift() ?? 0;
  const after = sizes.slice(1);
  return {
    sizes,
    weights: after.map((size, l) =>
      Array.from({ length: sizes[l] ?? 0 }, () => Array.from({ length: size }, () => take(weights))),
    ),
    biases: after.map((size) => Array.from({ length: size }, () => take(biases))),
    output: out,
  };
}

/** As many numbers as are needed. */
export const fitted = (values: readonly number[], length: number): number[] =>
  Array.from({ length }, (_, i) => values[i] ?? 0);

const same = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Whether the network has the lecture's shape, in which its slip can be made. */
export const hasLectureShape = ({ sizes, out }: MlpProperties): boolean =>
  same(sizes, WORKED_NETWORK.sizes) && out === 'sigmoid';

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
