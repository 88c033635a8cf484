import {
  add,
  call,
  displayed,
  divide,
  type Expression,
  Formula,
  GATE_UNITS,
  gateTable,
  multiply,
  operand,
  type PerceptronsResult,
  type Step,
  separability,
  subtract,
  symbolText,
  thresholdUnit,
  trainPerceptron,
  trainPerceptrons,
} from 'pellucid/units';
import type { LabResult } from '../../lab.ts';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { type GatesProperties, isXor, rowsOf } from './properties.ts';

type Point = readonly [x: number, y: number];

/** The names of one output unit's numbers, and its line w·x + b = 0 with those of ±θ beside it. */
export interface GatesUnit {
  readonly weights: readonly [string, string];
  readonly bias: string;
  readonly lines: readonly { readonly at: 'middle' | 'edge'; readonly ends: readonly [Point, Point] }[];
  /** The last correction in this epoch: the weights before and after it. */
  readonly update?: readonly [from: Point, to: Point];
}

/** The names of a row's numbers in this epoch, by output unit. */
export interface GatesRow {
  readonly number: number;
  readonly point: Point;
  readonly inputs: readonly [string, string];
  readonly units: readonly {
    readonly target: string;
    readonly net: string;
    readonly output: string;
    readonly changes: readonly string[];
  }[];
}

export interface Certificate {
  readonly kind: 'separable' | 'inseparable';
  readonly names: readonly string[];
}

export interface GatesResult extends LabResult {
  readonly rows: readonly GatesRow[];
  readonly units: readonly GatesUnit[];
  readonly targets: readonly (readonly number[])[];
  readonly reach: readonly [low: number, high: number];
  readonly certificates: readonly Certificate[];
  readonly length: number;
  readonly epoch: number;
  /** The number of the row that is being learned. */
  readonly here: number | undefined;
  readonly current: string | undefined;
  readonly stopped: boolean;
  /** Two epochs that end with the same weights without having stopped: from there it goes round. */
  readonly cycle?: readonly [first: number, again: number];
  /** For XOR: what two hidden units and one above them make of each row. */
  readonly hidden?: readonly { readonly number: number; readonly names: readonly string[] }[];
  readonly solved: boolean;
}

/** Epochs in the trace: gates need few, and a table that is not separable would never end. */
const EPOCHS = 20;

interface Found {
  readonly quantities: Record<string, number>;
  readonly formulas: Record<string, FormulaData>;
}

function put(found: Found, name: string, value: number, expression?: Expression): string {
  found.quantities[name] = value;
  if (expression) found.formulas[name] = formulaData(new Formula(operand(name, value), expression));
  return name;
}

/** The perceptron rule at the place one has walked to. */
export function compute(properties: GatesProperties): GatesResult {
  const { inputs, targets, numbers } = rowsOf(properties);
  const options = { learningRate: properties.a, theta: properties.theta, epochs: EPOCHS };
  const count = targets[0]?.length ?? 1;
  const trained = train(inputs, targets, options);
  const { trace } = trained;
  const position = Math.min(properties.at, trace.length);
  const { state } = trace.walk(position);
  const taken = trace.steps.slice(0, position);
  const last = taken.at(-1);
  const epoch = Number(last?.group.epoch ?? 1);
  const found: Found = { quantities: { α: properties.a, θ: properties.theta }, formulas: {} };
  const suffix = (j: number) => (count === 1 ? '' : String(j + 1));
  const unitNames = Array.from({ length: count }, (_, j) => ({
    weights: [`w_1${suffix(j)}`, `w_2${suffix(j)}`] as const,
    bias: count === 1 ? 'b' : `b_${suffix(j)}`,
  }));
  for (const name of unitNames.flatMap(({ weights, bias }) => [...weights, bias])) {
    const step = taken.findLast(({ formula }) => formula.result.symbol === name);
    put(found, name, state[name] ?? 0, step?.formula.expression);
  }
  const here = taken.filter(({ group }) => group.epoch === epoch);
  const rows = inputs.map((point, at) =>
    rowAt(
      found,
      { point: [point[0] ?? 0, point[1] ?? 0], number: numbers[at] ?? 0, targets: targets[at] ?? [] },
      here.filter(({ group }) => group.example === at + 1),
      properties.a,
    ),
  );
  const span = [
    ...inputs.flat(),
    ...unitNames.flatMap(({ weights }) => weights.map((name) => state[name] ?? 0)),
  ];
  const reach = [Math.min(-0.6, ...span) - 0.4, Math.max(1.6, ...span) + 0.4] as const;
  const hidden = isXor(properties) ? hiddenLayer(found) : undefined;
  const stopped = trained.stopped && position === trace.length;
  const cycle = trained.stopped ? undefined : cycleOf(trained, inputs.length);
  const numberHere = last && numbers[Number(last.group.example) - 1];
  return {
    ...found,
    ...{ rows, reach, targets, epoch, stopped, length: trace.length, here: numberHere },
    units: unitNames.map((names) => {
      const [w1 = 0, w2 = 0, b = 0] = [...names.weights, names.bias].map((name) => state[name] ?? 0);
      const update = updateOf(here, names.weights, [w1, w2]);
      return { ...names, lines: linesOf([w1, w2], b, properties.theta, reach), ...(update && { update }) };
    }),
    certificates: Array.from({ length: count }, (_, j) =>
      certificateOf(
        found,
        inputs,
        numbers,
        targets.map((row) => row[j] ?? -1),
        count === 1 ? '' : ` ${j + 1}`,
      ),
    ),
    current: last && currentName(last, numberHere),
    ...(last && { focus: currentName(last, numberHere) }),
    ...(cycle && { cycle }),
    ...(hidden && { hidden }),
    solved:
      hidden?.every(({ names: [, , output = ''], number }) => {
        const wanted = gateTable('xor').outputs[number - 1];
        return found.quantities[output] === wanted;
      }) ?? false,
    said: last
      ? `Epoch ${epoch}, row ${numberHere}: ${last.title}, ${symbolText(last.formula.result.symbol)}.`
      : 'Nothing is learned yet: all weights are 0.',
    summary: `${inputs.length} points, ${count === 1 ? 'one output unit' : `${count} output units`}, epoch ${epoch}: ${unitNames
      .flatMap(({ weights, bias }) => [...weights, bias])
      .map((name) => `${symbolText(name)} is ${displayed(state[name] ?? 0).text}`)
      .join(', ')}.`,
  };
}

