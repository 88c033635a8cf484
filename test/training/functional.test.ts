import { describe, expect, test } from 'vitest';
import {
  type CallContext,
  type Constraint,
  dense,
  dropout,
  input,
  Layer,
  LayerOfSeveral,
  type Mask,
  model,
  mul,
  notEqual,
  type Regularizer,
  type Shape,
  ShapeError,
  type SymbolicTensor,
  sequential,
  sgd,
  square,
  type Tensor,
  tensor,
  withOutputs,
} from '../../src/index.ts';

/** The sum of its two inputs; and, as a second output, their difference. */
class SumAndDifference extends LayerOfSeveral {
  readonly className = 'SumAndDifference';
  protected setUpMany() {
    return undefined;
  }
  callMany([a, b]: readonly Tensor[]) {
    if (!a || !b) throw new Error('two inputs');
    return [a.add(b), a.sub(b)];
  }
  config() {
    return {};
  }
}
const sumAndDifference = () => withOutputs<[SymbolicTensor, SymbolicTensor]>(new SumAndDifference());

/** Its input as it came, noting dtype and mask. */
class Seen extends Layer {
  readonly className = 'Seen';
  override readonly takesAnyDtype = true;
  dtype = '';
  mask: Mask;
  protected setUp(shape: Shape) {
    return shape;
  }
  call(x: Tensor, { mask }: CallContext) {
    this.dtype = x.dtype;
    this.mask = mask;
    return x;
  }
  config() {
    return {};
  }
}

/** The same, passing masks on. */
class Passing extends Seen {
  override readonly supportsMasking = true;
}

/** Masks the steps whose number is 0. */
class MaskZero extends Seen {
  protected override outputMasks([x]: readonly Tensor[]) {
    return [x && notEqual(x, 0)];
  }
}

const ones = { kernelInitializer: 'ones', useBias: false } as const;

describe('a functional model', () => {
  const a = input([2], { name: 'a' });
  const b = input([3], { name: 'b' });
  const [sum, difference] = sumAndDifference()(dense(1, ones)(a), dense(1, ones)(b));
  const x = [[[1, 2]], [[3, 4, 5]]];

  test('has several inputs and outputs', () => {
    const net = model({ inputs: [a, b], outputs: [sum, difference] });
    expect(net.predictMany(x).map((y) => y.array())).toEqual([[[15]], [[-9]]]);
    expect(net.predictMany({ a: [[1, 2]], b: [[3, 4, 5]] }).map((y) => y.array())).toEqual([[[15]], [[-9]]]);
  });

  test('computes what its outputs need and no more', () => {
    const net = model({ inputs: { left: a, right: b }, outputs: { difference } });
    expect(net.predict({ left: [[1, 2]], right: [[3, 4, 5]] }).array()).toEqual([[-9]]);
    expect(net.outputNames).toEqual(['difference']);
  });

  test('names an input that was left out', () => {
    expect(() => model({ inputs: a, outputs: sum })).toThrow('outputs that also need "b"');
  });

  test('knows shapes before there are numbers', () => {
    const y = dense(7)(input([5, 4], { batchSize: 8 }));
    expect(y.shape).toEqual([8, 5, 7]);
    expect(() => dense(2).call(tensor([[1, 2]]), { training: false })).toThrow();
  });

  test('has the weights of a shared layer once', () => {
    const shared = dense(2, ones);
    const [both] = sumAndDifference()(shared(a), shared(shared(a)));
    const net = model({ inputs: a, outputs: both });
    expect(net.weights).toHaveLength(1);
    expect(net.predict([[1, 2]]).array()).toEqual([[9, 9]]);
  });

  test('takes other models as layers', () => {
    const inner = sequential([input([2]), dense(2, ones), dense(1, ones)], { name: 'inner' });
    const outer = model({ inputs: b, outputs: inner(dense(2, ones)(b)) });
    expect(outer.predict([[1, 2, 3]]).array()).toEqual([[24]]);
    expect([...outer.weightPaths().keys()]).toEqual([
      'functional/dense/kernel',
      'functional/inner/dense/kernel',
      'functional/inner/dense_1/kernel',
    ]);
  });

  test('is trained, and what is frozen stays', async () => {
    const frozen = dense(2, ones);
    const net = model({ inputs: a, outputs: dense(1, ones)(dropout(0)(frozen(a))) });
    frozen.trainable = false;
    net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'mse' });
    const { history } = await net.fit(
      [
        [1, 2],
        [0, 1],
      ],
      [[1], [0]],
      { epochs: 5 },
    );
    expect(history.loss?.at(-1)).toBeLessThan(history.loss?.[0] ?? 0);
    expect(frozen.weights[0]?.read().array()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(net.trainableWeights).toHaveLength(1);
    expect(net.nonTrainableWeights).toHaveLength(1);
  });

  test('refuses a shape that does not fit, naming the layer and both shapes', () => {
    const layer = dense(2, { name: 'head' });
    layer(a);
    expect(() => layer(b)).toThrow(ShapeError);
    expect(() => layer(b)).toThrow(/layer "head".*last axis is 2.*\[batch, 3\]/);
  });
});

