import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import { grad, randomUniform, setBackend, type Tensor, tensor, wasmBackend } from '../../src/index.ts';

beforeAll(() => setBackend(wasmBackend()));

/** Collects garbage: the flag works after start, for contexts made later. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function heapAfter(body: () => void): number {
  body();
  collect();
  return process.memoryUsage().heapUsed;
}

const STEPS = 50_000;
/** Less than 40 bytes a step: not even one number's object could stay behind. */
const ALLOWED = 2e6;

test(`${2 * STEPS} eager steps run in flat memory, without a pause and without disposal`, () => {
  const slope = grad((w: Tensor) => w.sub(3).mul(w.sub(3)).sum());
  let w = tensor([0, 0]);
  const descend = (steps: number) => () => {
    for (let i = 0; i < steps; i++) {
      w = w.sub(slope(w).mul(0.1));
      w.value();
    }
  };
  heapAfter(descend(2000));
  const middle = heapAfter(descend(STEPS));
  const end = heapAfter(descend(STEPS));
  expect(end - middle).toBeLessThan(ALLOWED);
  expect(w.sub(3).mul(w.sub(3)).sum().item()).toBeLessThan(1e-10);
});

test('a loop that draws new random numbers in every step runs in flat memory, too', () => {
  const held = tensor([1, 2, 3, 4]);
  const draw = (steps: number) => () => {
    for (let i = 0; i < steps; i++)
      held
        .mul(randomUniform([4]))
        .sum()
        .item();
  };
  // Past the number of leaves that are remembered.
  heapAfter(draw(6000));
  const middle = heapAfter(draw(6000));
  const end = heapAfter(draw(6000));
  // 160 bytes a step.
  expect(end - middle).toBeLessThan(1e6);
});
