import type { Shape } from '../../graph/ndarray.ts';
import { add, concat, matmul, mul, slice, sub, where, zerosLike } from '../functions.ts';
import type { Tensor } from '../tensor.ts';

type Elementwise = (x: Tensor) => Tensor;

/** What one step of time is told besides its input: the recurrent weights, and what drops parts of a state. */
export interface Recurrence {
  /** [units, gates·units] */
  readonly recurrentKernel: Tensor;
  readonly activation: Elementwise;
  /** What a state goes through before it meets the recurrent kernel: dropout, or nothing. */
  readonly drop: Elementwise;
}

export interface GatedRecurrence extends Recurrence {
  /** Of the gates. */
  readonly recurrentActivation: Elementwise;
}

/** The states after one step, from its projected input x·W + b and the states before it; the first is its output. */
export type Step = (projected: Tensor, states: readonly Tensor[]) => readonly Tensor[];

/**
 * h′ = activation(x·W + b + h·U).
 *
 * @see Elman, "Finding structure in time", 1990
 */
export function simpleStep({ recurrentKernel, activation, drop }: Recurrence): Step {
  return (projected, states) => {
    const [h] = states as readonly [Tensor];
    return [activation(add(projected, matmul(drop(h), recurrentKernel)))];
  };
}

/**
 * Gates in the order i f c o: c′ = σ(f)·c + σ(i)·activation(c̃), h′ = σ(o)·activation(c′).
 *
 * @see Hochreiter and Schmidhuber, "Long short-term memory", 1997; Gers et al., "Learning to forget", 2000
 */
export function lstmStep({ recurrentKernel, activation, recurrentActivation, drop }: GatedRecurrence): Step {
  return (projected, states) => {
    const [h, c] = states as readonly [Tensor, Tensor];
    const sums = splitLast(add(projected, matmul(drop(h), recurrentKernel)), 4);
    const [enter, forget, candidate, leave] = sums as [Tensor, Tensor, Tensor, Tensor];
    const kept = mul(recurrentActivation(forget), c);
    const carry = add(kept, mul(recurrentActivation(enter), activation(candidate)));
    return [mul(recurrentActivation(leave), activation(carry)), carry];
  };
}

export interface GruRecurrence extends GatedRecurrence {
  /** [gates·units], added to h·U; only where the reset comes after the product. */
  readonly recurrentBias?: Tensor;
  /** Whether r acts on h·U (as fast implementations do it) or on h (as first published). */
  readonly resetAfter: boolean;
}

/**
 * Gates in the order z r h: h′ = z·h + (1 − z)·activation(h̃), where h̃ = x·W + r·(h·U) or x·W + (r·h)·U.
 *
 * @see Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014, equations 5–8
 */
export function gruStep(recurrence: GruRecurrence): Step {
  const { recurrentKernel, recurrentBias, activation, recurrentActivation, drop, resetAfter } = recurrence;
  const units = (recurrentKernel.shape[1] ?? 3) / 3;
  const gates = resetAfter ? recurrentKernel : columns(recurrentKernel, 0, 2 * units);
  return (projected, states) => {
    const [h] = states as readonly [Tensor];
    const [xz, xr, xh] = splitLast(projected, 3) as [Tensor, Tensor, Tensor];
    const product = matmul(drop(h), gates);
    const inner = splitLast(recurrentBias ? add(product, recurrentBias) : product, resetAfter ? 3 : 2);
    const [hz, hr, hh] = inner as [Tensor, Tensor, Tensor | undefined];
    const update = recurrentActivation(add(xz, hz));
    const reset = recurrentActivation(add(xr, hr));
    const recalled = hh
      ? mul(reset, hh)
      : matmul(mul(reset, drop(h)), columns(recurrentKernel, 2 * units, units));
    const candidate = activation(add(xh, recalled));
    return [add(mul(update, h), mul(sub(1, update), candidate))];
  };
}

export interface UnrollOptions {
  /** From the last step of time to the first. */
  readonly goBackwards?: boolean;
  /** bool [batch, time]: where it does not hold, states stay as they were. */
  readonly mask?: Tensor | undefined;
  /** The output of a masked step: 0, or by default the output before it. */
  readonly zeroOutputForMask?: boolean;
}

export interface Unrolled {
  /** [batch, units] of every step, in the order they were taken. */
  readonly outputs: readonly Tensor[];
  readonly states: readonly Tensor[];
}

/**
 * Applies a step to every time of a sequence, one after the other.
 *
 * @param projected [batch, time, features]
 * @param initial the states before the first step, [batch, units] each
 */
export function unroll(
  projected: Tensor,
  initial: readonly Tensor[],
  step: Step,
  { goBackwards = false, mask, zeroOutputForMask = false }: UnrollOptions = {},
): Unrolled {
  const times = [...Array(projected.shape[1] ?? 0).keys()];
  if (goBackwards) times.reverse();
  const outputs: Tensor[] = [];
  let states = initial;
  for (const time of times) {
    const next = step(at(projected, time), states);
    const [output] = next as readonly [Tensor];
    if (mask) {
      // [batch, 1]
      const holds = slice(mask, [0, time], [-1, 1]);
      const before = zeroOutputForMask ? undefined : outputs.at(-1);
      outputs.push(where(holds, output, before ?? zerosLike(output)));
      const previous = states;
      states = next.map((state, i) => where(holds, state, previous[i] ?? state));
    } else {
      outputs.push(output);
      states = next;
    }
  }
  return { outputs, states };
}

/** [batch, units] each → [batch, time, units]. */
export function stackTimes(outputs: readonly Tensor[]): Tensor {
  return concat(
    outputs.map((output) => output.reshape([output.shape[0] ?? 1, 1, ...output.shape.slice(1)])),
    1,
  );
}

/** One step of time: [batch, time, …] → [batch, …]. */
export function at(x: Tensor, time: number): Tensor {
  const rest: Shape = x.shape.slice(2);
  const box = slice(x, [0, time, ...rest.map(() => 0)], [-1, 1, ...rest]);
  return box.reshape([x.shape[0] ?? 1, ...rest]);
}

function splitLast(x: Tensor, count: number): Tensor[] {
  const length = (x.shape.at(-1) ?? count) / count;
  return Array.from({ length: count }, (_, i) => columns(x, i * length, length));
}

function columns(x: Tensor, from: number, count: number): Tensor {
  const leading = x.shape.slice(0, -1);
  return slice(x, [...leading.map(() => 0), from], [...leading, count]);
}
