import { beforeAll, describe, expect, test } from 'vitest';
import {
  ArgumentError,
  compile,
  exp,
  referenceBackend,
  ShapeError,
  setBackend,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  wasmBackend,
} from '../../src/index.ts';

describe.each([
  { name: 'reference', backend: referenceBackend },
  { name: 'wasm', backend: wasmBackend },
])('compile on the $name backend', ({ backend }) => {
  beforeAll(() => setBackend(backend()));

  test('gives what the function gives, for one tensor and for several', () => {
    expect(compile((x: Tensor, y: Tensor) => x.mul(y).add(1))([1, 2], [3, 4]).array()).toEqual([4, 9]);
    const [sum, product] = compile((x: Tensor, y: Tensor) => [x.add(y), x.mul(y)])(2, 5);
    expect([sum?.item(), product?.item()]).toEqual([7, 10]);
  });

  test('records once for each combination of shapes and dtypes', () => {
    let recorded = 0;
    const step = compile((x: Tensor) => {
      recorded++;
      return x.add(1);
    });
    step([1, 2]);
    expect(step([3, 4]).array()).toEqual([4, 5]);
    expect(recorded).toBe(1);
    expect(step([[1]]).array()).toEqual([[2]]);
    expect(step(tensor([1, 2], { dtype: 'int32' })).array()).toEqual([2, 3]);
    expect(step([5, 6]).array()).toEqual([6, 7]);
    expect(recorded).toBe(3);
  });

  test('a result outlives later calls', () => {
    const step = compile((x: Tensor) => x.mul(2));
    const first = step([1, 2]);
    step([10, 20]);
    expect(first.array()).toEqual([2, 4]);
  });

  test('uses data it closes over', () => {
    const scale = tensor([10, 100]);
    expect(compile((x: Tensor) => x.mul(scale))([1, 2]).array()).toEqual([10, 200]);
  });

  test('variables keep what a step assigned to them', () => {
    const w = variable([1, 1]);
    const step = compile((x: Tensor) => {
      w.assign(w.read().add(x));
      return w.read().sum();
    });
    step([1, 2]);
    step([1, 2]);
    expect(w.read().array()).toEqual([3, 5]);
    expect(step([0, 0]).item()).toBe(8);
  });

  test('what was read before an assignment is the old value, what is read after it the new one', () => {
    const w = variable([1]);
    const step = compile(() => {
      const before = w.read();
      w.assign(before.add(1));
      const after = w.read();
      w.assign(after.mul(10));
      return [before, after, w.read()].map((x) => x.add(0));
    });
    expect(step().map((x) => x.array())).toEqual([[1], [2], [20]]);
    expect(step().map((x) => x.array())).toEqual([[20], [21], [210]]);
    expect(w.value().data).toEqual(Float32Array.of(210));
  });

  test('a step that returns a variable as it was, and assigns to it', () => {
    const w = variable([1, 2, 3]);
    const step = compile(() => {
      const before = w.read();
      w.assign(before.mul(2));
      return before;
    });
    expect(step().array()).toEqual([1, 2, 3]);
    expect(step().array()).toEqual([2, 4, 6]);
    expect(w.read().array()).toEqual([4, 8, 12]);
  });

  test('two variables change places', () => {
    const [a, b] = [variable([1, 2, 3, 4, 5]), variable([6, 7, 8, 9, 10])];
    const swap = compile(() => {
      const [oldA, oldB] = [a.read(), b.read()];
      a.assign(oldB);
      b.assign(oldA);
      return oldA.sum();
    });
    expect(swap().item()).toBe(15);
    expect([a.read().array(), b.read().array()]).toEqual([
      [6, 7, 8, 9, 10],
      [1, 2, 3, 4, 5],
    ]);
    expect(swap().item()).toBe(40);
    expect(a.read().array()).toEqual([1, 2, 3, 4, 5]);
  });

  test('each of two variables is computed from the old value of the other', () => {
    const [a, b] = [variable([1, 2, 3, 4, 5]), variable([10, 20, 30, 40, 50])];
    const step = compile(() => {
      const [oldA, oldB] = [a.read(), b.read()];
      a.assign(oldA.add(oldB));
      b.assign(oldA.sub(oldB));
      return [];
    });
    step();
    expect(a.read().array()).toEqual([11, 22, 33, 44, 55]);
    expect(b.read().array()).toEqual([-9, -18, -27, -36, -45]);
  });

  test('a variable may be assigned a rearrangement of itself', () => {
    const w = variable([
      [1, 2],
      [3, 4],
    ]);
    const step = compile(() => {
      w.assign(w.read().transpose().mul(2));
      return [];
    });
    step();
    expect(w.read().array()).toEqual([
      [2, 6],
      [4, 8],
    ]);
    step();
    expect(w.read().array()).toEqual([
      [4, 8],
      [12, 16],
    ]);
  });

  test('two compiled functions share a variable, and code outside may change it between', () => {
    const w = variable([1]);
    const increment = compile(() => {
      w.assign(w.read().add(1));
      return [];
    });
    const double = compile(() => {
      w.assign(w.read().mul(2));
      return w.read();
    });
    increment();
    expect(double().array()).toEqual([4]);
    increment();
    expect(double().array()).toEqual([10]);
    w.assign([100]);
    increment();
    expect(w.read().array()).toEqual([101]);
    expect(double().array()).toEqual([202]);
  });

  test('a function that only reads a variable sees what others assigned', () => {
    const w = variable([1]);
    const look = compile((x: Tensor) => w.read().add(x));
    expect(look([0]).array()).toEqual([1]);
    w.assign([5]);
    expect(look([0]).array()).toEqual([5]);
    compile(() => {
      w.assign(w.read().mul(3));
      return [];
    })();
    expect(look([1]).array()).toEqual([16]);
  });

  test('a step of gradient descent goes downhill to the least squares', () => {
    const [w, b] = [variable([[0], [0]]), variable([0])];
    const step = compile((x: Tensor, y: Tensor) => {
      const [loss, gradients] = valueAndGrad(() => {
        const error = x.matmul(w.read()).add(b.read()).sub(y);
        return error.mul(error).mean();
      }, [w, b])();
      [w, b].forEach((weights, i) => {
        weights.assign(weights.read().sub((gradients[i] as Tensor).mul(0.1)));
      });
      return loss;
    });
    const rows = Array.from({ length: 9 }, (_, i) => [(i % 3) - 1, Math.floor(i / 3) - 1] as const);
    const y = rows.map(([p, q]) => [2 * p - 3 * q + 0.5]);
    let loss = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 200; i++) loss = step(rows, y).item();
    expect(loss).toBeLessThan(1e-10);
    const found = [w.read().array(), b.read().array()].flat(3) as number[];
    [2, -3, 0.5].forEach((wanted, i) => {
      expect(Math.abs((found[i] as number) - wanted)).toBeLessThan(1e-5);
    });
  });

  test('a value known only at run time cannot be read inside', () => {
    expect(() =>
      compile((x: Tensor) => {
        x.add(1).item();
        return x;
      })(3),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: value of "argument 0": expected a value that is known now, found one that is known only when the compiled function runs. Return it from the compiled function instead of reading it inside.]`,
    );
    const w = variable([1]);
    expect(() =>
      compile(() => {
        w.read().array();
        return [];
      })(),
    ).toThrow(ArgumentError);
  });

  test('compile inside of compile is refused', () => {
    expect(() =>
      compile((x: Tensor) => compile((y: Tensor) => y.add(1))(x))(3),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: value of "argument 0": expected a value that is known now, found one that is known only when the compiled function runs. Return it from the compiled function instead of reading it inside.]`,
    );
  });

  test('a function that throws while it is recorded leaves variables as they were', () => {
    const w = variable([1]);
    const step = compile(() => {
      w.assign(w.read().add(1));
      throw new Error('broken off');
    });
    expect(step).toThrow('broken off');
    expect(w.read().array()).toEqual([1]);
    expect(w.read().isTraced).toBe(false);
  });
});

describe('variables', () => {
  beforeAll(() => setBackend(wasmBackend()));

  test('assigning another shape or dtype is refused, naming the variable', () => {
    const w = variable([1, 2], { name: 'kernel' });
    expect(() => w.assign([1, 2, 3])).toThrow(ShapeError);
    expect(() => w.assign([1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: assignment to "kernel": expected float32[2], found float32[3].]`,
    );
    expect(() => w.assign(exp(tensor([1, 2], { dtype: 'float64' })))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: assignment to "kernel": expected float32[2], found float64[2].]`,
    );
  });

  test('what was read outside of compile keeps its value', () => {
    const w = variable([1]);
    const before = w.read();
    const step = compile(() => {
      w.assign(w.read().add(1));
      return [];
    });
    step();
    expect(before.array()).toEqual([1]);
    const between = w.read();
    step();
    expect(between.array()).toEqual([2]);
    expect(w.read().array()).toEqual([3]);
  });
});
