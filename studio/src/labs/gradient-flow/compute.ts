import type { Tensor } from 'pellucid';
import { type LayerSignal, signalVerdicts, type Verdict } from 'pellucid/explain';
import { call, displayed, divide, operand, power } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { LOSS_NAMES, type LossName } from '../../losses.ts';
import type { Work } from '../../worker/protocol.ts';
import { type BlockKind, canDie, canSaturate, type LayerPass } from './blocks.ts';
import { addFactors, addLayer, valuesOf } from './layers.ts';
import { type LayerNames, layerNames } from './names.ts';
import type { Batch, Network, Weights } from './network.ts';
import { Numbers } from './numbers.ts';
import { type Opened, Opener } from './opening.ts';
import { type FlowProperties, isCarried, MOST_STEPS, START_NAMES } from './properties.ts';
import { type Pass, trained } from './training.ts';
import { troubleOf } from './trouble.ts';
import { addUnits } from './units.ts';

export interface FlowResult extends LabResult {
  readonly layers: readonly (LayerNames & {
    readonly title: string;
    readonly units: number;
    readonly activation: string;
    /** What its share is of. */
    readonly counts: 'dead' | 'saturated' | undefined;
  })[];
  /** The layer whose units are listed. */
  readonly listed: number;
  readonly examples: number;
  readonly verdicts: readonly (Verdict & { readonly numbers: readonly (readonly [string, string])[] })[];
  /** Why a number is none. */
  readonly trouble: string | undefined;
  readonly carried: boolean;
  /** ‖∂L/∂a‖ of the first layer over that of the last. */
  readonly flow: number;
  /** What other labs need of the network, where its layers are plain ones: they know no normalisation. */
  readonly parts: NetworkParts | undefined;
  /** The loss before each step that was taken here, as far as it is known. */
  readonly losses: readonly number[];
  readonly length: number;
}

/** A network and an example of it: layer by layer the weights, then the biases; and what each layer puts out. */
export interface NetworkParts {
  readonly sizes: readonly number[];
  readonly activations: readonly string[];
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  readonly input: readonly number[];
  readonly target: readonly number[];
  readonly outputs: readonly (readonly number[])[];
  readonly loss: LossName;
}

/** The network after the steps taken: what arrives of the gradient in each layer, and what becomes of the signals. */
export async function compute(
  properties: FlowProperties,
  work?: Pick<Work, 'breathe' | 'signal'>,
): Promise<FlowResult> {
  const { network, pass, now, losses, batch } = await trained(properties, work);
  const { kinds } = network;
  const numbers = new Numbers();
  const count = pass.layers.length;
  const listed = Math.min(properties.layer, count);
  for (const [at, layer] of pass.layers.entries()) addLayer(numbers, at + 1, layer, kinds[at] as BlockKind);
  for (let l = 2; l < count; l++)
    addFactors(numbers, l, pass.layers[l - 1] as LayerPass, kinds[l - 1] as BlockKind);
  const [layer, kind, weights] = [pass.layers[listed - 1], kinds[listed - 1], now[listed - 1]];
  if (layer && kind && weights) addUnits(numbers, listed, layer, kind, weights);
  addWhole(numbers, pass, properties);

  const trouble = troubleOf(losses, pass, properties.at);
  const signals = signalsOf(numbers, network, pass);
  const verdicts = trouble ? [] : signalVerdicts(signals);
  const flow = numbers.value('R');
  const said = saidOf(properties, losses, flow, trouble);
  return {
    quantities: numbers.quantities,
    formulas: numbers.formulas,
    layers: kinds.map(({ activation }, at) => ({
      ...layerNames(at + 1),
      title: titleOf(at + 1, count),
      units: network.sizes[at + 1] ?? 0,
      activation,
      counts: canDie(activation) ? 'dead' : canSaturate(activation) ? 'saturated' : undefined,
    })),
    ...{ listed, flow, losses, said, trouble, carried: isCarried(properties) },
    parts: partsOf(network, now, pass, batch),
    examples: batch.x.shape[0] ?? 0,
    verdicts: verdicts.map((verdict) => ({ ...verdict, numbers: numbersOf(verdict, signals) })),
    length: MOST_STEPS,
    focus: `lg G_1` in numbers.quantities ? 'lg G_1' : 'G_1',
    summary: summaryOf(properties, network, numbers),
  };
}

/** The weights as they are, with the first example. */
function partsOf(
  { sizes, kinds, loss }: Network,
  weights: readonly Weights[],
  { layers }: Pass,
  { x, y }: Batch,
): NetworkParts | undefined {
  if (kinds.some(({ normalization, residual }) => normalization !== 'none' || residual)) return undefined;
  const flat = (of: (layer: Weights) => Tensor) =>
    Float32Array.from(weights.flatMap((layer) => valuesOf(of(layer))));
  const first = (of: Tensor) => valuesOf(of).slice(0, of.shape[1] ?? 1);
  return {
    sizes,
    activations: kinds.map(({ activation }) => activation),
    weights: flat(({ matrix }) => matrix),
    biases: flat(({ bias }) => bias),
    ...{ input: first(x), target: first(y), outputs: layers.map(({ output }) => first(output)), loss },
  };
}

/** A number that is not on the page until it is asked for: an example's way through a unit and back, a weight's step. */
export async function open(
  { properties, name }: { readonly properties: FlowProperties; readonly name: string },
  work?: Pick<Work, 'breathe' | 'signal'>,
): Promise<Opened | undefined> {
  const run = await trained(properties, work);
  return new Opener(run, run.pass, properties).open(name);
}

