// How long a large unrolled graph takes to become a program: node bench/compile.js [steps]
//
// An LSTM of 100 steps (batch 32, 64 inputs, 128 units, all steps' inputs multiplied at once), its loss, its
// gradients and Adam's updates. Each stage is timed in a fresh process's first compilation ("cold") and again
// ("warm"), after which the engine has compiled the compiler. On a busy machine processor time says more than
// time by the clock: "processor" is that of the whole process, its collector and its compiler threads included.

import { wasmBackend } from '../dist/backends/wasm/backend.js';
import { inOrder } from '../dist/graph/graph.js';
import * as pellucid from '../dist/index.js';
import { CompiledStep } from '../dist/tensor/compile.js';
import { setBackend } from '../dist/tensor/runtime.js';

const STEPS = Number(process.argv[2] ?? 100);
const [BATCH, INPUTS, UNITS] = [32, 64, 128];
const { matmul, sigmoid, slice, tanh, variable } = pellucid;

const backend = wasmBackend();
let compiled;
setBackend({
  ...backend,
  compile(step, options) {
    compiled = { step, made: performance.now() };
    const executable = backend.compile(step, options);
    compiled.done = performance.now();
    return executable;
  },
});

/** Small weights that differ, so that nothing is equal by chance. */
function weight(shape, seed) {
  const data = Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => 0.1 * Math.sin(i * 12.9898 + seed),
  );
  return variable({ dtype: 'float32', shape, data });
}

function lstmStep() {
  const x = weight([STEPS * BATCH, INPUTS], 1);
  const y = weight([BATCH, 1], 2);
  const weights = {
    kernel: weight([INPUTS, 4 * UNITS], 3),
    recurrent: weight([UNITS, 4 * UNITS], 4),
    bias: weight([4 * UNITS], 5),
    head: weight([UNITS, 1], 6),
  };
  const all = Object.values(weights);
  const zeros = () => all.map(({ shape }) => variable(pellucid.zeros(shape)));
  const [means, squares] = [zeros(), zeros()];
  const loss = () => {
    const recurrent = weights.recurrent.read();
    const projected = matmul(x.read(), weights.kernel.read()).add(weights.bias.read());
    let [h, c] = [pellucid.zeros([BATCH, UNITS]), pellucid.zeros([BATCH, UNITS])];
    for (let step = 0; step < STEPS; step++) {
      const z = slice(projected, [step * BATCH, 0], [BATCH, 4 * UNITS]).add(matmul(h, recurrent));
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => slice(z, [0, gate * UNITS], [BATCH, UNITS]));
      c = sigmoid(f)
        .mul(c)
        .add(sigmoid(i).mul(tanh(g)));
      h = sigmoid(o).mul(tanh(c));
    }
    return pellucid.mean(pellucid.square(matmul(h, weights.head.read()).sub(y.read())));
  };
  const start = performance.now();
  const startAt = process.cpuUsage();
  const step = new CompiledStep(() => {
    const [value, gradients] = pellucid.valueAndGrad(loss, all)();
    all.forEach((variable, i) => {
      const gradient = gradients[i];
      const mean = means[i].read().mul(0.9).add(gradient.mul(0.1));
      const square = squares[i].read().mul(0.999).add(pellucid.square(gradient).mul(0.001));
      means[i].assign(mean);
      squares[i].assign(square);
      variable.assign(variable.read().sub(mean.mul(0.001).div(pellucid.sqrt(square).add(1e-7))));
    });
    return [value];
  }, []);
  const processor = process.cpuUsage(startAt);
  return {
    step,
    total: performance.now() - start,
    graph: compiled.made - start,
    processor: (processor.user + processor.system) / 1000,
  };
}

for (const label of ['cold', 'warm', 'warm', 'warm', 'warm']) {
  const { step, total, graph, processor } = lstmStep();
  const { outputs, updates } = compiled.step;
  const nodes = inOrder([...outputs, ...updates.map(({ value }) => value)]).length;
  const { kernels, codeBytes, arenaBytes } = step.report;
  const runs = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    step.run();
    runs.push(performance.now() - start);
  }
  console.log(
    JSON.stringify({
      label,
      nodes,
      kernels,
      distinct: distinctKernels(step.report.text()),
      codeBytes,
      arenaBytes,
      milliseconds: {
        total: Math.round(total),
        processor: Math.round(processor),
        'graph and gradients': Math.round(graph),
        program: Math.round(total - graph),
        step: Number(Math.min(...runs).toFixed(1)),
      },
      loss: step.outputs()[0].data[0],
    }),
  );
}

function distinctKernels(text) {
  return new Set(text.match(/\(func \$kernel\d+/g)).size;
}
