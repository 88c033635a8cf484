import { activations, grad, matmul, mul, sum as sumOf, type Tensor } from 'pellucid';
import { activationRow, lossRow } from 'pellucid/explain';
import {
  add,
  call,
  divide,
  type Expression,
  evaluate,
  formula,
  multiply,
  negate,
  type Operand,
  operand,
  power,
  subtract,
  sum,
} from 'pellucid/units';
import type { LossName } from '../../losses.ts';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { DERIVATIVES, lossOf } from '../../worker/losses.ts';
import { type BlockKind, EPSILON, type LayerPass, normalized } from './blocks.ts';
import { addLayer } from './layers.ts';
import type { Weights } from './network.ts';
import { Numbers } from './numbers.ts';
import type { FlowProperties } from './properties.ts';
import { clippingOf, type Pass, passThrough, type Run } from './training.ts';
import { addUnits } from './units.ts';

/** A number that no formula on the page says, and how it comes about. */
export interface Opened {
  readonly value: number;
  readonly formula?: FormulaData;
}

/** One layer with all that single examples have in it: [examples, units] each. */
interface Layer {
  readonly l: number;
  readonly kind: BlockKind;
  readonly weights: Weights;
  readonly pass: LayerPass;
  /** What goes in. */
  readonly inputs: Tensor;
  /** z: weighted sums. h: the same, normalised. */
  readonly sums: Tensor;
  readonly normal: Tensor;
  readonly bent: Tensor;
  /** f′ at h; ∂L/∂h and ∂L/∂z. */
  readonly slopes: Tensor;
  readonly bentGradient: Tensor;
  readonly sumsGradient: Tensor;
}

/** Opens single numbers of a pass: an example's way through a unit and back, and a weight's last step. */
export class Opener {
  readonly #run: Pick<Run, 'network' | 'batch' | 'weights'>;
  readonly #pass: Pass;
  readonly #properties: FlowProperties;
  readonly #layers = new Map<number, Layer>();

  constructor(run: Pick<Run, 'network' | 'batch' | 'weights'>, pass: Pass, properties: FlowProperties) {
    this.#run = run;
    this.#pass = pass;
    this.#properties = properties;
  }

  /** `a_3,2[5]`: the output of unit 2 of layer 3 for example 5; undefined for what is no number of this network. */
  open(name: string): Opened | undefined {
    const found = /^(?<letter>[^_]+)_(?<l>\d+)(?:,(?<j>\d+))?(?:\[(?<place>\w+)\])?$/.exec(name)?.groups;
    if (!found) return this.#single(name);
    const { letter = '', l = '', j, place } = found;
    if (letter === 'x') return given(this.#run.batch.x, Number(l), Number(place));
    if (letter === 't') return given(this.#run.batch.y, Number(l), Number(place));
    const layer = this.#layer(Number(l));
    if (!layer) return undefined;
    if (letter === 'φ' || letter === 'ω') return this.#whole(layer, letter, name);
    if (j === undefined && letter !== 'w' && layer.kind.normalization !== 'layer')
      return this.#ofUnits(layer, name);
    const at = { unit: Number(j ?? 0), place: place === 'bias' ? 0 : Number(place ?? 0) };
    if (isPart(letter) && entry(PARTS[letter](layer), at.place, at.unit) === undefined) return undefined;
    const way = WAYS[letter];
    const expression = way?.(this, layer, at);
    if (!expression) return this.#ofUnits(layer, name);
    return made(name, expression);
  }

  #single(name: string): Opened | undefined {
    const [, letter, place] = /^([toℓ])\[(\d+)\]$/.exec(name) ?? [];
    const last = this.#layer(this.#pass.layers.length);
    if (letter === 't') return given(this.#run.batch.y, 1, Number(place));
    if (letter === undefined || !last) return undefined;
    if (letter === 'ℓ') return this.#loss(last, Number(place));
    const output = this.at('a', last, 1, Number(place));
    return made(name, { value: output.value, expressions: [output] });
  }

  /** The loss of an example. */
  #loss(last: Layer, example: number): Opened | undefined {
    const value = this.#pass.losses.value().data[example - 1];
    if (value === undefined) return undefined;
    const { activation } = last.kind;
    const units = each(last.pass.output.shape[1] ?? 1);
    const row = {
      activation,
      nets: units.map((k) => this.at('z', last, k, example)),
      outputs: units.map((k) => this.at('a', last, k, example)),
      targets: units.map((k) => this.target(k, example)),
    };
    const ways = lossRow(lossOf(this.loss, activation).className)?.loss ?? [];
    const expressions = ways.map((way) => way(row)).filter((one) => one !== undefined);
    return made(`ℓ[${example}]`, { value: Number(value), expressions });
  }

  get loss(): LossName {
    return this.#run.network.loss;
  }

  /** A number of the units of a layer that is not listed. */
  #ofUnits({ l, pass, kind, weights }: Layer, name: string): Opened | undefined {
    const numbers = new Numbers();
    numbers.measured(`ω_${l}`, pass.weightSquare.item());
    addLayer(numbers, l, pass, kind);
    addUnits(numbers, l, pass, kind, weights);
    const formula = numbers.formulas[name];
    const value = numbers.quantities[name];
    return value === undefined ? undefined : { value, ...(formula && { formula }) };
  }

