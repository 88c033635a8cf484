import * as f from '../../../tensor/functions.ts';
import { gruStep, lstmStep, type Step, stackTimes, unroll } from '../../../tensor/nn/recurrent.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { OperatorCall, OperatorTable } from './call.ts';

/** Operators that read a sequence [time, batch, features] step by step. */
export const RECURRENT_OPERATORS: OperatorTable = {
  LSTM: (call) => recurrent(call, lstm),
  GRU: (call) => recurrent(call, gru),
};

/** The weights of one direction, units last: [features, gates·units] and [units, gates·units]; [gates·units] each. */
interface Weights {
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor;
  readonly bias: Tensor;
  readonly recurrentBias: Tensor;
}

interface Kind {
  readonly states: number;
  readonly activations: readonly string[];
  /** Which of ONNX's gates is each of those of Pellucid. */
  readonly order: readonly number[];
  /** The step, and what is added to each x·W before it. */
  readonly step: (call: OperatorCall, weights: Weights) => { readonly step: Step; readonly bias: Tensor };
}

const common = { activation: f.tanh, recurrentActivation: f.sigmoid, drop: (x: Tensor) => x };

/** Gates i o f c there, i f c o here. */
const lstm: Kind = {
  states: 2,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  order: [0, 2, 3, 1],
  step: (_, { recurrentKernel, bias, recurrentBias }) => ({
    step: lstmStep({ ...common, recurrentKernel }),
    bias: f.add(bias, recurrentBias),
  }),
};

/** Gates z r h in both. */
const gru: Kind = {
  states: 1,
  activations: ['Sigmoid', 'Tanh'],
  order: [0, 1, 2],
  step(call, { recurrentKernel, bias, recurrentBias }) {
    const resetAfter = call.int('linear_before_reset', 0) !== 0;
    const step = gruStep({ ...common, recurrentKernel, resetAfter, ...(resetAfter && { recurrentBias }) });
    return { step, bias: resetAfter ? bias : f.add(bias, recurrentBias) };
  },
};

function recurrent(call: OperatorCall, kind: Kind): readonly Tensor[] {
  refuseExtras(call, kind);
  const [x, kernel] = [call.input(0), call.input(1)];
  const [time = 0, batch = 0] = x.shape;
  const direction = call.text('direction', 'forward');
  const directions = direction === 'bidirectional' ? 2 : 1;
  const units = call.input(2).shape.at(-1) ?? 0;
  if (kernel.shape[0] !== directions || time === 0) {
    throw call.refusal(`weights for ${directions} directions and a sequence`, `[${kernel.shape.join(', ')}]`);
  }
  const sequence = x.transpose([1, 0, 2]);
  const runs = Array.from({ length: directions }, (_, i) => {
    const { step, bias } = kind.step(call, weightsOf(call, kind, i, units));
    const rows = f.matmul(sequence.reshape([batch * time, -1]), weightsOf(call, kind, i, units).kernel);
    const projected = f.add(rows, bias).reshape([batch, time, -1]);
    const initial = Array.from({ length: kind.states }, (_, state) => {
      const given = call.optional(5 + state);
      return given ? part(given, i) : f.zeros([batch, units], x.dtype);
    });
    const goBackwards = direction === 'reverse' || i === 1;
    const { outputs, states } = unroll(projected, initial, step, { goBackwards });
    return { outputs: goBackwards ? [...outputs].reverse() : outputs, states };
  });
  // [batch, time, units] for each → [time, directions, batch, units]
  const whole = f.concat(
    runs.map(({ outputs }) => f.expandDims(stackTimes(outputs).transpose([1, 0, 2]), 1)),
    1,
  );
  const last = Array.from({ length: kind.states }, (_, state) =>
    f.concat(
      runs.map(({ states }) => f.expandDims(states[state] as Tensor, 0)),
      0,
    ),
  );
  return [whole, ...last];
}

const part = (x: Tensor, i: number): Tensor => {
  const [, ...rest] = x.shape;
  return f.slice(x, [i, ...rest.map(() => 0)], [1, ...rest]).reshape(rest);
};

function weightsOf(call: OperatorCall, { order }: Kind, direction: number, units: number): Weights {
  const gates = (x: Tensor) =>
    f.concat(
      order.map((gate) =>
        f.slice(x, [gate * units, ...x.shape.slice(1).map(() => 0)], [units, ...x.shape.slice(1)]),
      ),
    );
  const length = order.length * units;
  const biases = call.optional(3);
  const both = biases ? part(biases, direction) : f.zeros([2 * length], call.input(1).dtype);
  return {
    kernel: gates(part(call.input(1), direction)).transpose(),
    recurrentKernel: gates(part(call.input(2), direction)).transpose(),
    bias: gates(f.slice(both, [0], [length])),
    recurrentBias: gates(f.slice(both, [length], [length])),
  };
}

function refuseExtras(call: OperatorCall, { activations, states }: Kind): void {
  const given = call.texts('activations');
  if (given.some((name, i) => name !== activations[i % activations.length])) {
    throw call.refusal(`the activations ${activations.join(', ')}`, given.join(', '));
  }
  if (call.optional(4)) throw call.refusal('sequences of one length', 'lengths for each');
  if (call.optional(5 + states)) throw call.refusal('gates that see the output alone', 'peepholes');
  if (call.has('clip')) throw call.refusal('values that are not clipped', 'a clip');
  if (call.int('layout', 0) !== 0) throw call.refusal('time before the batch', 'the batch first');
  if (call.int('input_forget', 0) !== 0) throw call.refusal('gates of their own', 'one gate for two');
}
