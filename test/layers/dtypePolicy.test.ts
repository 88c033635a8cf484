import { afterEach, describe, expect, test } from 'vitest';
import {
  ArgumentError,
  compile,
  type DtypePolicy,
  dtypePolicy,
  type Layer,
  layers,
  mean,
  setDtypePolicy,
  square,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';

afterEach(() => setDtypePolicy('float32'));

const POLICIES = [
  { policy: 'mixed_float16', dtype: 'float16', step: 2 ** -10 },
  { policy: 'mixed_bfloat16', dtype: 'bfloat16', step: 2 ** -7 },
] as const;

const sequence = [5, 6];
const image = [6, 6, 3];
const KINDS: readonly { name: string; make: () => Layer; shape: readonly number[]; inputs?: number }[] = [
  { name: 'dense', make: () => layers.dense(3, { activation: 'gelu' }), shape: [5] },
  { name: 'conv2D', make: () => layers.conv2D(3, 3, { padding: 'same' }), shape: image },
  { name: 'depthwiseConv2D', make: () => layers.depthwiseConv2D(3), shape: image },
  { name: 'conv2DTranspose', make: () => layers.conv2DTranspose(3, 3), shape: image },
  { name: 'averagePooling2D', make: () => layers.averagePooling2D(), shape: image },
  { name: 'batchNormalization', make: () => layers.batchNormalization(), shape: image },
  { name: 'layerNormalization', make: () => layers.layerNormalization(), shape: sequence },
  { name: 'lstm', make: () => layers.lstm(3), shape: sequence },
  { name: 'gru', make: () => layers.gru(3, { returnSequences: true }), shape: sequence },
  { name: 'bidirectional', make: () => layers.bidirectional(layers.simpleRNN(3)), shape: sequence },
  { name: 'timeDistributed', make: () => layers.timeDistributed(layers.dense(3)), shape: sequence },
  { name: 'multiHeadAttention', make: () => layers.multiHeadAttention(2, 3), shape: sequence, inputs: 2 },
  { name: 'concatenate', make: () => layers.concatenate(), shape: sequence, inputs: 2 },
];

/** Output, mean square and its gradients for a layer whose weights are given. */
function run(layer: Layer, inputs: readonly Tensor[]) {
  let dtype = '';
  const step = compile((...given: Tensor[]) => {
    let output = tensor(0);
    const loss = () => {
      output = layer.apply(given, { training: true }).outputs[0] as Tensor;
      dtype = output.dtype;
      return mean(square(output.cast('float32')));
    };
    const [value, gradients] = valueAndGrad(
      loss,
      layer.weights.filter(({ trainable }) => trainable),
    )();
    return [value, ...gradients];
  });
  const [loss, ...gradients] = step(...inputs).map((each) => each.value());
  return { dtype, loss: loss?.data[0] ?? Number.NaN, gradients };
}

describe.each(POLICIES)('under $policy', ({ policy, dtype, step }) => {
  test.each(KINDS)('$name computes in $dtype, close to what it is in full', ({ make, shape, inputs = 1 }) => {
    const given = Array.from({ length: inputs }, (_, i) => {
      const length = shape.reduce((product, n) => product * n, 2);
      return tensor(
        Float32Array.from({ length }, (__, j) => Math.sin(1.7 * j + i)),
        { shape: [2, ...shape] },
      );
    });
    const full = make();
    setDtypePolicy(policy);
    const mixed = make();
    for (const layer of [full, mixed]) layer.buildMany(given.map(() => shape));
    for (const [i, weight] of mixed.weights.entries()) {
      weight.assign((full.weights[i] ?? weight).value());
      expect(weight.dtype).toBe('float32');
    }
    const [wanted, found] = [run(full, given), run(mixed, given)];
    expect(wanted.dtype).toBe('float32');
    expect(found.dtype).toBe(dtype);
    expect(Math.abs(found.loss - wanted.loss) / wanted.loss).toBeLessThan(16 * step);
    for (const [i, gradient] of found.gradients.entries()) {
      expect(gradient.dtype).toBe('float32');
      const values = wanted.gradients[i]?.data ?? [];
      const greatest = Math.max(...Array.from(values, Math.abs));
      const error = Math.max(...Array.from(gradient.data, (x, j) => Math.abs(x - (values[j] ?? 0))));
      expect(error).toBeLessThan(32 * step * Math.max(greatest, 0.01));
    }
  });

  test('a softmax is float32', () => {
    setDtypePolicy(policy);
    for (const layer of [layers.softmax(), layers.dense(3, { activation: 'softmax' })]) {
      const [output] = layer.apply([tensor([[1, 2, 3]])], { training: false }).outputs;
      expect(output?.dtype).toBe('float32');
    }
  });

  test('a layer with a policy of its own keeps it', () => {
    setDtypePolicy(policy);
    const [output] = layers
      .dense(3, { dtype: 'float32' })
      .apply([tensor([[1, 2, 3]])], { training: false }).outputs;
    expect(output?.dtype).toBe('float32');
  });
});

test('the policy is the one set last, and no other word is one', () => {
  expect(dtypePolicy()).toBe('float32');
  setDtypePolicy('mixed_bfloat16');
  expect(dtypePolicy()).toBe('mixed_bfloat16');
  expect(() => setDtypePolicy('mixed_float8' as DtypePolicy)).toThrow(ArgumentError);
  expect(dtypePolicy()).toBe('mixed_bfloat16');
});