  /** The mean of f′² and of w² over a layer. */
  #whole(layer: Layer, letter: string, name: string): Opened | undefined {
    if (letter === 'ω') return this.#ofUnits(layer, name);
    const [examples = 1, units = 1] = layer.slopes.shape;
    const terms = each(examples).flatMap((i) => each(units).map((j) => power(this.at('f′', layer, j, i), 2)));
    const general = power(operand(`f′_${layer.l},j[i]`, Number.NaN), 2);
    const mean = divide(sum(terms, { index: 'i', general }), terms.length);
    return made(name, { value: layer.pass.slopeSquare.item(), expressions: [mean] });
  }

  #layer(l: number): Layer | undefined {
    const known = this.#layers.get(l);
    if (known) return known;
    const [pass, kind, weights] = [
      this.#pass.layers[l - 1],
      this.#run.network.kinds[l - 1],
      this.#run.weights[this.#properties.at]?.[l - 1],
    ];
    if (!pass || !kind || !weights) return undefined;
    const inputs = l === 1 ? this.#run.batch.x : (this.#pass.layers[l - 2] as LayerPass).output;
    const layer = { l, kind, weights, pass, inputs, ...inside(kind, weights, inputs, pass.gradient) };
    this.#layers.set(l, layer);
    return layer;
  }

  layerAfter({ l }: Layer): Layer | undefined {
    return this.#layer(l + 1);
  }

  /** The number of a unit for an example. */
  at(letter: keyof typeof PARTS, layer: Layer, unit: number, example: number): Operand {
    const value = entry(PARTS[letter](layer), example, unit);
    return operand(`${letter}_${layer.l},${unit}[${example}]`, value ?? Number.NaN);
  }

  /** What goes into a layer: the data, or outputs of the one before. */
  input({ l, inputs }: Layer, unit: number | string, example: number | string): Operand {
    const name = l === 1 ? `x_${unit}` : `a_${l - 1},${unit}`;
    const value = entry(inputs, Number(example), Number(unit)) ?? Number.NaN;
    return operand(`${name}[${example}]`, value);
  }

  /** The wanted outputs of an example. */
  target(unit: number, example: number): Operand {
    const { y } = this.#run.batch;
    const name = (y.shape[1] ?? 1) === 1 ? `t[${example}]` : `t_${unit}[${example}]`;
    return operand(name, entry(y, example, unit) ?? Number.NaN);
  }

  /** The step that a weight came by; none before the first. */
  step(name: string, before: number, gradient: (pass: Pass) => number): Expression | undefined {
    const { at, a, clip, limit } = this.#properties;
    const weights = this.#run.weights[at - 1];
    if (!weights) return undefined;
    const pass = passThrough(this.#run.network, weights, this.#run.batch);
    const g = operand(`g⁻${name.slice(name.indexOf('_'))}`, gradient(pass));
    const [rate, most] = [operand('α', a), operand('limit', limit)];
    const factor = operand('factor⁻', clippingOf(pass, this.#properties).factor);
    const moving =
      clip === 'value'
        ? [call('max', call('min', g, most), negate(most))]
        : clip === 'norm'
          ? [factor, g]
          : [g];
    return subtract(operand(`${name[0]}⁻${name.slice(1)}`, before), multiply(rate, ...moving));
  }

  previous(l: number): Weights | undefined {
    return this.#run.weights[this.#properties.at - 1]?.[l - 1];
  }
}

const each = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

/** A number of [rows, columns], both counted from 1. */
function entry(of: Tensor, row: number, column: number): number | undefined {
  const [rows = 1, columns = 1] = of.shape;
  if (!(row >= 1 && row <= rows && column >= 1 && column <= columns)) return undefined;
  return Number(of.value().data[(row - 1) * columns + column - 1]);
}

/** A number that came with the data. */
function given(of: Tensor, column: number, row: number): Opened | undefined {
  const value = entry(of, row, column);
  return value === undefined ? undefined : { value };
}

/** What a layer does with single examples, by the library's own functions. */
function inside(kind: BlockKind, { matrix, bias }: Weights, inputs: Tensor, gradient: Tensor) {
  const sums = matmul(inputs, matrix).add(bias);
  const normal = normalized(sums, kind.normalization);
  const activation = activations[kind.activation];
  const slopes = grad((z: Tensor) => sumOf(activation(z)))(normal);
  const bentGradient = grad((h: Tensor) => sumOf(mul(activation(h), gradient)))(normal);
  const sumsGradient =
    kind.normalization === 'none'
      ? bentGradient
      : grad((z: Tensor) => sumOf(mul(normalized(z, kind.normalization), bentGradient)))(sums);
  return { sums, normal, bent: activation(normal), slopes, bentGradient, sumsGradient };
}

const PARTS = {
  a: ({ pass }: Layer) => pass.output,
  e: ({ pass }: Layer) => pass.gradient,
  z: ({ sums }: Layer) => sums,
  h: ({ normal }: Layer) => normal,
  f: ({ bent }: Layer) => bent,
  'f′': ({ slopes }: Layer) => slopes,
  u: ({ bentGradient }: Layer) => bentGradient,
  δ: ({ sumsGradient }: Layer) => sumsGradient,
} as const;

const isPart = (letter: string): letter is keyof typeof PARTS => letter in PARTS;

/** A value, and one way or another to come to it, the plainest first. */
interface Told {
  readonly value: number;
  readonly expressions: readonly Expression[];
}

/** The first way that comes to the value from what is shown, too. */
function made(name: string, { value, expressions }: Told): Opened | undefined {
  if (Number.isNaN(value) && expressions.length === 0) return undefined;
  const result = operand(name, value);
  const found = expressions
    .filter((way) => Math.abs(evaluate(way) - value) <= 1e-3 * Math.abs(value) + 1e-7)
    .map((way) => formula(result, way).sharpened())
    .find((one) => one.holds());
  return { value, ...(found && { formula: formulaData(found, found.digits) }) };
}

interface Place {
  readonly unit: number;
  /** The example, or of a weight its input. */
  readonly place: number;
}
type Way = (opener: Opener, layer: Layer, place: Place) => Told | undefined;

/** The net input that is bent: normalised, where it is. */
const bentFrom = ({ kind }: Layer) => (kind.normalization === 'none' ? 'z' : 'h');

/** The rows, or columns, that a normalisation looks at together with one number. */
function together(
  { kind, sums }: Layer,
  { unit, place }: Place,
): (readonly [unit: number, example: number])[] {
  const [examples = 1, units = 1] = sums.shape;
  return kind.normalization === 'batch'
    ? each(examples).map((i) => [unit, i] as const)
    : each(units).map((j) => [j, place] as const);
}

/** What the mean over a normalisation's numbers is called: `μ_3,2` over examples, `μ_3[5]` over units. */
const meanName = (letter: string, { l, kind }: Layer, { unit, place }: Place) =>
  kind.normalization === 'batch' ? `${letter}_${l},${unit}` : `${letter}_${l}[${place}]`;

/** A mean over them, by what each gives. */
function mean(
  layer: Layer,
  place: Place,
  of: (unit: number, example: number) => Expression,
): { readonly value: number; readonly expression: Expression } {
  const terms = together(layer, place).map(([unit, example]) => of(unit, example));
  const expression = divide(sum(terms), terms.length);
  return { value: evaluate(expression), expression };
}

/** The numbers that a normalisation works with. */
const MEANS: Readonly<Record<string, (opener: Opener, layer: Layer, place: Place) => Expression>> = {
  μ: (opener, layer, place) => mean(layer, place, (j, i) => opener.at('z', layer, j, i)).expression,
  q: (opener, layer, place) => {
    const centre = meanOf('μ', opener, layer, place);
    return mean(layer, place, (j, i) => power(subtract(opener.at('z', layer, j, i), centre), 2)).expression;
  },
  ū: (opener, layer, place) => mean(layer, place, (j, i) => opener.at('u', layer, j, i)).expression,
  p: (opener, layer, place) =>
    mean(layer, place, (j, i) => multiply(opener.at('u', layer, j, i), opener.at('h', layer, j, i)))
      .expression,
};

const meanOf = (letter: string, opener: Opener, layer: Layer, place: Place): Operand =>
  operand(
    meanName(letter, layer, place),
    evaluate(MEANS[letter]?.(opener, layer, place) ?? operand(letter, Number.NaN)),
  );

const meanWay =
  (letter: string): Way =>
  (opener, layer, place) => {
    if (layer.kind.normalization === 'none') return undefined;
    const expression = MEANS[letter]?.(opener, layer, place);
    return expression && { value: evaluate(expression), expressions: [expression] };
  };

/** How each kind of number comes about. */
const WAYS: Readonly<Record<string, Way>> = {
  a(opener, layer, { unit, place }) {
    const { value } = opener.at('a', layer, unit, place);
    if (!layer.kind.residual) return { value, expressions: bends(opener, layer, unit, place) };
    const carried = opener.input(layer, unit, place);
    return { value, expressions: [add(carried, opener.at('f', layer, unit, place))] };
  },
  f: (opener, layer, { unit, place }) => ({
    value: opener.at('f', layer, unit, place).value,
    expressions: bends(opener, layer, unit, place),
  }),
  h(opener, layer, place) {
    if (layer.kind.normalization === 'none') return undefined;
    const z = opener.at('z', layer, place.unit, place.place);
    const [centre, spread] = [meanOf('μ', opener, layer, place), meanOf('q', opener, layer, place)];
    const root = call('sqrt', add(spread, EPSILON));
    return {
      value: opener.at('h', layer, place.unit, place.place).value,
      expressions: [divide(subtract(z, centre), root)],
    };
  },
  z(opener, layer, { unit, place }) {
    const { l, weights, inputs } = layer;
    const [, units = 1] = weights.matrix.shape;
    const terms = each(inputs.shape[1] ?? 1).map((k) =>
      multiply(
        operand(`w_${l}[${(k - 1) * units + unit}]`, entry(weights.matrix, k, unit) ?? Number.NaN),
        opener.input(layer, k, place),
      ),
    );
    const general = multiply(operand(`w_${l}[k]`, Number.NaN), opener.input(layer, 'k', 'i'));
    const bias = operand(`b_${l},${unit}`, biasOf(weights, unit));
    return {
      value: opener.at('z', layer, unit, place).value,
      expressions: [add(sum(terms, { index: 'k', general }), bias)],
    };
  },
  μ: meanWay('μ'),
  q: meanWay('q'),
  ū: meanWay('ū'),
  p: meanWay('p'),
  'f′'(opener, layer, { unit, place }) {
    const { value } = opener.at('f′', layer, unit, place);
    const net = opener.at(bentFrom(layer), layer, unit, place);
    const bent = opener.at(layer.kind.residual ? 'f' : 'a', layer, unit, place);
    const { slopes } = activationRow(layer.kind.activation);
    return { value, expressions: slopes.map((slope) => slope(net, bent)) };
  },
  e(opener, layer, { unit, place }) {
    const { value } = opener.at('e', layer, unit, place);
    const after = opener.layerAfter(layer);
    if (!after) return { value, expressions: lossSlopes(opener, layer, { unit, place }) };
    const [, next = 1] = after.weights.matrix.shape;
    const terms = each(next).map((k) =>
      multiply(
        operand(`w_${after.l}[${(unit - 1) * next + k}]`, entry(after.weights.matrix, unit, k) ?? Number.NaN),
        opener.at('δ', after, k, place),
      ),
    );
    const general = multiply(operand(`w_${after.l}[k]`, 0), operand(`δ_${after.l},k[i]`, 0));
    const back = sum(terms, { index: 'k', general });
    const skipped = after.kind.residual ? add(opener.at('e', after, unit, place), back) : back;
    return { value, expressions: [skipped] };
  },
  u: (opener, layer, { unit, place }) => ({
    value: opener.at('u', layer, unit, place).value,
    expressions: [multiply(opener.at('e', layer, unit, place), opener.at('f′', layer, unit, place))],
  }),
  δ(opener, layer, place) {
    const { value } = opener.at('δ', layer, place.unit, place.place);
    if (layer.kind.normalization === 'none') {
      const [e, slope] = [
        opener.at('e', layer, place.unit, place.place),
        opener.at('f′', layer, place.unit, place.place),
      ];
      const through = layer.kind.activation === 'linear' ? e : multiply(e, slope);
      return { value, expressions: [through, ...lastSlopes(opener, layer, place)] };
    }
    const [u, h] = [
      opener.at('u', layer, place.unit, place.place),
      opener.at('h', layer, place.unit, place.place),
    ];
    const [middle, product, spread] = ['ū', 'p', 'q'].map((letter) => meanOf(letter, opener, layer, place));
    if (!middle || !product || !spread) return undefined;
    const inner = subtract(subtract(u, middle), multiply(h, product));
    return { value, expressions: [divide(inner, call('sqrt', add(spread, EPSILON)))] };
  },
  g(opener, layer, { unit, place }) {
    const { pass, inputs, l } = layer;
    const examples = each(inputs.shape[0] ?? 1);
    const back = (i: number) => opener.at('δ', layer, unit, i);
    if (place === 0) {
      const general = operand(`δ_${l},${unit}[i]`, Number.NaN);
      const total = sum(examples.map(back), { index: 'i', general });
      return { value: biasEntry(pass.biasGradient, unit), expressions: [total] };
    }
    const terms = examples.map((i) => multiply(back(i), opener.input(layer, place, i)));
    const general = multiply(operand(`δ_${l},${unit}[i]`, 0), opener.input(layer, place, 'i'));
    return {
      value: entry(pass.weightGradient, place, unit) ?? Number.NaN,
      expressions: [sum(terms, { index: 'i', general })],
    };
  },
  w(opener, layer, { place }) {
    const [, units = 1] = layer.weights.matrix.shape;
    const [k, j] = [Math.floor((place - 1) / units) + 1, ((place - 1) % units) + 1];
    const value = entry(layer.weights.matrix, k, j);
    if (value === undefined) return undefined;
    const before = opener.previous(layer.l);
    const step =
      before &&
      opener.step(`w_${layer.l}[${place}]`, entry(before.matrix, k, j) ?? Number.NaN, ({ layers }) =>
        gradientAt(layers[layer.l - 1], k, j),
      );
    return { value, expressions: step ? [step] : [] };
  },
  b(opener, layer, { unit }) {
    const before = opener.previous(layer.l);
    const step =
      before &&
      opener.step(`b_${layer.l},${unit}`, biasOf(before, unit), ({ layers }) =>
        biasEntry((layers[layer.l - 1] as LayerPass).biasGradient, unit),
      );
    return { value: biasOf(layer.weights, unit), expressions: step ? [step] : [] };
  },
};

/** The gradient of the loss by an output, in one way or another. */
function lossSlopes(opener: Opener, layer: Layer, { unit, place }: Place): Expression[] {
  const [examples = 1, units = 1] = layer.pass.output.shape;
  const [o, t] = [opener.at('a', layer, unit, place), opener.target(unit, place)];
  const over = (by: number, expression: Expression) => (by === 1 ? expression : divide(expression, by));
  const rule = DERIVATIVES[opener.loss];
  if (rule && opener.loss === 'half') return [over(examples, rule(o, t, units))];
  if (rule) return [rule(o, t, examples * units)];
  switch (layer.kind.activation) {
    case 'softmax':
      return [subtract(1, divide(t, o)), negate(divide(t, o))].map((way) => over(examples, way));
    case 'sigmoid':
      return [over(examples * units, divide(subtract(o, t), multiply(o, subtract(1, o))))];
    default:
      return [over(examples * units, subtract(call('sigmoid', o), t))];
  }
}

/** The gradient by a net input of the last layer: of the cross-entropy plainly, of a softmax through all outputs. */
function lastSlopes(opener: Opener, layer: Layer, { unit, place }: Place): Expression[] {
  if (opener.layerAfter(layer)) return [];
  const { activation } = layer.kind;
  const [examples = 1, units = 1] = layer.pass.output.shape;
  const o = (j: number) => opener.at('a', layer, j, place);
  const count = examples * (activation === 'softmax' ? 1 : units);
  const plain = subtract(o(unit), opener.target(unit, place));
  const ways =
    opener.loss === 'crossentropy' && activation !== 'linear'
      ? [count === 1 ? plain : divide(plain, count)]
      : [];
  if (activation !== 'softmax') return ways;
  const e = (j: number) => opener.at('e', layer, j, place);
  const mixed = sum(each(units).map((j) => multiply(e(j), o(j))));
  return [...ways, multiply(o(unit), subtract(e(unit), mixed))];
}

const gradientAt = (pass: LayerPass | undefined, k: number, j: number): number =>
  (pass && entry(pass.weightGradient, k, j)) ?? Number.NaN;
const biasEntry = (of: Tensor, unit: number): number => Number(of.value().data[unit - 1] ?? Number.NaN);
const biasOf = ({ bias }: Weights, unit: number): number => biasEntry(bias, unit);

/** What the activation makes of a net input. */
function bends(opener: Opener, layer: Layer, unit: number, place: number): Expression[] {
  const name = bentFrom(layer);
  const net = opener.at(name, layer, unit, place);
  const row = each(layer.sums.shape[1] ?? 1).map((j) => opener.at(name, layer, j, place));
  return activationRow(layer.kind.activation).outputs.map((output) => output(net, row));
}
