import type { Tensor } from 'pellucid';
import { SATURATION_BOUNDS } from 'pellucid/explain';
import {
  add,
  call,
  divide,
  type Expression,
  type Operand,
  operand,
  power,
  subtract,
  sum,
} from 'pellucid/units';
import { type BlockKind, canDie, canSaturate, type LayerPass } from './blocks.ts';
import { valuesOf } from './layers.ts';
import { unitNames } from './names.ts';
import type { Weights } from './network.ts';
import type { Numbers } from './numbers.ts';

/** One unit of a layer: where its numbers are, and where they go. */
interface Unit {
  readonly numbers: Numbers;
  readonly l: number;
  readonly j: number;
  readonly pass: LayerPass;
  readonly names: ReturnType<typeof unitNames>;
}

/** Its number of [units]. */
const own = ({ j }: Unit, of: Tensor): number => Number(of.value().data[j - 1]);

/** Its column of [rows, units]: `letter`, its place, and the row. */
function columnOf({ l, j }: Unit, letter: string, of: Tensor): Operand[] {
  const [rows = 1, columns = 1] = of.shape;
  const { data } = of.value();
  return Array.from({ length: rows }, (_, i) =>
    operand(`${letter}_${l},${j}[${i + 1}]`, Number(data[i * columns + j - 1])),
  );
}

/** Any number of a column. */
const anyOf = ({ l, j }: Unit, letter: string): Operand => operand(`${letter}_${l},${j}[i]`, Number.NaN);

/** The sum over a column, as a number of its own. */
function totalOf(
  unit: Unit,
  name: string,
  letter: string,
  of: Tensor,
  term: (each: Operand) => Expression,
): Operand {
  const { numbers, l, j } = unit;
  const terms = columnOf(unit, letter, of).map(term);
  return numbers.total(`${name}_${l},${j}`, terms, 'i', term(anyOf(unit, letter)));
}

const square = (value: Operand): Expression => power(value, 2);

/** The numbers of a layer's units, from what single examples and weights have to do with them. */
export function addUnits(
  numbers: Numbers,
  l: number,
  pass: LayerPass,
  kind: BlockKind,
  weights: Weights,
): void {
  for (let j = 1; j <= pass.biasGradient.size; j++) {
    const unit = { numbers, l, j, pass, names: unitNames(l, j) };
    addOutputs(unit);
    addGradients(unit);
    addCount(unit, kind);
  }
  addWeightSquare(numbers, l, weights);
}

function addOutputs(unit: Unit): void {
  const { numbers, names, pass } = unit;
  const { output, means, variances } = pass;
  const [examples = 1] = output.shape;
  const total = totalOf(unit, 'Σa', 'a', output, (a) => a);
  const mean = numbers.measured(names.mean, own(unit, means), divide(total, examples));
  const distances = totalOf(unit, 'Σ(a−m)²', 'a', output, (a) => power(subtract(a, mean), 2));
  numbers.measured(names.variance, own(unit, variances), divide(distances, examples));
}

function addGradients(unit: Unit): void {
  const { numbers, names, pass, l, j } = unit;
  const back = totalOf(unit, 'Σe²', 'e', pass.gradient, square);
  numbers.measured(names.gradient, own(unit, pass.gradientLengths), call('sqrt', back));
  const byWeights = totalOf(unit, 'Σg²', 'g', pass.weightGradient, square);
  const byBias = operand(`g_${l},${j}[bias]`, own(unit, pass.biasGradient));
  numbers.measured(
    names.weights,
    own(unit, pass.weightLengths),
    call('sqrt', add(byWeights, square(byBias))),
  );
}

/** For how many examples it is on, or saturated. */
function addCount(unit: Unit, { activation, residual }: BlockKind): void {
  const { numbers, names, pass } = unit;
  if (!(canDie(activation) || canSaturate(activation)) || !Number.isFinite(own(unit, pass.means))) return;
  const counted = countedOf(activation);
  const terms = columnOf(unit, 'a', pass.output).map(counted);
  const count = sum(terms, { index: 'i', general: counted(anyOf(unit, 'a')) });
  // The outputs of a residual layer have its inputs added: it was counted what was there before.
  numbers.measured(names.count, own(unit, pass.counts), residual ? undefined : count);
}

/** 1 for an output that counts as on, or as saturated. */
function countedOf(activation: string): (a: Operand) => Expression {
  if (canDie(activation)) return (a) => call('less', 0, a);
  const [low, high] = SATURATION_BOUNDS[activation] ?? [Number.NaN, Number.NaN];
  return (a) => call('less', (high - low) / 2, call('abs', subtract(a, (low + high) / 2)));
}

/** The mean of the squared weights, where the page has it. */
function addWeightSquare(numbers: Numbers, l: number, { matrix }: Weights): void {
  const name = `ω_${l}`;
  const known = numbers.value(name);
  if (Number.isNaN(known)) return;
  const term = (i: number | string, w: number) => square(operand(`w_${l}[${i}]`, w));
  const squares = valuesOf(matrix).map((w, i) => term(i + 1, w));
  const total = numbers.total(`Σw²_${l}`, squares, 'i', term('i', Number.NaN));
  numbers.measured(name, known, divide(total, squares.length));
}