type Learned = Pick<PerceptronsResult, 'trace' | 'stopped' | 'rows'>;

const train = (
  inputs: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  options: { learningRate: number; theta: number; epochs: number },
): Learned =>
  targets.every((row) => row.length === 1)
    ? trainPerceptron(
        inputs,
        targets.map(([t = -1]) => t),
        options,
      )
    : trainPerceptrons(inputs, targets, options);

/** What a step computes, under its row where the ledger keeps it there. */
const currentName = ({ formula }: Step, row: number | undefined) =>
  formula.result.symbol.startsWith('y') ? `${formula.result.symbol}[row ${row}]` : formula.result.symbol;

interface Example {
  readonly number: number;
  readonly point: Point;
  readonly targets: readonly number[];
}

/** One row's numbers, as far as this epoch has come. */
function rowAt(found: Found, example: Example, steps: readonly Step[], rate: number): GatesRow {
  const { number, point, targets } = example;
  const named = (name: string) => `${name}[row ${number}]`;
  const inputs = [put(found, named('x_1'), point[0]), put(found, named('x_2'), point[1])] as const;
  const several = targets.length > 1;
  const units = targets.map((t, j) => {
    const suffix = several ? String(j + 1) : '';
    const target = put(found, named(several ? `t_${suffix}` : 't'), t);
    const [net, output] = [`y_in${suffix}`, several ? `y_${suffix}` : 'y'];
    for (const { formula } of steps) {
      const { symbol, value } = formula.result;
      if (symbol === net || symbol === output) put(found, named(symbol), value, formula.expression);
    }
    const changes = [`w_1${suffix}`, `w_2${suffix}`, several ? `b_${suffix}` : 'b'].map((name, i) => {
      const change = named(`Δ${name}`);
      const corrected = steps.some(({ formula }) => formula.result.symbol === name);
      const x = point[i];
      const factors = [operand('α', rate), operand(target, t)];
      if (corrected && x !== undefined)
        put(found, change, rate * t * x, multiply(...factors, operand(named(`x_${i + 1}`), x)));
      else if (corrected) put(found, change, rate * t, multiply(...factors));
      return change;
    });
    return { target, net: named(net), output: named(output), changes };
  });
  return { number, point, inputs, units };
}

/** The weights before and after the last correction of this epoch. */
function updateOf(steps: readonly Step[], names: readonly [string, string], now: Point): GatesUnit['update'] {
  const example = steps.findLast(({ formula }) => formula.result.symbol === names[1])?.group.example;
  if (example === undefined) return undefined;
  const before = names.map((name, i) => {
    const step = steps.find(
      ({ group, formula }) => group.example === example && formula.result.symbol === name,
    );
    return step?.changes.find((change) => change.name === name)?.before ?? now[i] ?? 0;
  });
  return [[before[0] ?? 0, before[1] ?? 0], now];
}

/** The lines w·x + b = 0, and = ±θ, from one side of the plane to the other. */
function linesOf(w: Point, b: number, theta: number, reach: readonly [number, number]): GatesUnit['lines'] {
  const levels = theta > 0 ? [0, theta, -theta] : [0];
  return levels.flatMap((level) => {
    const ends = crossing(w, level - b, reach);
    return ends ? [{ at: level === 0 ? ('middle' as const) : ('edge' as const), ends }] : [];
  });
}

