import '../../worker/engine.ts';
import { grad, sum, type Tensor, tensor, valueAndGrad } from 'pellucid';
import { displayed, formula, multiply, number, type Operand, operand } from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { FUNCTIONS } from './functions.ts';
import {
  type ActivationName,
  type ActivationProperties,
  gradientName,
  listedName,
  Z_RANGE,
} from './properties.ts';

/** The curve of f and of its slope. */
export interface Curve {
  readonly z: readonly number[];
  readonly f: readonly number[];
  readonly slope: readonly number[];
}

export interface ActivationResult extends LabResult {
  readonly curve: Curve;
  readonly range: readonly [low: number, high: number];
  /** Where the curve's numbers are listed. */
  readonly listed: readonly number[];
  /** g₁, g₂, … as far as the gradient has come, and what becomes of it in all. */
  readonly gradients: readonly number[];
  readonly whole: number;
  readonly length: number;
}

/** f and f′ at many places at once, by the library's activations and its reverse mode. */
function curveOf(name: ActivationName, z: readonly number[]): Curve {
  const { compute } = FUNCTIONS[name];
  const places = tensor([...z]);
  const slope = grad((x: Tensor) => sum(compute(x)))(places);
  return { z, f: [...compute(places).dataSync()].map(Number), slope: [...slope.dataSync()].map(Number) };
}

const SAMPLES = 193;
const samples = Array.from(
  { length: SAMPLES },
  (_, i) => Z_RANGE.min + ((Z_RANGE.max - Z_RANGE.min) * i) / (SAMPLES - 1),
);
const LISTED = Array.from({ length: Z_RANGE.max - Z_RANGE.min + 1 }, (_, i) => Z_RANGE.min + i);
const curves = new Map<ActivationName, { readonly drawn: Curve; readonly listed: Curve }>();

function curvesOf(name: ActivationName) {
  const found = curves.get(name) ?? { drawn: curveOf(name, samples), listed: curveOf(name, LISTED) };
  curves.set(name, found);
  return found;
}

/**
 * ∂a_n/∂z_k of a chain of units, the last layer's first, by one reverse pass. Each has the weight 1 and the bias
 * z − f(z), so that all meet the same z.
 */
function gradientsOf(name: ActivationName, z: number, depth: number): number[] {
  const { compute } = FUNCTIONS[name];
  const net = tensor(z);
  const bias = net.sub(compute(net));
  const chain = (...shifts: readonly Tensor[]) =>
    shifts.reduce((output, shift, layer) => compute((layer === 0 ? net : output.add(bias)).add(shift)), net);
  const shifts = Array.from({ length: depth }, () => tensor(0));
  const [, gradients] = valueAndGrad(chain)(...shifts);
  return gradients.map((gradient) => gradient.item()).reverse();
}

/** The function at z, its slope there, and what a chain of such slopes leaves of a gradient. */
export function compute({ f: name, x: z, depth, at }: ActivationProperties): ActivationResult {
  const { range } = FUNCTIONS[name];
  const { drawn, listed } = curvesOf(name);
  const here = curveOf(name, [z]);
  const [value = Number.NaN, slope = Number.NaN] = [here.f[0], here.slope[0]];
  const gradients = gradientsOf(name, z, depth);
  const taken = Math.min(at, depth);
  const passed = gradients.slice(0, taken);
  const last = passed.at(-1) ?? 1;
  const formulas: Record<string, FormulaData> = { ...formulasAt(name, operand('z', z), value, slope, '') };
  for (const [i, listedZ] of LISTED.entries()) {
    const place = listedName('', listedZ);
    Object.assign(
      formulas,
      formulasAt(name, number(listedZ), listed.f[i] ?? Number.NaN, listed.slope[i] ?? Number.NaN, place),
    );
  }
  for (const [i, gradient] of passed.entries()) {
    const before = operand(gradientName(i), passed[i - 1] ?? 1);
    const result = operand(gradientName(i + 1), gradient);
    formulas[result.symbol] = formulaData(formula(result, multiply(before, operand('f′', slope))));
  }
  return {
    quantities: {
      ...{ z, f: value, 'f′': slope, [gradientName(0)]: 1 },
      ...Object.fromEntries(passed.map((gradient, i) => [gradientName(i + 1), gradient])),
      ...Object.fromEntries(
        LISTED.flatMap((listedZ, i) => [
          [listedName('f', listedZ), listed.f[i] ?? Number.NaN],
          [listedName('f′', listedZ), listed.slope[i] ?? Number.NaN],
        ]),
      ),
    },
    formulas,
    ...{ curve: drawn, range, listed: LISTED, gradients: passed, length: depth },
    whole: gradients.at(-1) ?? 1,
    focus: taken === 0 ? 'f′' : gradientName(taken),
    said:
      taken === 0
        ? 'The gradient of 1 waits behind the last layer.'
        : `Through ${taken === 1 ? 'one layer' : `${taken} layers`}: ${displayed(last).text} of 1 is left.`,
    summary: `${name} at z = ${displayed(z).text}: value ${displayed(value).text}, slope ${displayed(slope).text}. After ${taken} of ${depth} layers the gradient is ${displayed(last).text}.`,
  };
}

/** The formulas of f and f′ at one place, by the names they have there. */
function formulasAt(
  name: ActivationName,
  z: Operand | ReturnType<typeof number>,
  value: number,
  slope: number,
  place: string,
): Record<string, FormulaData> {
  const [f, derivative] = [operand(`f${place}`, value), operand(`f′${place}`, slope)];
  return {
    [f.symbol]: formulaData(formula(f, FUNCTIONS[name].value(z))),
    [derivative.symbol]: formulaData(formula(derivative, FUNCTIONS[name].slope(z, f))),
  };
}
