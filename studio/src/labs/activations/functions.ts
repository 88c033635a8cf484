import { activations, type Tensor } from 'pellucid';
import {
  add,
  call,
  divide,
  type Expression,
  multiply,
  number,
  type Operand,
  power,
  subtract,
} from 'pellucid/units';
import type { ActivationName } from './properties.ts';

/** A function: what computes it, how it and its slope are written, and how high its picture is. */
export interface ActivationFunction {
  readonly compute: (z: Tensor) => Tensor;
  readonly value: (z: Expression) => Expression;
  /** f′ by z and by f(z), whichever is shorter. */
  readonly slope: (z: Expression, f: Operand) => Expression;
  /** The vertical limits of its chart. */
  readonly range: readonly [low: number, high: number];
}

const isPositive = (z: Expression) => call('less', 0, z);
const exp = (z: Expression) => call('exp', z);
const magnitude = (z: Expression) => call('abs', z);
const UNIT = [-1.25, 1.25] as const;
const HALF = [-0.25, 1.25] as const;
const UPWARDS = [-2, 6] as const;

export const FUNCTIONS: Readonly<Record<ActivationName, ActivationFunction>> = {
  sigmoid: {
    compute: activations.sigmoid,
    value: (z) => call('sigmoid', z),
    slope: (_, f) => multiply(f, subtract(1, f)),
    range: HALF,
  },
  tanh: {
    compute: activations.tanh,
    value: (z) => call('tanh', z),
    slope: (_, f) => subtract(1, power(f, 2)),
    range: UNIT,
  },
  relu: {
    compute: (z) => activations.relu(z),
    value: (z) => call('max', z, 0),
    slope: (z) => call('where', isPositive(z), 1, 0),
    range: UPWARDS,
  },
  leakyRelu: {
    compute: (z) => activations.leakyRelu(z),
    value: (z) => call('where', isPositive(z), z, multiply(0.2, z)),
    slope: (z) => call('where', isPositive(z), 1, 0.2),
    range: UPWARDS,
  },
  elu: {
    compute: (z) => activations.elu(z),
    value: (z) => call('where', isPositive(z), z, subtract(exp(z), 1)),
    slope: (z) => call('where', isPositive(z), 1, exp(z)),
    range: UPWARDS,
  },
  softplus: {
    compute: activations.softplus,
    value: (z) => call('ln', add(1, exp(z))),
    slope: (z) => call('sigmoid', z),
    range: UPWARDS,
  },
  softsign: {
    compute: activations.softsign,
    value: (z) => divide(z, add(1, magnitude(z))),
    slope: (z) => divide(1, power(add(1, magnitude(z)), 2)),
    range: UNIT,
  },
  silu: {
    compute: activations.silu,
    value: (z) => multiply(z, call('sigmoid', z)),
    slope: (z, f) => add(f, multiply(call('sigmoid', z), subtract(1, f))),
    range: UPWARDS,
  },
  step: {
    compute: (z) => activations.step(z),
    value: (z) => call('step', z),
    slope: () => number(0),
    range: HALF,
  },
  linear: {
    compute: activations.linear,
    value: (z) => z,
    slope: () => number(1),
    range: [-6, 6],
  },
};
