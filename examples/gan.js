// A generator learns to make points on a circle that a critic takes for real: `node examples/gan.js`.
import {
  binaryCrossentropy,
  concat,
  dense,
  input,
  Model,
  ones,
  optimizers,
  randomNormal,
  sequential,
  setSeed,
  tensor,
  valueAndGrad,
  zeros,
} from 'pellucid';

class GAN extends Model {
  generator = sequential([input([2]), dense(32, { activation: 'relu' }), dense(2)]);
  critic = sequential([
    input([2]),
    dense(32, { activation: 'relu' }),
    dense(32, { activation: 'relu' }),
    dense(1),
  ]);
  generatorOptimizer = optimizers.adam({ learningRate: 0.002, beta1: 0.5 });
  criticOptimizer = optimizers.adam({ learningRate: 0.004, beta1: 0.5 });

  trainStep({ x: [real], context }) {
    const count = real.shape[0];
    const noise = (seed) => randomNormal([count, 2], 0, 1, { seed, stream: context.step });
    const loss = binaryCrossentropy({ fromLogits: true });

    const fakes = this.generator(noise(1), context);
    const [criticLoss, slopes] = valueAndGrad(() => {
      const labels = concat([ones([count, 1]), zeros([count, 1])]);
      return loss.reduce(labels, this.critic(concat([real, fakes]), context));
    }, this.critic.trainableWeights)();
    this.criticOptimizer.apply(slopes, this.critic.trainableWeights);

    const [generatorLoss, others] = valueAndGrad(() => {
      return loss.reduce(ones([count, 1]), this.critic(this.generator(noise(2), context), context));
    }, this.generator.trainableWeights)();
    this.generatorOptimizer.apply(others, this.generator.trainableWeights);
    return { criticLoss, generatorLoss };
  }
}

setSeed(1);
const circle = tensor(Array.from({ length: 512 }, (_, i) => [Math.cos(i), Math.sin(i)]));
const gan = new GAN();
await gan.fit(circle, undefined, { epochs: 300, batchSize: 128 });

const made = gan.generator.predict(randomNormal([500, 2], 0, 1, { seed: 9 })).array();
const radii = made.map(([x, y]) => Math.hypot(x, y));
const mean = radii.reduce((a, b) => a + b) / radii.length;
console.log(`500 made points lie ${mean.toFixed(2)} from the middle on average; real ones 1.`);
