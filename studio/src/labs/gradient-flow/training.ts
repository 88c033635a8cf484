import { compile, maximum, minimum, neg, type Tensor, tensor } from 'pellucid';
import { call, divide, evaluate, number, power, sum } from 'pellucid/units';
import type { Work } from '../../worker/protocol.ts';
import { blockOf, endOf, type LayerPass, passOf } from './blocks.ts';
import { type Batch, batchOf, type Network, networkOf, type Weights, weightsOf } from './network.ts';
import type { FlowProperties } from './properties.ts';

/** A batch forward through the network, and its loss back. */
export interface Pass {
  readonly layers: readonly LayerPass[];
  readonly loss: number;
  /** Of each example. */
  readonly losses: Tensor;
}

/** Backpropagation, layer by layer: each passes on the gradient by its inputs. */
export function passThrough(
  { kinds, loss: name }: Network,
  weights: readonly Weights[],
  { x, y }: Batch,
): Pass {
  const inputs: Tensor[] = [x];
  const last = kinds.length - 1;
  const each = kinds.map((kind, l) => ({ kind, block: blockOf(kind), ...(weights[l] as Weights) }));
  for (const { block, matrix, bias } of each.slice(0, last)) {
    inputs.push(block.forward(inputs.at(-1) as Tensor, matrix, bias));
  }
  const end = each[last] as (typeof each)[number];
  const through = endOf(end.kind, name);
  const [loss, losses, output, by, ...found] = through(inputs[last] as Tensor, end.matrix, end.bias, y);
  let pass = passOf(output as Tensor, by as Tensor, found);
  const layers = [pass];
  for (let l = last - 1; l >= 0; l--) {
    const { block, matrix, bias } = each[l] as (typeof each)[number];
    const gradient = pass.inputGradient;
    pass = passOf(
      inputs[l + 1] as Tensor,
      gradient,
      block.backward(inputs[l] as Tensor, matrix, bias, gradient),
    );
    layers.unshift(pass);
  }
  return { layers, loss: (loss as Tensor).item(), losses: losses as Tensor };
}

const moved = compile((w, gradient, rate) => w.sub(gradient.mul(rate)));
const movedWithin = compile((w, gradient, rate, limit) =>
  w.sub(maximum(minimum(gradient, limit), neg(limit)).mul(rate)),
);

/** The length of all gradients together, and what it is multiplied by where it is cut to a limit. */
export function clippingOf(
  { layers }: Pass,
  { clip, limit }: FlowProperties,
): { norm: number; factor: number } {
  const squares = layers.flatMap(({ weightLengths }) =>
    [...weightLengths.dataSync()].map((length) => power(number(Number(length)), 2)),
  );
  const norm = evaluate(call('sqrt', sum(squares)));
  return { norm, factor: clip === 'norm' ? evaluate(divide(limit, call('max', norm, limit))) : 1 };
}

/** One step of gradient descent. */
function stepped(weights: readonly Weights[], pass: Pass, properties: FlowProperties): Weights[] {
  const { a, clip, limit } = properties;
  const rate = tensor(a * clippingOf(pass, properties).factor);
  const move = (w: Tensor, gradient: Tensor) =>
    clip === 'value' ? movedWithin(w, gradient, rate, tensor(limit)) : moved(w, gradient, rate);
  return weights.map(({ matrix, bias }, l) => {
    const { weightGradient, biasGradient } = pass.layers[l] as LayerPass;
    return { matrix: move(matrix, weightGradient), bias: move(bias, biasGradient) };
  });
}

/** Where a training has come: the weights after each step, and the losses before them. */
export interface Run {
  readonly key: string;
  readonly network: Network;
  readonly batch: Batch;
  readonly weights: Weights[][];
  readonly losses: number[];
}

/** The run looked at last: the next step, and one back, need not begin at the beginning. */
let latest: Run | undefined;

function runOf(properties: FlowProperties): Run {
  const { at: _, layer: __, ...setting } = properties;
  const key = JSON.stringify(setting);
  if (latest?.key === key) return latest;
  const network = networkOf(properties);
  const weights = weightsOf(properties, network);
  latest = { key, network, batch: batchOf(properties, network), weights: [weights], losses: [] };
  return latest;
}

/** The network after `at` steps, and a pass through it. @throws Error when nobody waits for it any more */
export async function trained(
  properties: FlowProperties,
  work: Pick<Work, 'breathe' | 'signal'> | undefined,
): Promise<Run & { readonly now: readonly Weights[]; readonly pass: Pass }> {
  const run = runOf(properties);
  for (let step = run.weights.length - 1; step < properties.at; step++) {
    const pass = passThrough(run.network, run.weights[step] as Weights[], run.batch);
    run.losses[step] = pass.loss;
    run.weights.push(stepped(run.weights[step] as Weights[], pass, properties));
    await work?.breathe();
    if (work?.signal.aborted) throw new Error('Given up.');
  }
  const now = run.weights[properties.at] as Weights[];
  const pass = passThrough(run.network, now, run.batch);
  run.losses[properties.at] = pass.loss;
  return { ...run, losses: run.losses.slice(0, properties.at + 1), now, pass };
}