/** Where w·x = c crosses the square. */
function crossing(
  [w1, w2]: Point,
  c: number,
  [low, high]: readonly [number, number],
): readonly [Point, Point] | undefined {
  const sides: Point[] = [low, high].flatMap((side): Point[] => [
    ...(w2 === 0 ? [] : [[side, (c - w1 * side) / w2] as const]),
    ...(w1 === 0 ? [] : [[(c - w2 * side) / w1, side] as const]),
  ]);
  const inside = sides.filter((point) => point.every((value) => value >= low - 1e-9 && value <= high + 1e-9));
  const [first] = inside;
  const other = first && inside.find(([x, y]) => Math.hypot(x - first[0], y - first[1]) > 1e-6);
  return first && other && [first, other];
}

/** Two epochs after which all weights are the same: what follows them is the same, too. */
function cycleOf({ rows }: Learned, size: number): GatesResult['cycle'] {
  const seen = new Map<string, number>();
  for (const row of rows.filter((_, at) => at % size === size - 1)) {
    const key = JSON.stringify([row.weights, row.biases]);
    const before = seen.get(key);
    if (before !== undefined) return [before, row.epoch];
    seen.set(key, row.epoch);
  }
  return undefined;
}

/** The proof that a line separates, or that none does. */
function certificateOf(
  found: Found,
  inputs: readonly (readonly number[])[],
  numbers: readonly number[],
  targets: readonly number[],
  unit: string,
): Certificate {
  const verdict = separability(
    inputs,
    targets.map((t) => (t === 1 ? 1 : 0)),
  );
  const place = (what: string) => `[${what}${unit}]`;
  const x = (at: number, i: number) => operand(`x_${i + 1}[row ${numbers[at]}]`, inputs[at]?.[i] ?? 0);
  if (verdict.kind === 'separable') {
    const [w1 = 0, w2 = 0] = verdict.weights;
    const names = [
      put(found, `w_1${place('line')}`, w1),
      put(found, `w_2${place('line')}`, w2),
      put(found, `T${place('line')}`, verdict.threshold),
    ];
    if (!Number.isFinite(verdict.margin)) return { kind: 'separable', names };
    const [v1, v2, T] = [w1, w2, verdict.threshold].map((value, i) => operand(names[i] ?? '', value));
    if (!v1 || !v2 || !T) return { kind: 'separable', names };
    const length = call('sqrt', add(multiply(v1, v1), multiply(v2, v2)));
    const distances = inputs.map((_, at) => {
      const sum = add(multiply(v1, x(at, 0)), multiply(v2, x(at, 1)));
      return divide(targets[at] === 1 ? subtract(sum, T) : subtract(T, sum), length);
    });
    return {
      kind: 'separable',
      names: [...names, put(found, `margin${unit}`, verdict.margin, call('min', ...distances))],
    };
  }
  const shares = verdict.multipliers.map(Number);
  const names = shares.map((share, at) => put(found, `λ_${numbers[at]}${unit && place('unit')}`, share));
  const mixtures = [1, -1].flatMap((side) =>
    [0, 1].map((i) => {
      const members = shares.flatMap((share, at) =>
        targets[at] === side && share > 0 ? [[share, at] as const] : [],
      );
      const own = ([share, at]: readonly [number, number]) => operand(names[at] ?? '', share);
      const expression = divide(
        add(...members.map((member) => multiply(own(member), x(member[1], i)))),
        add(...members.map(own)),
      );
      return put(found, `p_${i + 1}${place(side === 1 ? '+' : '−')}`, verdict.point[i] ?? 0, expression);
    }),
  );
  return { kind: 'inseparable', names: [...names, ...mixtures] };
}

/** XOR is OR and NAND at once: two hidden units, and AND above them. */
function hiddenLayer(found: Found): GatesResult['hidden'] {
  return gateTable('xor').inputs.map((x, at) => {
    const number = at + 1;
    const outputs: number[] = [];
    const unit = (name: string, of: 'or' | 'nand' | 'and', inputs: readonly number[]) => {
      const { output, net, trace } = thresholdUnit(GATE_UNITS[of], inputs);
      const [weighed, fired] = trace.steps;
      put(found, `net[${of} ${number}]`, net, weighed?.formula.expression);
      outputs.push(output);
      return put(found, `${name}[row ${number}]`, output, fired?.formula.expression);
    };
    const names = [unit('h_1', 'or', x), unit('h_2', 'nand', x)];
    names.push(unit('Y', 'and', [...outputs]));
    return { number, names: [...names, ...['or', 'nand', 'and'].map((of) => `net[${of} ${number}]`)] };
  });
}
