import type { Tensor } from 'pellucid';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  named,
  type Operand,
  operand,
  power,
  subtract,
} from 'pellucid/units';
import { type BlockKind, canDie, canSaturate, type LayerPass } from './blocks.ts';
import { layerNames, unitNames } from './names.ts';
import type { Numbers } from './numbers.ts';

/** A tensor's numbers, exactly. */
export const valuesOf = (of: Tensor): number[] => Array.from(of.value().data, Number);

const log10 = named('log₁₀', Math.log10, { latex: '\\log_{10}', words: 'the power of ten that gives' });

/** The square of each unit's number, in all. */
function squares(
  numbers: Numbers,
  total: string,
  name: (j: number | string) => string,
  values: readonly number[],
): Operand {
  const square = (j: number | string, value: number) => power(operand(name(j), value), 2);
  return numbers.total(
    total,
    values.map((value, j) => square(j + 1, value)),
    'j',
    square('j', Number.NaN),
  );
}

/** What a layer's numbers come to from those of its units. */
export function addLayer(numbers: Numbers, l: number, pass: LayerPass, kind: BlockKind): void {
  const names = layerNames(l);
  const [examples = 1, units = 1] = pass.output.shape;
  const name = (key: keyof ReturnType<typeof unitNames>) => (j: number | string) => unitNames(l, j)[key];

  const lengths = squares(numbers, `ΣG²_${l}`, name('weights'), valuesOf(pass.weightLengths));
  const norm = numbers.derived(names.norm, call('sqrt', lengths));
  // Of 0 there is no logarithm: nothing arrives.
  if (norm.value > 0) numbers.derived(names.log, call(log10, norm));
  addSpread(numbers, l, pass);

  const gradients = squares(numbers, `ΣA²_${l}`, name('gradient'), valuesOf(pass.gradientLengths));
  const length = numbers.derived(names.gradientNorm, call('sqrt', gradients));
  numbers.derived(names.gradient, divide(power(length, 2), multiply(examples, units)));
  addShare(numbers, l, pass, kind);
}

/** Mean and variance of all outputs of a layer: the variances of its units, and how far their means lie apart. */
function addSpread(numbers: Numbers, l: number, pass: LayerPass): void {
  const [means, variances] = [valuesOf(pass.means), valuesOf(pass.variances)];
  const meanOf = (j: number | string) =>
    operand(unitNames(l, j).mean, typeof j === 'number' ? (means[j - 1] ?? 0) : Number.NaN);
  const all = numbers.total(
    `Σm_${l}`,
    means.map((_, j) => meanOf(j + 1)),
    'j',
    meanOf('j'),
  );
  const mean = numbers.derived(layerNames(l).mean, divide(all, means.length));
  const spread = (j: number | string, variance: number) =>
    add(operand(unitNames(l, j).variance, variance), power(subtract(meanOf(j), mean), 2));
  const spreads = variances.map((variance, j) => spread(j + 1, variance));
  const whole = numbers.total(`Σv_${l}`, spreads, 'j', spread('j', Number.NaN));
  numbers.derived(layerNames(l).variance, divide(whole, means.length));
}

/** The share of dead units, or of saturated outputs, in percent. */
function addShare(numbers: Numbers, l: number, pass: LayerPass, { activation }: BlockKind): void {
  const [examples = 1, units = 1] = pass.output.shape;
  const counts = valuesOf(pass.counts).map((count, j) => operand(unitNames(l, j + 1).count, count));
  const counted = operand(unitNames(l, 'j').count, Number.NaN);
  const share = (of: (count: Operand) => Expression, all: number) => {
    const total = numbers.total(`Σc_${l}`, counts.map(of), 'j', of(counted));
    numbers.derived(layerNames(l).share, multiply(100, divide(total, all)));
  };
  // What is no number is neither on nor off.
  if (!valuesOf(pass.means).every(Number.isFinite)) return;
  if (canDie(activation)) share((count) => call('equal', count, 0), units);
  if (canSaturate(activation)) share((count) => count, examples * units);
}

/**
 * What a layer makes of the variance of gradients on their way back to the layer before: as measured, and as it should
 * be where weights, slopes and gradients have nothing to do with each other, units · E[w²] · E[f′²].
 *
 * @see He et al., "Delving deep into rectifiers", 2015, equation 13
 */
export function addFactors(numbers: Numbers, l: number, pass: LayerPass, kind: BlockKind): void {
  const [before, here] = [layerNames(l - 1).gradient, layerNames(l).gradient].map((name) =>
    operand(name, numbers.value(name)),
  );
  if (!before || !here || here.value === 0) return;
  numbers.derived(layerNames(l).measured, divide(before, here));
  if (kind.normalization !== 'none') return;
  const factor = multiply(
    operand(`n_${l}`, pass.output.shape[1] ?? 1),
    numbers.measured(`ω_${l}`, pass.weightSquare.item()),
    numbers.measured(`φ_${l}`, pass.slopeSquare.item()),
  );
  numbers.derived(layerNames(l).expected, kind.residual ? add(1, factor) : factor);
}
