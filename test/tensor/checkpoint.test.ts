import { beforeAll, describe, expect, test } from 'vitest';
import { wasmBackend } from '../../src/backends/wasm/backend.ts';
import {
  checkpoint,
  dense,
  dropout,
  grad,
  input,
  randomNormal,
  randomUniform,
  referenceBackend,
  sequential,
  setBackend,
  setSeed,
  type Tensor,
  tanh,
  tensor,
  valueAndGrad,
  variable,
} from '../../src/index.ts';
import { CompiledStep } from '../../src/tensor/compile.ts';

beforeAll(() => setBackend(wasmBackend({ deterministic: true })));

const WIDTH = 64;
const BATCH = 256;

type Wrap = (block: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
const plainly: Wrap = (block) => block;

/** Sixteen layers in blocks of four: the loss, its gradients and how much of the arena is activations. */
function deepNetwork(wrap: Wrap, { unfused = false } = {}) {
  setSeed(3);
  const weights = Array.from({ length: 16 }, () => variable(randomNormal([WIDTH, WIDTH], 0, 0.15)));
  const x = randomNormal([BATCH, WIDTH]).value();
  const blocks = [0, 4, 8, 12].map((from) =>
    wrap((h) => weights.slice(from, from + 4).reduce((y, w) => tanh(y.matmul(w.read())).mul(1.1), h)),
  );
  const step = new CompiledStep(
    (given) => {
      const [loss, gradients] = valueAndGrad(() => {
        const y = blocks.reduce((h, block) => block(h), given);
        return y.mul(y).mean();
      }, weights)();
      return [loss, ...gradients];
    },
    [x],
    { unfused },
  );
  step.set(0, x);
  step.run();
  return { results: step.outputs(), bytes: step.report.peakBytes.activations, kernels: step.report.kernels };
}

describe('checkpoint', () => {
  test('gives the same gradients with a smaller arena', () => {
    const whole = deepNetwork(plainly);
    const some = deepNetwork(checkpoint);
    expect(some.results).toEqual(whole.results);
    expect(some.kernels).toBeGreaterThan(whole.kernels);
    // Of sixteen activations four are kept, and four of one block at a time; the gradients are results, and stay.
    const gradients = 4 * 16 * WIDTH * WIDTH;
    expect(some.bytes - gradients).toBeLessThan(0.7 * (whole.bytes - gradients));
  });

  test('and so unfused, and on the reference backend', () => {
    const { results } = deepNetwork(checkpoint, { unfused: true });
    expect(results).toEqual(deepNetwork(plainly, { unfused: true }).results);
    setBackend(referenceBackend());
    try {
      expect(deepNetwork(checkpoint).results).toEqual(deepNetwork(plainly).results);
    } finally {
      setBackend(wasmBackend({ deterministic: true }));
    }
  });

  test('a checkpoint within another', () => {
    const nested: Wrap = (block) => checkpoint((x) => tanh(checkpoint(block)(x.mul(0.5))));
    const outside: Wrap = (block) => (x) => tanh(block(x.mul(0.5)));
    expect(deepNetwork(nested).results).toEqual(deepNetwork(outside).results);
  });

  test('gradients of gradients go through it', () => {
    const cube = (x: Tensor) => x.mul(x).mul(x).sum();
    const plain = grad((x: Tensor) => grad(cube)(x).mul(x).sum());
    const checked = grad((x: Tensor) =>
      grad((y: Tensor) => checkpoint(cube)(y))(x)
        .mul(x)
        .sum(),
    );
    // d/dx (3x² · x) = 9x².
    expect(plain([1, 2, -3]).array()).toEqual([9, 36, 81]);
    expect(checked([1, 2, -3]).array()).toEqual([9, 36, 81]);
  });

  test('random numbers drawn in it are the same when it is computed again', () => {
    const noisy = (x: Tensor) =>
      x
        .mul(x)
        .mul(randomUniform([200], 0, 1, { seed: 9, stream: tensor(4, { dtype: 'uint32' }) }))
        .sum();
    const x = randomNormal([200]);
    expect(grad((y: Tensor) => checkpoint(noisy)(y))(x).value()).toEqual(grad(noisy)(x).value());
  });

  test('several results, and values caught from outside, get their gradients', () => {
    const both = (wrap: <R>(fn: (x: Tensor) => R) => (x: Tensor) => R) =>
      grad((x: Tensor) => {
        const outer = tanh(x);
        const [a, b] = wrap((y: Tensor) => [y.mul(outer), tanh(y).mul(outer)] as const)(x.mul(2));
        return a.sum().add(b.mul(b).sum());
      })([0.3, -0.7, 1.2]).array() as number[];
    const found = both((fn) => checkpoint(fn as (x: Tensor) => readonly Tensor[]) as typeof fn);
    both((fn) => fn).forEach((wanted, i) => {
      expect(found[i]).toBeCloseTo(wanted, 6);
    });
  });
});

describe('a sequential model with checkpoints', () => {
  /** Trains a little: the weights, and the activations of its step. */
  async function trained(checkpointed: boolean) {
    setSeed(8);
    const hidden = Array.from({ length: 12 }, () => [
      dense(48, { activation: 'tanh' }),
      dropout(0.2, { seed: 7 }),
    ]).flat();
    const model = sequential([input([48]), ...hidden, dense(1)], { checkpoint: checkpointed });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const x = randomNormal([256, 48]).value();
    const y = randomNormal([256, 1]).value();
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    return { weights: model.weights.map((one) => one.value()), report: model.lastReport };
  }

  test('learns the same in less memory', async () => {
    const whole = await trained(false);
    const some = await trained(true);
    expect(some.weights).toEqual(whole.weights);
    const [less, all] = [some.report?.peakBytes.activations ?? 0, whole.report?.peakBytes.activations ?? 0];
    expect(all).toBeGreaterThan(0);
    expect(less).toBeLessThan(0.7 * all);
  });
});
