import { dense, initializers, randomNormal, type Tensor, tensor } from 'pellucid';
import { circles, type Examples, moons, spirals, type ToyOptions, xor } from 'pellucid/data';
import type { LossName } from '../../losses.ts';
import type { BlockKind } from './blocks.ts';
import {
  type DataName,
  type FlowProperties,
  isCarried,
  layoutOf,
  lossFor,
  type Start,
} from './properties.ts';

/** The numbers of a layer that training changes. */
export interface Weights {
  /** [inputs, units] */
  readonly matrix: Tensor;
  /** [units] */
  readonly bias: Tensor;
}

export interface Network {
  /** Units of each layer, the inputs first. */
  readonly sizes: readonly number[];
  readonly kinds: readonly BlockKind[];
  readonly loss: LossName;
}

/** What kind each layer is. The last one is plain; residual ones are those whose inputs are as many as their units. */
export function networkOf(properties: FlowProperties): Network {
  const { sizes, activations } = layoutOf(properties);
  const plain = isCarried(properties);
  const kinds = activations.map((activation, l): BlockKind => {
    const hidden = !plain && l < activations.length - 1;
    return {
      activation,
      normalization: hidden ? properties.norm : 'none',
      residual: hidden && properties.skip && sizes[l] === sizes[l + 1],
    };
  });
  return { sizes, kinds, loss: lossFor(properties) };
}

const INITIALIZERS: Readonly<Record<Start, (seed: number) => initializers.Initializer>> = {
  glorot: (seed) => initializers.glorotNormal({ seed }),
  he: (seed) => initializers.heNormal({ seed }),
  lecun: (seed) => initializers.lecunNormal({ seed }),
  orthogonal: (seed) => initializers.orthogonal({ seed }),
  small: (seed) => initializers.randomNormal({ stddev: 0.01, seed }),
  large: (seed) => initializers.randomNormal({ stddev: 1, seed }),
  zeros: () => initializers.zeros(),
};

/** Each layer draws from a seed of its own. */
export const initializerFor = (start: Start, seed: number, layer: number): initializers.Initializer =>
  INITIALIZERS[start](1000 * seed + layer);

/** The weights before any step: drawn by the library's own layers, or those that were carried here. */
export function weightsOf(properties: FlowProperties, { sizes }: Network): Weights[] {
  if (isCarried(properties)) return carriedWeights(properties, sizes);
  const { start, seed } = properties;
  return sizes.slice(1).map((units, l) => {
    const layer = dense(units, { kernelInitializer: initializerFor(start, seed, l) });
    layer.build([sizes[l] ?? 1]);
    const [matrix, bias] = layer.weights.map((weight) => tensor(weight.value()));
    return { matrix: matrix as Tensor, bias: bias as Tensor };
  });
}

/** Numbers that are missing are 0: a link may be short of some. */
function carriedWeights({ w, b }: FlowProperties, sizes: readonly number[]): Weights[] {
  let [weightsTaken, biasesTaken] = [0, 0];
  const taken = (from: readonly number[], start: number, count: number) =>
    Float32Array.from({ length: count }, (_, i) => from[start + i] ?? 0);
  return sizes.slice(1).map((units, l) => {
    const inputs = sizes[l] ?? 1;
    const matrix = taken(w, weightsTaken, inputs * units);
    const bias = taken(b, biasesTaken, units);
    weightsTaken += inputs * units;
    biasesTaken += units;
    return {
      matrix: tensor({ dtype: 'float32', shape: [inputs, units], data: matrix }),
      bias: tensor({ dtype: 'float32', shape: [units], data: bias }),
    };
  });
}

/** Examples of the made data. */
export const EXAMPLES = 64;

export interface Batch {
  /** [examples, inputs] and [examples, outputs] */
  readonly x: Tensor;
  readonly y: Tensor;
}

const TOYS: Readonly<Partial<Record<DataName, (options: ToyOptions) => Examples>>> = {
  ...{ moons, circles, spirals, xor },
};

/**
 * What goes through the network: a preset where it has two inputs; the example that came with it; else normal inputs.
 * The classes are wanted as −1 and 1, as 0 and 1 of a sigmoid and for the cross-entropy, or as one output each.
 */
export function batchOf(properties: FlowProperties, { sizes, kinds, loss }: Network): Batch {
  const { data, seed, x, t } = properties;
  const [inputs = 1, outputs = 1] = [sizes[0], sizes.at(-1)];
  if (data === 'example' && x.length === inputs && t.length === outputs) {
    return { x: tensor([[...x]]), y: tensor([[...t]]) };
  }
  const toy = inputs === 2 ? TOYS[data]?.({ n: EXAMPLES, seed }) : undefined;
  const places = tensor(toy?.x ?? randomNormal([EXAMPLES, inputs], 0, 1, { seed }).value());
  const classes = toy
    ? [...toy.y.data].map(Number)
    : [...places.dataSync()].flatMap((value, i) => (i % inputs === 0 ? [Number(Number(value) > 0)] : []));
  const low = kinds.at(-1)?.activation === 'sigmoid' || loss === 'crossentropy' ? 0 : -1;
  const wanted = classes.map((one) =>
    outputs === 1 ? [one === 0 ? low : 1] : Array.from({ length: outputs }, (_, k) => Number(k === one)),
  );
  return { x: places, y: tensor(wanted) };
}