test('whole numbers reach a layer that takes them', () => {
  const [first, second] = [new Seen(), new Seen()];
  const tokens = input({ shape: [2], dtype: 'int32' });
  model({ inputs: tokens, outputs: first(tokens) }).predict([[1, 2]]);
  expect(first.dtype).toBe('int32');
  sequential([second, dense(1)]).predict({ dtype: 'int32', shape: [1, 2], data: Int32Array.of(1, 2) });
  expect(second.dtype).toBe('int32');
});

test('a mask goes on through layers that support it, and ends where one does not', () => {
  const [before, after] = [new Seen(), new Seen()];
  const x = input([3]);
  const masked = new MaskZero()(x);
  const y = after(dense(3)(before(new Passing()(masked))));
  model({ inputs: x, outputs: y }).predict([[1, 0, 2]]);
  expect(before.mask?.shape).toEqual([1, 3]);
  expect(after.mask).toBeUndefined();
});

describe('a weight', () => {
  const half: Regularizer = { className: 'Half', config: {}, call: (w) => mul(square(w).sum(), 0.5) };
  const positive: Constraint = {
    className: 'Positive',
    config: {},
    call: (w) => mul(w, notEqual(w, -1).cast('float32')),
  };

  /** w·x, with a penalty and a constraint on w. */
  class Scale extends Layer {
    readonly className = 'Scale';
    readonly #options: { regularizer?: Regularizer; constraint?: Constraint };
    constructor(options: { regularizer?: Regularizer; constraint?: Constraint }) {
      super();
      this.#options = options;
    }
    protected setUp(shape: Shape) {
      this.addWeight('scale', [], { initializer: 'ones', ...this.#options });
      return shape;
    }
    call(x: Tensor) {
      return mul(x, this.weights[0]?.read() ?? 1);
    }
    config() {
      return {};
    }
  }

  test('with a regularizer adds to the loss and to the gradient', async () => {
    const net = sequential([input([1]), new Scale({ regularizer: half })]);
    net.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'mse' });
    const { history } = await net.fit([[0]], [[2]]);
    // (0 − 2)² + ½·1², and w ← 1 − ½·1.
    expect(history.loss).toEqual([4.5]);
    expect(net.weights[0]?.read().item()).toBe(0.5);
    expect(await net.evaluate([[0]], [[2]])).toEqual({ loss: 4.125 });
  });

  test('with a constraint satisfies it after each step', async () => {
    const net = sequential([input([1]), new Scale({ constraint: positive })]);
    net.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mse' });
    // w ← 1 − 2·(w·1 − 0)·1 = −1, which the constraint makes 0.
    await net.fit([[1]], [[0]]);
    expect(net.weights[0]?.read().item()).toBeCloseTo(0, 10);
  });
});
