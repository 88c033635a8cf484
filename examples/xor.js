// Two layers learn what one unit cannot: run with `npm run build && node examples/xor.js`.
import { dense, input, sequential, setSeed, sgd } from 'pellucid';

setSeed(1);
const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [[0], [1], [1], [0]];

const model = sequential([input([2]), dense(4, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })]);
model.compile({
  optimizer: sgd({ learningRate: 0.5 }),
  loss: 'binaryCrossentropy',
  metrics: ['accuracy'],
});
await model.fit(x, y, { epochs: 2000, batchSize: 4 });

console.log(model.summary());
console.log(await model.evaluate(x, y));
for (const [i, [output]] of model.predict(x).array().entries()) console.log(x[i], '→', output.toFixed(3));
