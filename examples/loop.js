// A training loop without `fit`, compiled to one program: run with `npm run build && node examples/loop.js`.
import {
  compile,
  dense,
  input,
  losses,
  metrics,
  optimizers,
  sequential,
  setSeed,
  tensor,
  valueAndGrad,
} from 'pellucid';
import { spirals } from 'pellucid/data';

setSeed(1);
const { x, y } = spirals({ n: 300, arms: 2, noise: 0.02 });
const arms = tensor(y).reshape([-1, 1]).cast('float32');
const network = sequential([
  input([2]),
  dense(32, { activation: 'tanh' }),
  dense(32, { activation: 'tanh' }),
  dense(1, { activation: 'sigmoid' }),
]);
const optimizer = optimizers.adam({ learningRate: 0.01 });
const loss = losses.binaryCrossentropy();
const accuracy = metrics.running(metrics.binaryAccuracy());

// Forward, backward, update and metric: recorded at the first call, a program from then on.
const step = compile((points, labels) => {
  const [value, gradients] = valueAndGrad(() => {
    const outputs = network(points, { training: true });
    accuracy.updateState(labels, outputs);
    return loss.reduce(labels, outputs);
  }, network.trainableWeights)();
  optimizer.apply(gradients, network.trainableWeights);
  return value;
});

for (let i = 1; i <= 500; i++) {
  const value = step(x, arms).item();
  if (i % 100 === 0) {
    console.log(`step ${i}: loss ${value.toFixed(3)}, accuracy ${accuracy.result().toFixed(3)}`);
    accuracy.resetState();
  }
}
