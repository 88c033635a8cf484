import { backward } from '../../autodiff/backward.ts';
import type { NDArray } from '../../graph/ndarray.ts';
import type { Layer } from '../../layers/layer.ts';
import { compile } from '../../tensor/compile.ts';
import {
  abs,
  equal,
  greaterEqual,
  lessEqual,
  logicalOr,
  sqrt,
  square,
  variance,
} from '../../tensor/functions.ts';
import { Tensor, tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Arrays } from '../../training/arrays.ts';
import { examplesOf, listParts, mapParts, type Parts } from '../../training/examples.ts';
import type { Model } from '../../training/model.ts';
import { lossOn } from '../../training/program.ts';

/** What goes through a layer: its outputs on the way forward, gradients on the way back. */
export interface LayerSignal {
  readonly name: string;
  readonly className: string;
  /** The name of its activation function, where it has one. */
  readonly activation: string | undefined;
  /** Numbers along the last axis of its output. */
  readonly units: number;
  /** Of all its outputs. */
  readonly mean: number;
  readonly deviation: number;
  /** The share of outputs that are exactly 0. */
  readonly zero: number;
  /** The share of units that are positive for no example; undefined where the activation cannot die. */
  readonly dead: number | undefined;
  /** The share of outputs where the slope is less than a hundredth of the greatest; undefined without bounds. */
  readonly saturated: number | undefined;
  /** ‖∂L/∂a‖ of the mean loss over its outputs. */
  readonly gradientNorm: number;
  /** ‖∂L/∂w‖ over its trainable weights. */
  readonly weightGradientNorm: number | undefined;
  /** ‖w‖ over its matrices. */
  readonly weightNorm: number | undefined;
  /** ‖Δw‖/‖w‖ of the next training step, over its matrices. */
  readonly updateRatio: number | undefined;
}

/** Where the slope falls below 1 % of its greatest: σ′ = a(1 − a) ≤ 0.0025, tanh′ = 1 − a² ≤ 0.01. */
export const SATURATION_BOUNDS: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0.5 - Math.sqrt(0.2475), 0.5 + Math.sqrt(0.2475)],
  tanh: [-Math.sqrt(0.99), Math.sqrt(0.99)],
};

/** Activations that are 0, slope included, for all negative sums. */
export const CAN_DIE: ReadonlySet<string> = new Set(['relu', 'relu6']);

/** The name of a layer's activation function, from its arguments or its kind. */
export function activationName(layer: Layer): string | undefined {
  if (layer.className === 'ReLU') return layer.config().negativeSlope === 0 ? 'relu' : undefined;
  const { activation } = layer.config();
  return typeof activation === 'string' && activation !== 'linear' ? activation : undefined;
}

/** Measures at every layer while a batch goes forward and its loss comes back; see `measureSignals`. */
export type SignalMeter = (batch: Parts<NDArray>) => LayerSignal[];

/** A meter to be used many times: forward, backward and all figures are one program, compiled for the first batch. */
export function signalMeter(model: Model): SignalMeter {
  let layers: Layer[] = [];
  let places: Parts<number>;
  const measure = compile((...given: Tensor[]) => {
    const parts = mapParts(places, (place) => given[place] as Tensor);
    const applied: [Layer, Tensor][] = [];
    const own = new Set(model.layers.filter(({ className }) => className !== 'InputLayer'));
    const { total } = lossOn(model, parts, {
      training: false,
      onApplied(layer, _, outputs) {
        if (own.has(layer)) applied.push([layer, outputs[0] as Tensor]);
      },
    });
    layers = applied.map(([layer]) => layer);
    const weights = layers.flatMap(trainable).map((weight) => weight.read().node);
    const nodes = [...applied.map(([, output]) => output.node), ...weights];
    const gradients = backward(total.node, nodes).map((node) => new Tensor(node, true));
    return applied.flatMap(([layer, output], i) => {
      const from = layers.length + layers.slice(0, i).flatMap(trainable).length;
      const ofWeights = gradients.slice(from, from + trainable(layer).length);
      return [...outputFigures(layer, output), norm([gradients[i] as Tensor]), norm(ofWeights)];
    });
  });
  return (batch) => {
    model.buildFor(batch.inputs);
    let count = 0;
    places = mapParts(batch, () => count++);
    const figures = measure(...listParts(batch)).map((figure) => figure.item());
    const each = figures.length / Math.max(1, layers.length);
    return layers.map((layer, i) => signalOf(layer, figures.slice(i * each, (i + 1) * each)));
  };
}

