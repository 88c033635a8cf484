import '../../worker/engine.ts';
import { layers, type Model, type NDArray, ndarray, optimizers, sequential } from 'pellucid';
import { explain, type Ledger, type Quantity } from 'pellucid/explain';
import { call, type Expression, evaluate, formula, nodeNames, operand } from 'pellucid/units';
import { type FormulaData, formulaData } from '../../worker/formulaData.ts';
import { DERIVATIVES, lossOf } from '../../worker/losses.ts';
import { activationsOf, fitted, lossFor, type MlpProperties, networkOf } from './properties.ts';

/** A number of an iteration, and how it comes about; its formula is made when it is asked for. */
interface Entry {
  readonly value: number;
  readonly formula: () => FormulaData | undefined;
}

/** Every number of one forward and backward pass and its update, by name; a parameter's new value ends in `.new`. */
export interface Iteration {
  readonly numbers: ReadonlyMap<string, Entry>;
  readonly loss: number;
}

type Activation = NonNullable<NonNullable<Parameters<typeof layers.dense>[1]>['activation']>;

/** The run looked at last: its next iteration need not begin at the beginning. */
let latest: { readonly key: string; readonly model: Model; readonly iterations: Iteration[] } | undefined;

/** So many iterations of a network of any activations and loss, opened by the library's ledger. */
export function iterationsOf(properties: MlpProperties, count: number): readonly Iteration[] {
  const { sizes, w, b, x, t, a, acts, out } = properties;
  const loss = lossFor(properties);
  const key = JSON.stringify([sizes, w, b, x, t, a, acts, out, loss]);
  if (latest?.key !== key) latest = { key, model: modelOf(properties), iterations: [] };
  const { model, iterations } = latest;
  const input = [fitted(x, sizes[0] ?? 0)];
  const target = [fitted(t, sizes.at(-1) ?? 0)];
  while (iterations.length < count) {
    const ledger = explain(model, input, target, {
      loss: lossOf(loss, out),
      optimizer: optimizers.sgd({ learningRate: a }),
    });
    iterations.push({ numbers: numbersOf(ledger, properties), loss: ledger.loss });
    model.setWeights(weightsAfter(ledger, sizes));
  }
  return iterations;
}

function modelOf(properties: MlpProperties): Model {
  const { sizes, weights, biases } = networkOf(properties);
  const model = sequential([
    layers.input([sizes[0] ?? 1]),
    ...activationsOf(properties).map((activation, l) =>
      layers.dense(sizes[l + 1] ?? 1, { activation: activation as Activation }),
    ),
  ]);
  model.setWeights(
    weights.flatMap((layer, l) => [
      ndarray(Float32Array.from(layer.flat()), [sizes[l] ?? 1, sizes[l + 1] ?? 1]),
      ndarray(Float32Array.from(biases[l] ?? []), [sizes[l + 1] ?? 1]),
    ]),
  );
  return model;
}

const countOf = ({ shape }: Quantity) => shape.reduce((product, side) => product * side, 1);

function weightsAfter({ quantities }: Ledger, sizes: readonly number[]): NDArray[] {
  const values = (key: string) => {
    const found = quantities.find((quantity) => quantity.key === key);
    return Float32Array.from({ length: found ? countOf(found) : 0 }, (_, at) => found?.value(at, 0) ?? 0);
  };
  return sizes
    .slice(1)
    .flatMap((units, l) => [
      ndarray(values(`layer${l + 1}.w′`), [sizes[l] ?? 1, units]),
      ndarray(values(`layer${l + 1}.θ′`), [units]),
    ]);
}

/** The ledger's numbers by the names they have here. */
function numbersOf(ledger: Ledger, properties: MlpProperties): Map<string, Entry> {
  const numbers = new Map<string, Entry>();
  for (const quantity of ledger.quantities) {
    const { role, symbol } = quantity;
    for (let at = 0; at < countOf(quantity); at++) {
      const name = role === 'new' ? `${symbol(at).replace('′', '')}.new` : symbol(at);
      numbers.set(name, {
        value: quantity.value(at, 0),
        formula: () => {
          const made = quantity.formula?.(at, 0);
          return made && formulaData(made, made.digits);
        },
      });
    }
  }
  for (const [name, expression] of between(numbers, properties)) {
    const value = evaluate(expression);
    numbers.set(name, { value, formula: () => formulaData(formula(operand(name, value), expression)) });
  }
  return numbers;
}

/**
 * What the formulas of errors name besides: the derivative of the loss by an output, and the greatest net input, which
 * is taken off before softmax raises e to it.
 */
function between(
  numbers: ReadonlyMap<string, Entry>,
  properties: MlpProperties,
): (readonly [name: string, expression: Expression])[] {
  const { sizes, out } = properties;
  const names = nodeNames({ sizes });
  const last = sizes.length - 1;
  const units = Array.from({ length: sizes[last] ?? 0 }, (_, k) => k);
  const of = (name: string) => operand(name, numbers.get(name)?.value ?? Number.NaN);
  const rule = DERIVATIVES[lossFor(properties)];
  const slopes = units.flatMap((k) => {
    const [t, o] = [of(names.target(last, k)), of(names.output(last, k))];
    return rule ? [[`∂L/∂${o.symbol}`, rule(o, t, units.length)] as const] : [];
  });
  const greatest = call('max', ...units.map((k) => of(names.net(last, k))));
  return out === 'softmax' ? [...slopes, ['I_max', greatest]] : slopes;
}
