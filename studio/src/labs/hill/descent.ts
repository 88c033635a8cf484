import {
  argSort,
  compile,
  type NDArray,
  type Optimizer,
  optimizers,
  randomNormal,
  randomUniform,
  type Tensor,
  take,
  tensor,
  Variable,
  valueAndGrad,
} from 'pellucid';
import { type ExpressionGraph, graph } from 'pellucid/explain';
import { kept } from './kept.ts';
import { EXAMPLES, type HillProperties, type MethodName, STEPS } from './properties.ts';

export type Pair = readonly [x: number, y: number];

/** One step of a method: the gradient it was given, what it kept, and where it came to. */
export interface Taken {
  readonly gradient: Pair;
  /** What the batch added to the gradient of the surface; nothing where the batch is everything. */
  readonly noise?: { readonly mean: Pair; readonly batch: readonly number[] };
  /** Of x, then of y: each kept number after the step. */
  readonly slots: readonly [readonly number[], readonly number[]];
  readonly place: Pair;
}

/** A method's whole way; it ends early where a number is no finite one any more. */
export interface Path {
  readonly method: MethodName;
  /** Its state is that after the last step. */
  readonly optimizer: Optimizer;
  readonly start: Pick<Taken, 'slots' | 'place'>;
  readonly steps: readonly Taken[];
}

type Maker = (options: { learningRate: number }, momentum: number) => Optimizer;
const OPTIMIZERS: Readonly<Record<MethodName, Maker>> = {
  gd: optimizers.sgd,
  sgd: optimizers.sgd,
  batch: optimizers.sgd,
  momentum: (options, momentum) => optimizers.sgd({ ...options, momentum }),
  nesterov: (options, momentum) => optimizers.sgd({ ...options, momentum, nesterov: true }),
  adagrad: optimizers.adagrad,
  rmsprop: optimizers.rmsprop,
  adam: optimizers.adam,
};

/** Examples a method looks at for each step. */
export const batchSizeOf = (method: MethodName, { batch }: Pick<HillProperties, 'batch'>): number =>
  method === 'gd' ? EXAMPLES : method === 'sgd' ? 1 : Number(batch);

/** The surface as a function of tensors: a variable that the expression does not name does not matter. */
export function surfaceAt(expression: ExpressionGraph, x: Tensor, y: Tensor): Tensor {
  const at = Object.entries({ x, y }).filter(([name]) => expression.variables.includes(name));
  return expression.apply(Object.fromEntries(at));
}

/** A method on a surface, compiled once: only β is part of the program. */
const descentOf = kept(
  24,
  (source: string, method: MethodName, beta: number) => `${method} ${beta} ${source}`,
  (source, method, beta) => {
    const weights = [new Variable(tensor(0), { name: 'x' }), new Variable(tensor(0), { name: 'y' })] as const;
    const [x, y] = weights;
    const optimizer = OPTIMIZERS[method]({ learningRate: 1 }, beta);
    optimizer.build(weights);
    const fresh = optimizer.variables.map((variable) => [variable, variable.value()] as const);
    const expression = graph(source);
    const step = compile((noiseX: Tensor, noiseY: Tensor) => {
      const [, gradients] = valueAndGrad(
        () => surfaceAt(expression, x.read(), y.read()).add(x.read().mul(noiseX)).add(y.read().mul(noiseY)),
        weights,
      )();
      optimizer.apply(gradients, weights);
      return gradients;
    });
    return {
      optimizer,
      step,
      place: (): Pair => [numberIn(x.value()), numberIn(y.value())],
      begin(at: Pair, rate: number) {
        for (const [variable, value] of fresh) variable.assign(value);
        optimizer.learningRate.assign(rate);
        weights.forEach((weight, i) => {
          weight.assign(at[i] ?? 0);
        });
      },
    };
  },
);

const numberIn = ({ data }: NDArray): number => Number(data[0]);

/** The kept numbers of x and of y: every weight has as many. */
function slotsOf({ slots }: Optimizer): Taken['slots'] {
  const each = slots.length / 2;
  const values = slots.map((slot) => numberIn(slot.value()));
  return [values.slice(0, each), values.slice(each)];
}

/** Goes down the hill by one method. */
export function descend(source: string, method: MethodName, properties: HillProperties): Path {
  const { x, y, a, beta, noise: sigma, seed } = properties;
  const { optimizer, step, place, begin } = descentOf(source, method, beta);
  begin([x, y], a);
  const start = { place: place(), slots: slotsOf(optimizer) };
  const draws = sigma > 0 ? batchesOf(batchSizeOf(method, properties), seed) : undefined;
  const steps: Taken[] = [];
  let here = start.place;
  for (let at = 0; at < STEPS && here.every(Number.isFinite); at++) {
    const draw = draws?.[at];
    const mean: Pair = draw ? [sigma * draw.mean[0], sigma * draw.mean[1]] : [0, 0];
    const [gx, gy] = step(...mean);
    here = place();
    steps.push({
      gradient: [gx?.item() ?? 0, gy?.item() ?? 0],
      ...(draw && { noise: { mean, batch: draw.batch } }),
      slots: slotsOf(optimizer),
      place: here,
    });
  }
  return { method, optimizer, start, steps };
}

/** How the examples' gradients differ from their mean, in units of σ: normal numbers whose mean is taken off. */
export const deviations = kept(
  4,
  (seed: number) => `${seed}`,
  (seed): readonly Pair[] => {
    const drawn = randomNormal([EXAMPLES, 2], 0, 1, { seed });
    const values = drawn.sub(drawn.mean([0], true)).dataSync();
    return Array.from({ length: EXAMPLES }, (_, i) => [Number(values[2 * i]), Number(values[2 * i + 1])]);
  },
);

/** Each step's batch, and the mean of its deviations; nothing where a batch is all examples, whose mean is 0. */
const batchesOf = kept(
  12,
  (size: number, seed: number) => `${size} ${seed}`,
  (size, seed): readonly { readonly batch: readonly number[]; readonly mean: Pair }[] | undefined => {
    if (size === EXAMPLES) return undefined;
    const epochs = Math.ceil((STEPS * size) / EXAMPLES);
    // Every epoch has all examples once, in an order of its own.
    const numbers = randomUniform([epochs, EXAMPLES], 0, 1, {
      seed,
      stream: tensor(1, { dtype: 'uint32' }),
    });
    const order = Array.from(argSort(numbers).dataSync(), Number).slice(0, STEPS * size);
    const all = tensor(deviations(seed).map((pair) => [...pair]));
    const means = take(all, tensor(order, { dtype: 'int32' }))
      .reshape([STEPS, size, 2])
      .mean([1])
      .dataSync();
    return Array.from({ length: STEPS }, (_, at) => ({
      batch: order.slice(at * size, (at + 1) * size),
      mean: [Number(means[2 * at]), Number(means[2 * at + 1])],
    }));
  },
);
