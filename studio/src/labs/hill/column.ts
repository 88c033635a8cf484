import { type ExpressionGraph, ruleOf } from 'pellucid/explain';
import {
  add,
  call,
  derivativeOf,
  divide,
  type Expression,
  evaluate,
  Formula,
  multiply,
  number,
  type Operand,
  operand,
  operandsOf,
  power,
  subtract,
} from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { batchSizeOf, deviations, type Pair, type Path, type Taken } from './descent.ts';
import { type HillProperties, METHOD_TITLES } from './properties.ts';
import { type Bend, bendAt } from './terrain.ts';

/** Everything on screen, as it is put there: numbers, and how they come about. */
export class Sheet {
  readonly quantities: Record<string, number> = {};
  readonly formulas: Record<string, FormulaData> = {};
  readonly #constants = new Set<string>();

  /** Names of the settings that formulas use. */
  get constants(): readonly string[] {
    return [...this.#constants];
  }

  put(symbol: string, value: number, expression?: Expression): Operand {
    const result = operand(symbol, value);
    this.quantities[symbol] = value;
    if (expression) this.formulas[symbol] = formulaData(new Formula(result, expression));
    return result;
  }

  /** The settings α, β, β, … that an expression names, which belong to no method in particular. */
  settle(expression: Expression): void {
    for (const { symbol, value } of operandsOf(expression)) {
      if (symbol.includes('[')) continue;
      this.quantities[symbol] = value;
      this.#constants.add(symbol);
    }
  }
}

/** A method's numbers after the step one has walked to: by what the table calls them, their names. */
export interface Column {
  readonly names: Readonly<Record<string, string>>;
  readonly heights: readonly [start: number, now: number];
  readonly bend?: Bend;
  readonly product?: number;
  readonly limit?: number;
}

const AXES = ['x', 'y'] as const;
type Axis = (typeof AXES)[number];

export function columnOf(
  sheet: Sheet,
  expression: ExpressionGraph,
  path: Path,
  at: number,
  properties: HillProperties,
): Column {
  const title = METHOD_TITLES[path.method];
  const count = Math.min(at, path.steps.length);
  const now = path.steps[count - 1];
  const before = path.steps[count - 2] ?? path.start;
  const names: Record<string, string> = {};
  const put = (key: string, symbol: string, value: number, formula?: Expression): Operand => {
    names[key] = symbol;
    return sheet.put(symbol, value, formula);
  };
  const place = (now ?? path.start).place;
  const { learningRate, momentum = 0 } = path.optimizer.config();
  sheet.settle(operand('α', Number(learningRate)));
  if (momentum !== 0) sheet.settle(operand('β', Number(momentum)));
  if (now) putStep({ sheet, put, expression, path, now, before, title, count, properties });
  else AXES.forEach((axis, i) => void put(axis, `${axis}_t[${title}]`, place[i] ?? Number.NaN));
  const [x, y] = AXES.map((axis, i) => operand(`${axis}_t[${title}]`, place[i] ?? Number.NaN));
  const written = writtenAt(expression, [x, y]);
  const heightAt = (values: Pair) => expression.evaluate(used(expression, values)).value;
  const height = heightAt(place);
  put('f', `f[${title}]`, height, written);
  const bend = place.every(Number.isFinite) ? bendAt(expression.source, place) : undefined;
  const stability = bend && putBend(put, bend, written, title, path);
  return {
    names,
    heights: [heightAt(path.start.place), height],
    ...(bend && { bend }),
    ...stability,
  };
}

/** Values for those of x and y that the expression names. */
function used<T>(expression: ExpressionGraph, [x, y]: readonly [T, T]): Record<string, T> {
  return Object.fromEntries(Object.entries({ x, y }).filter(([name]) => expression.variables.includes(name)));
}

function writtenAt(expression: ExpressionGraph, [x, y]: readonly (Operand | undefined)[]): Expression {
  return x && y ? expression.written(used(expression, [x, y])) : number(Number.NaN);
}

type Put = (key: string, symbol: string, value: number, formula?: Expression) => Operand;

interface StepContext {
  readonly sheet: Sheet;
  readonly put: Put;
  readonly expression: ExpressionGraph;
  readonly path: Path;
  readonly now: Taken;
  readonly before: Pick<Taken, 'slots' | 'place'>;
  readonly title: string;
  /** The step's number, from 1. */
  readonly count: number;
  readonly properties: HillProperties;
}

/** The gradient where the method stood, what it keeps, its move, and the new place. */
function putStep(context: StepContext): void {
  const { sheet, put, expression, path, now, before, title, count } = context;
  const rate = operand('α', Number(path.optimizer.config().learningRate));
  const rule = ruleOf(path.optimizer, rate, count - 1);
  const old = AXES.map((axis, i) =>
    put(`${axis} before`, `${axis}_t−1[${title}]`, before.place[i] ?? Number.NaN),
  );
  const written = writtenAt(expression, old);
  AXES.forEach((axis, i) => {
    const slope = derivativeOf(written, `${axis}_t−1[${title}]`);
    const share = putNoise(context, axis, i);
    const gradient = put(
      `g ${axis}`,
      `g_t[${title} ${axis}]`,
      now.gradient[i] ?? Number.NaN,
      share ? add(slope, share) : slope,
    );
    const weight = old[i] ?? operand(axis, Number.NaN);
    const side = i === 0 ? 0 : 1;
    const kept = (moment: string, from: Taken['slots']) =>
      (rule?.slots ?? []).map(({ letter }, slot) =>
        operand(`${letter}_${moment}[${title} ${axis}]`, from[side][slot] ?? Number.NaN),
      );
    const [earlier, slots] = [kept('t−1', before.slots), kept('t', now.slots)];
    const numbers = { gradient, weight, before: earlier, slots };
    for (const [slot, { letter, next }] of (rule?.slots ?? []).entries()) {
      const [old, fresh] = [earlier[slot], slots[slot]];
      if (!old || !fresh) continue;
      const formula = next(old, numbers);
      sheet.settle(formula);
      sheet.put(old.symbol, old.value);
      // A velocity and a mean of gradients are of the gradient's kind, the others of its square's.
      const kind = letter === 'm' || path.optimizer.className === 'SGD' ? 'kept' : 'kept square';
      put(`${kind} ${axis}`, fresh.symbol, fresh.value, formula);
    }
    const change = rule?.change(numbers) ?? number(Number.NaN);
    sheet.settle(change);
    const move = put(`Δ${axis}`, `Δ${axis}_t[${title}]`, evaluate(change), change);
    put(axis, `${axis}_t[${title}]`, now.place[i] ?? Number.NaN, add(weight, move));
  });
}

/** What the batch adds to the gradient: the mean of its examples' deviations, times σ. */
function putNoise({ sheet, put, path, now, title, properties }: StepContext, axis: Axis, i: number) {
  if (!now.noise) return undefined;
  const all = deviations(properties.seed);
  const members = now.noise.batch.map((example) =>
    sheet.put(`c_${example + 1}[${axis}]`, all[example]?.[i] ?? Number.NaN),
  );
  const mean = divide(add(...members), batchSizeOf(path.method, properties));
  const expression = multiply(operand('σ', properties.noise), members.length > 1 ? mean : add(...members));
  sheet.settle(expression);
  return put(`n ${axis}`, `n_t[${title} ${axis}]`, now.noise.mean[i] ?? Number.NaN, expression);
}

/** The second derivatives, the eigenvalues they make, and what α times the greatest may be. */
function putBend(put: Put, bend: Bend, written: Expression, title: string, path: Path) {
  const [byX, byY] = AXES.map((axis) => derivativeOf(written, `${axis}_t[${title}]`));
  const second = (first: Expression | undefined, axis: Axis) =>
    first && derivativeOf(first, `${axis}_t[${title}]`);
  const xx = put('h xx', `h_xx[${title}]`, bend.xx, second(byX, 'x'));
  const xy = put('h xy', `h_xy[${title}]`, bend.xy, second(byX, 'y'));
  const yy = put('h yy', `h_yy[${title}]`, bend.yy, second(byY, 'y'));
  const root = call('sqrt', add(power(subtract(xx, yy), 2), multiply(4, power(xy, 2))));
  const trace = add(xx, yy);
  const greatest = put('λmax', `λ_max[${title}]`, bend.greatest, divide(add(trace, root), 2));
  const least = put('λmin', `λ_min[${title}]`, bend.least, divide(subtract(trace, root), 2));
  if (bend.least > 0) put('κ', `κ[${title}]`, bend.greatest / bend.least, divide(greatest, least));
  if (path.optimizer.className !== 'SGD') return {};
  const { learningRate, momentum, nesterov } = path.optimizer.config();
  const rate = operand('α', Number(learningRate));
  const kept = operand('β', Number(momentum));
  const product = put('αλ', `α·λ_max[${title}]`, rate.value * bend.greatest, multiply(rate, greatest));
  const twice = kept.value === 0 ? number(2) : multiply(2, add(1, kept));
  const bound = nesterov === true ? divide(twice, add(1, multiply(2, kept))) : twice;
  const limit = put('limit', `limit[${title}]`, evaluate(bound), bound);
  return { product: product.value, limit: limit.value };
}
