import { expect, test } from 'vitest';
import { exp, input, layers, model, sequential } from '../../src/index.ts';

test('merging inputs that do not fit names both shapes and what to do', () => {
  expect(() => layers.add([input([4, 3]), input([5, 3])])).toThrow(
    'layer "Add": expected inputs of one shape, or of length 1 where they differ, found [batch, 4, 3] and [batch, 5, 3]. Bring them to one shape first',
  );
  expect(layers.maximum([input([4, 3]), input([1, 3]), input([3])]).exampleShape).toEqual([4, 3]);
});

test('a function of tensors, given what comes later, says what to use', () => {
  expect(() => Reflect.apply(exp, undefined, [input([3])])).toThrow(
    'found a SymbolicTensor. It stands for values that come later: use functions of ops, or lambda',
  );
});

test('a model of outputs that need another input names its own by shape', () => {
  expect(() => model({ inputs: input([3]), outputs: layers.dense(2)(input([4])) })).toThrow(
    'outputs computed from its inputs, [batch, 3], found outputs that also need',
  );
});

test('parameters are counted, those that are not trained too', () => {
  const made = sequential([input([3]), layers.dense(4), layers.batchNormalization()]);
  expect(made.countParams()).toBe(3 * 4 + 4 + 4 * 4);
  expect(made.layers[0]?.countParams()).toBe(16);
});
