import { expect, test } from 'vitest';
import { spirals } from '../../src/data/index.ts';
import { type Model, NumericError, optimizers, trainer } from '../../src/index.ts';
import { dense, dropout, input } from '../../src/layers/index.ts';
import { setSeed } from '../../src/tensor/random.ts';
import { sequential } from '../../src/training/index.ts';

const { x, y } = spirals({ n: 70, arms: 2, seed: 3 });

function network(learningRate = 0.1): Model {
  setSeed(5);
  const model = sequential([
    input([2]),
    dense(6, { activation: 'tanh' }),
    dropout(0.2),
    dense(1, { activation: 'sigmoid' }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate }), loss: 'binaryCrossentropy' });
  return model;
}
const stateOf = (model: Model) => model.getState().map(({ data }) => Array.from(data));

test('steps in pieces of any size are the same steps', () => {
  const [whole, pieces] = [network(), network()];
  trainer(whole, x, y, { batchSize: 16, seed: 2 }).run(23);
  const training = trainer(pieces, x, y, { batchSize: 16, seed: 2 });
  expect(training.stepsPerEpoch).toBe(5);
  for (const steps of [1, 3, 4, 9, 6]) training.run(steps);
  expect(training.step).toBe(23);
  expect(stateOf(pieces)).toEqual(stateOf(whole));
});

test('a model given the state of a step trains on from there, to the bit', () => {
  const model = network();
  const training = trainer(model, x, y, { batchSize: 16 });
  training.run(8);
  const kept = model.getState();
  training.run(7);
  const [ahead, other] = [stateOf(model), network()];
  const again = trainer(other, x, y, { batchSize: 16 });
  other.setState(kept);
  again.seek(8);
  again.run(7);
  expect(stateOf(other)).toEqual(ahead);
  model.setState(kept);
  training.seek(8);
  training.run(7);
  expect(stateOf(model)).toEqual(ahead);
});

test('a batch at a time, it is what trainOnBatch does', () => {
  const [one, other] = [network(), network()];
  const loss = trainer(one, x, y, { batchSize: 70, shuffle: false }).run(1).loss;
  expect(other.trainOnBatch(x, y).loss).toBeCloseTo(loss ?? Number.NaN, 6);
  expect(stateOf(one)[0]).toEqual(stateOf(other)[0]);
});

test('stops where the loss is no number, with the cause and the last good state', () => {
  setSeed(1);
  const model = sequential([input([2]), dense(8, { activation: 'relu' }), dense(1)]);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 1e6 }), loss: 'meanSquaredError' });
  const training = trainer(model, x, y, { batchSize: 10 });
  expect(() => training.run(200)).toThrow(NumericError);
  expect(training.step).toBeLessThan(200);
  expect(stateOf(model).flat().every(Number.isFinite)).toBe(true);
});

test('refuses a step or a batch size that is none', () => {
  const model = network();
  expect(() => trainer(model, x, y, { batchSize: 0 })).toThrow(/batchSize 0/);
  expect(() => trainer(model, x, y).seek(-1)).toThrow(/step -1/);
});