function signalOf(layer: Layer, figures: readonly number[]): LayerSignal {
  const [mean = 0, spread = 0, zero = 0, dead = 0, saturated = 0, gradient = 0, weightGradient = 0] = figures;
  const activation = activationName(layer);
  const has = trainable(layer).length > 0;
  return {
    name: layer.name,
    className: layer.className,
    activation,
    units: layer.outputShape.at(-1) ?? 1,
    mean,
    deviation: Math.sqrt(spread),
    zero,
    dead: activation && CAN_DIE.has(activation) ? dead : undefined,
    saturated: activation && activation in SATURATION_BOUNDS ? saturated : undefined,
    gradientNorm: gradient,
    weightGradientNorm: has ? weightGradient : undefined,
    weightNorm: has ? normOf(matrices(layer).map((weight) => weight.value())) : undefined,
    updateRatio: undefined,
  };
}

/**
 * Sends one batch forward and its loss back through a model, and measures at every layer. Takes the next training step,
 * too, to see how far it goes, and takes it back.
 *
 * @param model compiled, and left as it was
 */
export function measureSignals(model: Model, x: Arrays, y: Arrays): LayerSignal[] {
  const batch = examplesOf(model, x, y);
  const signals = signalMeter(model)(batch);
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const ratios = updateRatios(model, [...layers.values()], batch);
  return signals.map((signal) => ({ ...signal, updateRatio: ratios.get(signal.name) }));
}

const trainable = (layer: Layer): readonly Variable[] => layer.weights.filter((weight) => weight.trainable);

/** Weights of two and more axes: biases start at 0, and a share of 0 says nothing. */
const matrices = (layer: Layer): Variable[] => trainable(layer).filter(({ shape }) => shape.length > 1);

/** Mean, variance, share of zeros, of units without a positive output, and of outputs at the bounds. */
function outputFigures(layer: Layer, output: Tensor): Tensor[] {
  const values = output.cast('float32').reshape([-1, output.shape.at(-1) ?? 1]); // [examples and places, units]
  const share = (condition: Tensor) => condition.cast('float32').mean();
  const [low, high] = SATURATION_BOUNDS[activationName(layer) ?? ''] ?? [
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  return [
    values.mean(),
    variance(values),
    share(equal(values, 0)),
    share(lessEqual(values.max(0), 0)),
    share(logicalOr(lessEqual(values, low), greaterEqual(values, high))),
  ];
}

/** The Euclidean norm over several tensors; scaled by the greatest, so that small squares are not lost. */
function norm(parts: readonly Tensor[]): Tensor {
  if (parts.length === 0) return tensor(0);
  const greatest = parts.map((part) => abs(part).max()).reduce((a, b) => a.add(b));
  const scale = greatest.add(1e-37);
  const squares = parts.map((part) => square(part.div(scale)).sum()).reduce((a, b) => a.add(b));
  return sqrt(squares).mul(scale);
}

function normOf(values: readonly NDArray[]): number {
  let total = 0;
  for (const { data } of values) for (const value of data) total += value * value;
  return Math.sqrt(total);
}

/** How far the next training step moves each layer's matrices, as a share of them; the step is taken back. */
function updateRatios(
  model: Model,
  layers: readonly Layer[],
  { inputs, targets }: Parts<NDArray>,
): Map<string, number> {
  model.compiled.optimizer.build(model.trainableWeights);
  const state = model.getState();
  const before = layers.map((layer) => matrices(layer).map((weight) => weight.value()));
  try {
    model.trainOnBatch(
      inputs,
      targets.filter((target) => target !== undefined),
    );
    return new Map(
      layers.flatMap((layer, i): [string, number][] => {
        const old = before[i] ?? [];
        const size = normOf(old);
        const moves = matrices(layer).map((weight, j) => difference(weight.value(), old[j]));
        return size === 0 ? [] : [[layer.name, normOf(moves) / size]];
      }),
    );
  } finally {
    model.setState(state);
  }
}

function difference(a: NDArray, b: NDArray | undefined): NDArray {
  return { ...a, data: Float32Array.from(a.data, (value, i) => value - (b?.data[i] ?? 0)) };
}
