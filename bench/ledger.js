// The time to open one example's way through networks: all values and gradients computed, then formulas opened.
import { layers, losses, sequential, setSeed, tensor } from 'pellucid';
import { explain } from 'pellucid/explain';

const classes = losses.sparseCategoricalCrossentropy();
const wave = (shape) => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.abs(Math.sin(i))),
    { shape: [1, ...shape] },
  );
};

const NETWORKS = {
  '784-128-10': {
    shape: [784],
    make: () => [layers.dense(128, { activation: 'sigmoid' }), layers.dense(10, { activation: 'softmax' })],
  },
  'a CNN of 28×28 pictures': {
    shape: [28, 28, 1],
    make: () => [
      layers.conv2D(8, 3, { activation: 'relu' }),
      layers.maxPooling2D(),
      layers.conv2D(16, 3, { activation: 'relu' }),
      layers.maxPooling2D(),
      layers.flatten(),
      layers.dense(10, { activation: 'softmax' }),
    ],
  },
  'an LSTM over 28 moments': {
    shape: [28, 8],
    make: () => [layers.lstm(16), layers.dense(10, { activation: 'softmax' })],
  },
};

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

console.log('network, numbers, milliseconds to open: the first time, and then (median of 5)');
for (const [name, { shape, make }] of Object.entries(NETWORKS)) {
  setSeed(1);
  const model = sequential([layers.input(shape), ...make()]);
  model.compile({ optimizer: 'adam', loss: classes });
  const x = wave(shape);
  const open = () => {
    const start = performance.now();
    const before = process.cpuUsage();
    const ledger = explain(model, x, [3]);
    for (const { key, quantities } of ledger.sections.slice(1)) {
      for (const quantity of quantities) {
        if (quantity.role !== 'slot') quantity.formula?.(0, 0)?.filled();
        quantity.gradient?.(0, 0);
      }
      if (quantities.length === 0) throw new Error(`${key} has no numbers`);
    }
    const { user, system } = process.cpuUsage(before);
    return { ledger, milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
  };
  const { ledger, milliseconds } = open();
  const runs = Array.from({ length: 5 }, open);
  const again = median(runs.map((run) => run.milliseconds));
  const cpu = median(runs.map((run) => run.cpu));
  console.log(
    `${name}: ${ledger.size.toLocaleString('en-GB')} numbers, ${milliseconds.toFixed(0)} ms, then ${again.toFixed(0)} ms (${cpu.toFixed(0)} ms of the processor)`,
  );
}
