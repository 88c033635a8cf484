import type { NDArray } from 'pellucid';
import { activationRow } from 'pellucid/explain';
import {
  add,
  call,
  divide,
  type Expression,
  evaluate,
  Formula,
  multiply,
  nodeNames,
  number,
  type Operand,
  operand,
  power,
  subtract,
  sum,
} from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import type { Probe } from './network.ts';
import type { PlaygroundProperties } from './properties.ts';
import type { Task } from './task.ts';

/** Numbers on screen by their names, and how they come about. */
export interface Found {
  readonly quantities: Record<string, number>;
  readonly formulas: Record<string, FormulaData>;
}

/** Puts a number among those found; its formula is what it comes to, where there is one. */
function put({ quantities, formulas }: Found, name: string, value: number, expression?: Expression): Operand {
  quantities[name] = value;
  const result = operand(name, value);
  if (expression) formulas[name] = formulaData(new Formula(result, expression));
  return result;
}

export type Names = ReturnType<typeof nodeNames>;
export const namesOf = (sizes: readonly number[]): Names => nodeNames({ sizes });

/** Every weight and bias; then the example's way through the network, each number with its formula. */
export function openNetwork(
  found: Found,
  { sizes, activations }: Probe,
  weights: readonly NDArray[],
  task: Task,
  example: number,
  outputs: readonly NDArray[],
): void {
  const names = namesOf(sizes);
  const width = sizes[0] ?? 0;
  let before = Array.from({ length: width }, (_, i) =>
    put(found, names.output(0, i), task.inputs.data[example * width + i] ?? 0, task.formula?.(example, i)),
  );
  if (task.formula) {
    found.quantities.x = task.plane.x[example] ?? 0;
    if (task.plane.axes === 2) found.quantities.y = task.plane.y[example] ?? 0;
  }
  for (const [l, activation] of activations.entries()) {
    const [kernel, bias] = [weights[2 * l], weights[2 * l + 1]];
    const units = sizes[l + 1] ?? 0;
    const nets = Array.from({ length: units }, (_, j) => {
      const terms = before.map((from, i) => {
        const name = names.weight(l, i, j);
        return multiply(put(found, name, kernel?.data[i * units + j] ?? 0), from);
      });
      const theta = put(found, names.bias(l + 1, j), bias?.data[j] ?? 0);
      const general = multiply(operand('w_ij', 0), operand(l === 0 ? 'x_i' : 'O_i', 0));
      const net = add(sum(terms, { index: 'i', general }), theta);
      return put(found, names.net(l + 1, j), evaluate(net), net);
    });
    before = nets.map((net, j) => {
      const value = outputs[l]?.data[j] ?? Number.NaN;
      return put(found, names.output(l + 1, j), value, activationRow(activation).outputs[0]?.(net, nets));
    });
  }
}

/** The example's targets and its loss. */
export function openLoss(
  found: Found,
  { sizes }: Probe,
  properties: PlaygroundProperties,
  task: Task,
  example: number,
): void {
  const names = namesOf(sizes);
  const last = sizes.length - 1;
  const units = sizes[last] ?? 1;
  const label = task.labels[example] ?? 0;
  const of = (name: string) => operand(name, found.quantities[name] ?? Number.NaN);
  const targets = Array.from({ length: units }, (_, k) =>
    put(found, names.target(last, k), task.kind === 'classes' ? Number(label === k) : label),
  );
  const nets = targets.map((_, k) => of(names.net(last, k)));
  const outputs = targets.map((_, k) => of(names.output(last, k)));
  const each = (term: (t: Expression, o: Expression) => Expression) => {
    const terms = targets.map((t, k) => term(t, outputs[k] ?? number(0)));
    return units === 1 ? (terms[0] ?? number(0)) : divide(add(...terms), units);
  };
  const expression = lossExpression(properties, task, { nets, targets, each });
  put(found, 'L', evaluate(expression), expression);
}

function lossExpression(
  { loss }: PlaygroundProperties,
  { kind }: Task,
  {
    nets,
    targets,
    each,
  }: {
    readonly nets: readonly Expression[];
    readonly targets: readonly Expression[];
    readonly each: (term: (t: Expression, o: Expression) => Expression) => Expression;
  },
): Expression {
  if (loss === 'mae') return each((t, o) => call('abs', subtract(t, o)));
  if (loss === 'huber') {
    return each((t, o) => {
      const size = call('abs', subtract(t, o));
      return call('where', call('less', size, 1), multiply(0.5, power(size, 2)), subtract(size, 0.5));
    });
  }
  if (loss === 'mse' || kind === 'regression') return each((t, o) => power(subtract(t, o), 2));
  const [net = number(0)] = nets;
  if (kind === 'binary') {
    // ln(1 + e^I) − t·I; for positive I from the other side, so that nothing overflows.
    const [t = number(0)] = targets;
    return evaluate(net) > 0
      ? add(call('log1p', call('exp', multiply(-1, net))), multiply(subtract(1, t), net))
      : subtract(call('log1p', call('exp', net)), multiply(t, net));
  }
  const wanted = targets.findIndex((t) => evaluate(t) === 1);
  return subtract(
    call('ln', add(...nets.map((each) => call('exp', each)))),
    nets[Math.max(wanted, 0)] ?? net,
  );
}

/** The mean loss of a part of the examples. */
export function openMean(found: Found, part: 'train' | 'dev', losses: Float32Array, rows: Int32Array): void {
  if (rows.length === 0) return;
  const terms = Array.from(rows, (row) => operand(`L[${row + 1}]`, losses[row] ?? Number.NaN));
  const mean = divide(sum(terms, { index: 'i', general: operand('L[i]', 0) }), rows.length);
  put(found, `L[${part}]`, evaluate(mean), mean);
}

/** What regularisation adds to the loss that is made small. */
export function openPenalty(
  found: Found,
  { reg, rate }: PlaygroundProperties,
  { sizes }: Probe,
  weights: readonly NDArray[],
): void {
  if (reg === 'none') return;
  const names = namesOf(sizes);
  const terms = sizes.slice(1).flatMap((units, l) =>
    Array.from({ length: (sizes[l] ?? 0) * units }, (_, at) => {
      const name = names.weight(l, Math.floor(at / units), at % units);
      const weight = operand(name, weights[2 * l]?.data[at] ?? 0);
      return reg === 'l1' ? call('abs', weight) : power(weight, 2);
    }),
  );
  const general = reg === 'l1' ? call('abs', operand('w_ij', 0)) : power(operand('w_ij', 0), 2);
  const penalty = multiply(rate, sum(terms, { index: 'i', general }));
  put(found, 'R', evaluate(penalty), penalty);
}

/** How often each class was answered for each: `n[2→1]`, counted from 1; and the share that is right. */
export function openConfusion(found: Found, counts: readonly (readonly number[])[]): void {
  const cells = counts.map((row, i) => row.map((count, j) => put(found, `n[${i + 1}→${j + 1}]`, count)));
  const right = cells.flatMap((row, i) => row[i] ?? []);
  const share = divide(add(...right), add(...cells.flat()));
  put(found, 'accuracy', evaluate(share), share);
}
