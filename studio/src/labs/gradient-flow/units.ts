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

/** A column of [rows, columns], each number by a name of its row. */
function columnOf(of: Tensor, column: number, name: (row: number) => string): Operand[] {
  const [rows = 1, columns = 1] = of.shape;
  const values = valuesOf(of);
  return Array.from({ length: rows }, (_, i) =>
    operand(name(i + 1), values[i * columns + column] ?? Number.NaN),
  );
}

/** The numbers of a layer's units, from what single examples and weights have to do with them. */
export function addUnits(
  numbers: Numbers,
  l: number,
  pass: LayerPass,
  kind: BlockKind,
  weights: Weights,
): void {
  const lists = [pass.means, pass.variances, pass.gradientLengths, pass.weightLengths, pass.counts];
  const columns = lists.map(valuesOf);
  const biases = valuesOf(pass.biasGradient);
  for (let j = 1; j <= biases.length; j++) {
    const names = unitNames(l, j);
    const [meanValue, variance, gradient, length, count] = columns.map(
      (values) => values[j - 1] ?? Number.NaN,
    ) as [number, number, number, number, number];
    const total = (
      name: string,
      terms: readonly Operand[],
      of: (term: Operand) => Expression = (term) => term,
    ) => {
      const any = (terms[0]?.symbol ?? '').replace(/\[\d+\]$/, '[i]');
      return numbers.total(`${name}_${l},${j}`, terms.map(of), 'i', of(operand(any, Number.NaN)));
    };
    const square = (value: Operand) => power(value, 2);

    const outputs = columnOf(pass.output, j - 1, (i) => `a_${l},${j}[${i}]`);
    const mean = numbers.measured(names.mean, meanValue, divide(total('Σa', outputs), outputs.length));
    const distances = total('Σ(a−m)²', outputs, (a) => power(subtract(a, mean), 2));
    numbers.measured(names.variance, variance, divide(distances, outputs.length));

    const back = columnOf(pass.gradient, j - 1, (i) => `e_${l},${j}[${i}]`);
    numbers.measured(names.gradient, gradient, call('sqrt', total('Σe²', back, square)));

    const byWeights = columnOf(pass.weightGradient, j - 1, (i) => `g_${l},${j}[${i}]`);
    const byBias = operand(`g_${l},${j}[bias]`, biases[j - 1] ?? Number.NaN);
    numbers.measured(
      names.weights,
      length,
      call('sqrt', add(total('Σg²', byWeights, square), square(byBias))),
    );

    if (!canDie(kind.activation) && !canSaturate(kind.activation)) continue;
    // Of a residual layer the outputs listed have the inputs added: the count is of what was there before.
    const counted = kind.residual ? undefined : countedOf(kind.activation);
    const terms = outputs.map((a) => counted?.(a)).filter((term) => term !== undefined);
    const any = counted?.(operand(`a_${l},${j}[i]`, Number.NaN));
    numbers.measured(names.count, count, any && sum(terms, { index: 'i', general: any }));
  }
  addWeightSquare(numbers, l, weights);
}

/** The mean of the squared weights, where the page has it. */
function addWeightSquare(numbers: Numbers, l: number, { matrix }: Weights): void {
  const name = `ω_${l}`;
  const known = numbers.value(name);
  if (Number.isNaN(known)) return;
  const square = (i: number | string, w: number) => power(operand(`w_${l}[${i}]`, w), 2);
  const squares = valuesOf(matrix).map((w, i) => square(i + 1, w));
  const total = numbers.total(`Σw²_${l}`, squares, 'i', square('i', Number.NaN));
  numbers.measured(name, known, divide(total, squares.length));
}

/** 1 for an output that counts as on, or as saturated. */
function countedOf(activation: string): (a: Operand) => Expression {
  const [low, high] = SATURATION_BOUNDS[activation] ?? [0, 0];
  if (canDie(activation)) return (a) => call('less', 0, a);
  return (a) => call('less', (high - low) / 2, call('abs', subtract(a, (low + high) / 2)));
}
