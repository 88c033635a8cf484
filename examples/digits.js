// A convolutional network reads made digits: run with `npm run build && node examples/digits.js`.
import { input, layers, sequential, tensor, utils } from 'pellucid';
import { madeDigits } from 'pellucid/data';

utils.setRandomSeed(1);
const pictures = ({ x, y }) => [tensor(x).reshape([-1, 28, 28, 1]), y];
const [x, y] = pictures(madeDigits({ n: 1500 }));
const [testX, testY] = pictures(madeDigits({ n: 300, seed: 1 }));

const model = sequential([
  input([28, 28, 1]),
  layers.rescaling(1 / 255),
  layers.conv2D(8, 3, { activation: 'relu' }),
  layers.maxPooling2D(2),
  layers.conv2D(16, 3, { activation: 'relu' }),
  layers.maxPooling2D(2),
  layers.flatten(),
  layers.dropout(0.2),
  layers.dense(10, { activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
await model.fit(x, y, { epochs: 4 });

console.log(model.summary());
const { accuracy } = await model.evaluate(testX, testY);
console.log(`Of 300 other digits, ${(100 * accuracy).toFixed(1)} % are read.`);
