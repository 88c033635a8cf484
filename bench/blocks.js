// Training steps of four parts of larger networks, on resident data, written with layers: see blocks.py for the peers' form.

import * as pellucid from '../dist/index.js';
import { CompiledStep } from '../dist/tensor/compile.js';

const { layers } = pellucid;

/** The same names, shapes and arithmetic as in blocks.py: mean of the squared output, gradient descent. */
export const BLOCKS = {
  residual: {
    shape: [32, 16, 16, 32],
    build(x) {
      const options = { padding: 'same' };
      const inner = layers.conv2D(32, 3, { ...options, activation: 'relu' })(x);
      return layers.reLU()(layers.add()([x, layers.conv2D(32, 3, options)(inner)]));
    },
  },
  lstm: {
    shape: [32, 50, 64],
    build: (x) => layers.lstm(128)(layers.lstm(128, { returnSequences: true })(x)),
  },
  attention: {
    shape: [8, 64, 128],
    build: (x) => layers.multiHeadAttention(4, 32)(x, x),
  },
  normsoftmax: {
    shape: [256, 512],
    build: (x) => layers.softmax()(layers.layerNormalization()(x)),
  },
};

const RATE = 0.01;

/** A compiled training step of a block. */
export function blockStep(name) {
  const { shape, build } = BLOCKS[name];
  const input = pellucid.input(shape.slice(1));
  const model = pellucid.model({ inputs: input, outputs: build(input) });
  const x = pellucid.variable(pellucid.randomNormal(shape, 0, 1, { seed: 1 }));
  const weights = model.trainableWeights;
  return new CompiledStep(() => {
    const loss = () => pellucid.mean(pellucid.square(model.call(x.read(), { training: true })));
    const [value, gradients] = pellucid.valueAndGrad(loss, weights)();
    weights.forEach((weight, i) => {
      weight.assign(weight.read().sub(gradients[i].mul(RATE)));
    });
    return [value];
  }, []);
}
