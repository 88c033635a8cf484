import * as f from '../../../tensor/functions.ts';
import { moments, standardize } from '../../../tensor/nn/normalization.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { OperatorCall, OperatorTable } from './call.ts';

/** A number for each channel, beside [batch, channels, …spatial]. */
const perChannel = (x: Tensor, values: Tensor): Tensor =>
  values.reshape([-1, ...x.shape.slice(2).map(() => 1)]);

/** Operators that subtract a mean and divide by a deviation. */
export const NORMALIZING_OPERATORS: OperatorTable = {
  BatchNormalization(call) {
    if (call.int('training_mode', 0) !== 0 || call.outputs > 1) {
      throw call.refusal('a graph for inference', 'one for training');
    }
    const x = call.input(0);
    const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => perChannel(x, call.input(i)));
    const known = { mean: mean as Tensor, variance: variance as Tensor };
    return standardize(x, known, call.float('epsilon', 1e-5), scale, bias);
  },
  InstanceNormalization(call) {
    const x = call.input(0);
    const axes = x.shape.slice(2).map((_, i) => i + 2);
    const [scale, bias] = [1, 2].map((i) => perChannel(x, call.input(i)));
    return standardize(x, moments(x, axes), call.float('epsilon', 1e-5), scale, bias);
  },
  LayerNormalization(call) {
    if (call.outputs > 1) throw call.refusal('one output', `${call.outputs}`);
    const x = call.input(0);
    const first = call.axis(call.int('axis', -1), x.shape.length);
    const axes = x.shape.flatMap((_, axis) => (axis >= first ? [axis] : []));
    return standardize(x, moments(x, axes), call.float('epsilon', 1e-5), call.input(1), call.optional(2));
  },
  GroupNormalization: groups,
};

function groups(call: OperatorCall): Tensor {
  const x = call.input(0);
  const [batch = 1, channels = 1, ...spatial] = x.shape;
  const count = call.int('num_groups', 1);
  if (count < 1 || channels % count !== 0) throw call.refusal(`groups of ${channels} channels`, `${count}`);
  const parts = x.reshape([batch, count, channels / count, ...spatial]);
  const axes = parts.shape.slice(2).map((_, i) => i + 2);
  const normal = standardize(parts, moments(parts, axes), call.float('epsilon', 1e-5)).reshape(x.shape);
  // Before version 21 there was one number for each group.
  const [scale, bias] = [1, 2].map((i) => {
    const values = call.input(i);
    if (values.size === channels) return perChannel(x, values);
    const spread = f.broadcastTo(values.reshape([count, 1]), [count, channels / count]);
    return perChannel(x, spread.reshape([channels]));
  }) as [Tensor, Tensor];
  return f.add(f.mul(normal, scale), bias);
}