const titleOf = (l: number, count: number): string => (l === count ? 'output' : `layer ${l}`);

/** The loss, the length of all gradients and what clipping makes of it, and how the first layer compares with the last. */
function addWhole(numbers: Numbers, pass: Pass, properties: FlowProperties): void {
  const losses = valuesOf(pass.losses);
  const last = pass.layers.length;
  const each = losses.map((loss, i) => operand(`ℓ[${i + 1}]`, loss));
  const all = numbers.total('Σℓ', each, 'i', operand('ℓ[i]', Number.NaN));
  numbers.measured('L', pass.loss, divide(all, losses.length));

  const squared = (l: number | string) =>
    power(operand(`G_${l}`, typeof l === 'number' ? numbers.value(`G_${l}`) : Number.NaN), 2);
  const squares = numbers.total(
    'ΣG²',
    pass.layers.map((_, at) => squared(at + 1)),
    'l',
    squared('l'),
  );
  const total = numbers.derived('G', call('sqrt', squares));
  if (properties.clip === 'norm') {
    const limit = numbers.measured('limit', properties.limit);
    numbers.derived('factor', divide(limit, call('max', total, limit)));
  } else if (properties.clip === 'value') numbers.measured('limit', properties.limit);
  numbers.measured('α', properties.a);

  const known = (name: string) => operand(name, numbers.value(name));
  numbers.derived('R', divide(known('A_1'), known(`A_${last}`)));
  if (last > 2) numbers.derived('S', call('sqrt', divide(known(`v_${last - 1}`), known('v_1'))));
}

/** What the library's verdicts are given: its own names for what was measured at each layer. */
function signalsOf(numbers: Numbers, { kinds }: Network, { layers }: Pass): LayerSignal[] {
  return layers.map((layer, at) => {
    const { activation } = kinds[at] as BlockKind;
    const [names, weights] = [layerNames(at + 1), layer.weightGradient.size];
    const share =
      canDie(activation) || canSaturate(activation) ? numbers.value(names.share) / 100 : undefined;
    return {
      name: titleOf(at + 1, layers.length),
      className: 'Dense',
      activation: activation === 'linear' ? undefined : activation,
      units: layer.output.shape[1] ?? 1,
      mean: numbers.value(names.mean),
      deviation: Math.sqrt(numbers.value(names.variance)),
      zero: layer.zero.item(),
      dead: canDie(activation) ? share : undefined,
      saturated: canSaturate(activation) ? share : undefined,
      gradientNorm: numbers.value(names.gradientNorm),
      weightGradientNorm: numbers.value(names.norm),
      weightNorm: Math.sqrt(weights * layer.weightSquare.item()),
      updateRatio: undefined,
    };
  });
}

/** The numbers on the page that a verdict measured: what it calls them, and their names. */
function numbersOf({ topic }: Verdict, signals: readonly LayerSignal[]): (readonly [string, string])[] {
  const greatest = (of: (signal: LayerSignal) => number | undefined) =>
    signals.reduce(
      (best, signal, at) => ((of(signal) ?? -1) > (of(signals[best] as LayerSignal) ?? -1) ? at : best),
      0,
    );
  if (topic === 'gradient flow') {
    return [
      ['first', 'A_1'],
      ['last', `A_${signals.length}`],
      ['ratio', 'R'],
    ];
  }
  if (topic === 'activations') {
    return [
      ['first variance', 'v_1'],
      ['last variance', `v_${signals.length - 1}`],
      ['ratio of deviations', 'S'],
    ];
  }
  if (topic === 'dead units') return [['dead, %', `s_${greatest(({ dead }) => dead) + 1}`]];
  return [['saturated, %', `s_${greatest(({ saturated }) => saturated) + 1}`]];
}

function saidOf(
  { at }: FlowProperties,
  losses: readonly number[],
  flow: number,
  trouble: string | undefined,
): string {
  if (trouble)
    return at === 0 ? 'These weights are too large to begin with.' : 'The training has broken down.';
  const share = `the first layer gets ${displayed(flow).text} times the gradient of the last`;
  if (at === 0) return `Before training: ${share}.`;
  const loss = (step: number) => displayed(losses[step] ?? Number.NaN).text;
  return `After ${at === 1 ? 'one step' : `${at} steps`} the loss is ${loss(at)}, from ${loss(0)}; ${share}.`;
}

function summaryOf(properties: FlowProperties, { sizes, kinds, loss }: Network, numbers: Numbers): string {
  const { start, norm, skip, clip } = properties;
  const what = isCarried(properties)
    ? `A ${sizes.join('-')} network from another lab, loss ${LOSS_NAMES[loss]}`
    : `${sizes.length - 2} layers of ${sizes[1]} ${kinds[0]?.activation} units, ${START_NAMES[start]} weights${
        norm === 'none' ? '' : `, ${norm} normalisation`
      }${skip ? ', residual connections' : ''}${clip === 'none' ? '' : `, gradients clipped by ${clip}`}`;
  const text = (name: string) => displayed(numbers.value(name)).text;
  return `${what}: ‖∂L/∂W‖ is ${text('G_1')} in the first layer and ${text(`G_${kinds.length}`)} in the last; the outputs’ variance goes from ${text('v_1')} to ${text(`v_${kinds.length - 1}`)}.`;
}
