// Data, initial weights and timing of the benchmark: the same numbers, and the same protocol, as the peers'.

const sizes = [784, 128, 10];

export const WORKLOADS = {
  w1: { title: 'W1 xor 2-4-1, batch 4, SGD', kind: 'binary', sizes: [2, 4, 1], batch: 4, rate: 0.5 },
  w2: {
    title: 'W2 spiral 2-8-8-1, batch 10, SGD',
    kind: 'binary',
    sizes: [2, 8, 8, 1],
    batch: 10,
    rate: 0.03,
  },
  w3b32: { title: 'W3 784-128-10, batch 32, Adam', kind: 'classes', sizes, batch: 32, rate: 1e-3 },
  w3b128: { title: 'W3 784-128-10, batch 128, Adam', kind: 'classes', sizes, batch: 128, rate: 1e-3 },
  w3fit32: { title: 'W3 fit, 12,800 examples, batch 32', kind: 'fit', sizes, batch: 32, rate: 1e-3 },
  w3fit128: { title: 'W3 fit, 12,800 examples, batch 128', kind: 'fit', sizes, batch: 128, rate: 1e-3 },
  w4: {
    title: 'W4 784-512-512-10, batch 128, Adam',
    kind: 'classes',
    sizes: [784, 512, 512, 10],
    batch: 128,
    rate: 1e-3,
  },
  w5: { title: 'W5 CNN 3×3×32, 3×3×64, 128, 10, batch 32, Adam', kind: 'cnn', batch: 32, rate: 1e-3 },
  residual: { title: 'residual block, 2 convolutions 3×3×32 on 16×16, batch 32', kind: 'block' },
  lstm: { title: '2-layer LSTM, 128 units, 50 steps, batch 32', kind: 'block' },
  attention: { title: 'attention, 4 heads, 64 × 128, batch 8', kind: 'block' },
  normsoftmax: { title: 'layer normalisation and softmax, 256 × 512', kind: 'block' },
  w7mlp: { title: 'W7 latency, 784-128-10, batch 1', kind: 'latency', sizes },
  w7cnn: { title: 'W7 latency, CNN, batch 1', kind: 'latency' },
  w8: { title: 'W8 fresh process: import and first 2 × 2 product', kind: 'start' },
  w6n512: { title: 'W6 matmul 512', kind: 'matmul', size: 512 },
  w6n1024: { title: 'W6 matmul 1024', kind: 'matmul', size: 1024 },
};

/** Step rows cycle through this many batches; xor and spiral through all of theirs. */
export const BATCHES = 16;
export const FIT_EXAMPLES = 12800;
/** The loss at this step, from 0, shows that all compute the same. */
export const checkStep = (name) => (name === 'w5' ? 3 : 20);
const SEGMENTS = 5;

function lcg(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Kernels [in, out], Glorot uniform, and zero biases. */
export function denseWeights(widths) {
  const random = lcg(1);
  return widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer];
    const limit = Math.sqrt(6 / (inputs + outputs));
    const kernel = Float32Array.from({ length: inputs * outputs }, () => (2 * random() - 1) * limit);
    return { kernel, bias: new Float32Array(outputs), shape: [inputs, outputs] };
  });
}

/** Two convolutions of 3 × 3, kernels [height, width, in, out], and two dense layers. */
export function cnnWeights() {
  const random = lcg(1);
  return [
    [3, 3, 1, 32],
    [3, 3, 32, 64],
    [1600, 128],
    [128, 10],
  ].map((shape) => {
    const count = shape.reduce((product, length) => product * length, 1);
    const outputs = shape.at(-1);
    const limit = Math.sqrt(6 / (count / outputs + outputs));
    const kernel = Float32Array.from({ length: count }, () => (2 * random() - 1) * limit);
    return { kernel, bias: new Float32Array(outputs), shape };
  });
}

export function xor() {
  return { count: 4, x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Float32Array.of(0, 1, 1, 0) };
}

export function spiral() {
  const random = lcg(3);
  const count = 200;
  const x = new Float32Array(2 * count);
  const y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.floor(i / 2) / 100;
    const angle = 1.75 * radius * 2 * Math.PI + (i % 2 ? Math.PI : 0);
    x[2 * i] = radius * Math.sin(angle) + (2 * random() - 1) * 0.02;
    x[2 * i + 1] = radius * Math.cos(angle) + (2 * random() - 1) * 0.02;
    y[i] = i % 2;
  }
  return { count, x, y };
}

/** 784 values in [0, 1), half the prototype of the class and half noise. */
export function images(count) {
  const random = lcg(7);
  const y = Int32Array.from({ length: count }, () => Math.floor(random() * 10));
  const prototypes = Float64Array.from({ length: 10 * 784 }, random);
  const x = new Float32Array(count * 784);
  for (let i = 0; i < x.length; i++) {
    x[i] = 0.5 * prototypes[y[Math.floor(i / 784)] * 784 + (i % 784)] + 0.5 * random();
  }
  return { count, x, y };
}

export function matrix(size, seed) {
  const random = lcg(seed);
  return Float32Array.from({ length: size * size }, () => 2 * random() - 1);
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Calls per second of `run(times)`, one value for each of five segments: a second of warm-up, then segments of
 * half a second and `least` calls or more.
 */
export function throughput(run, least = 1) {
  const timed = (times) => {
    const start = performance.now();
    run(times);
    return performance.now() - start;
  };
  let times = 1;
  let each = timed(1);
  for (let spent = each; spent < 1000; ) {
    times = Math.max(1, Math.min(times * 4, Math.ceil((1000 - spent) / each)));
    const took = timed(times);
    each = took / times;
    spent += took;
  }
  const segment = Math.max(least, Math.ceil(500 / each));
  return Array.from({ length: SEGMENTS }, () => (segment * 1000) / timed(segment));
}
