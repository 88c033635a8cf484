// A graph of layers with two inputs and two outputs: run with `npm run build && node examples/twoInputs.js`.
import { input, layers, model, setSeed, slice, tensor } from 'pellucid';
import { madeDigits } from 'pellucid/data';

setSeed(1);
// Pairs of digits: is the first one greater, and what is their sum?
const { x, y } = madeDigits({ n: 2000 });
const half = (from) => slice(x, [from, 0, 0], [1000, 28, 28]);
const pairs = Array.from({ length: 1000 }, (_, i) => [y.data[i], y.data[1000 + i]]);
const greater = pairs.map(([a, b]) => [Number(a > b)]);
const sum = pairs.map(([a, b]) => [a + b]);

const [first, second] = [input([28, 28], { name: 'first' }), input([28, 28], { name: 'second' })];
const scale = layers.rescaling(1 / 255);
const flat = layers.flatten();
const read = layers.dense(48, { activation: 'relu', name: 'read' });
const seen = [first, second].map((picture) => read(flat(scale(picture)))); // one layer reads both
const hidden = layers.dense(48, { activation: 'relu' })(layers.concatenate()(seen));
const net = model({
  inputs: [first, second],
  outputs: {
    greater: layers.dense(1, { activation: 'sigmoid', name: 'greater' })(hidden),
    sum: layers.dense(1, { name: 'sum' })(hidden),
  },
});
net.compile({
  optimizer: 'adam',
  loss: { greater: 'binaryCrossentropy', sum: 'mse' },
  lossWeights: { greater: 1, sum: 0.1 },
  metrics: { greater: ['accuracy'], sum: ['mae'] },
});
const inputs = { first: half(0), second: half(1000) };
const targets = { greater: tensor(greater), sum: tensor(sum) };
await net.fit(inputs, targets, { epochs: 20, batchSize: 50 });

console.log(net.summary());
const logs = await net.evaluate(inputs, targets);
console.log(`greater: ${logs.greater_accuracy.toFixed(2)} right; sum: off by ${logs.sum_mae.toFixed(1)}`);
