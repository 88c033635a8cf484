import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  adam,
  type Callback,
  dense,
  dropout,
  flatten,
  input,
  leakyReLU,
  NumericError,
  normalization,
  randomNormal,
  reLU,
  rescaling,
  reshapeLayer,
  type Sequential,
  ShapeError,
  sequential,
  setSeed,
  sgd,
  softmaxLayer,
  type TensorLike,
  tensor,
} from '../../src/index.ts';
import { lossOf } from '../../src/training/losses.ts';
import { metricOf } from '../../src/training/metrics.ts';
import { optimizerOf } from '../../src/training/optimizers.ts';

const x = randomNormal([40, 3], 0, 1, { seed: 7 }).value();
const y = tensor(Array.from({ length: 40 }, (_, i) => [x.data[3 * i] ?? 0])).value();

function linear(): Sequential {
  const model = sequential([input([1]), dense(1, { kernelInitializer: 'zeros', name: 'line' })]);
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
  return model;
}

test('validationSplit holds out the last examples, and trains on none of them', async () => {
  const model = linear();
  // The first six targets are 0, as the weights predict: only the last two could change them.
  const targets = [[0], [0], [0], [0], [0], [0], [2], [4]];
  const { history } = await model.fit([[1], [1], [1], [1], [1], [1], [1], [1]], targets, {
    validationSplit: 0.25,
  });
  expect(history).toEqual({ loss: [0], val_loss: [10] });
  expect(model.weights.map((weight) => weight.value().data[0])).toEqual([0, 0]);
});

test.each([1, 1.5, -0.5])('validationSplit %d of two examples is refused', async (validationSplit) => {
  await expect(linear().fit([[1], [2]], [[1], [2]], { validationSplit })).rejects.toThrow(ArgumentError);
});

describe('a seed', () => {
  const train = async (global: number, seed: number) => {
    setSeed(global);
    const model = sequential([input([3]), dense(8, { activation: 'relu' }), dropout(0.3), dense(1)]);
    model.compile({ optimizer: 'adam', loss: 'mse' });
    const { history } = await model.fit(x, y, { epochs: 4, batchSize: 7, seed });
    return { history, weights: model.getWeights() };
  };

  test('gives the same run to the last bit', async () => {
    expect(await train(3, 5)).toEqual(await train(3, 5));
  });

  test('of the shuffling changes the run', async () => {
    expect((await train(3, 5)).history).not.toEqual((await train(3, 6)).history);
  });

  test('of the weights changes the run', async () => {
    expect((await train(3, 5)).history).not.toEqual((await train(4, 5)).history);
  });
});

test('dropout drops others in every step of fit', async () => {
  const model = sequential([
    input([64]),
    dropout(0.5),
    dense(1, { useBias: false, kernelInitializer: 'ones' }),
  ]);
  model.compile({ optimizer: sgd({ learningRate: 1e-12 }), loss: 'mae' });
  const ones = [new Array<number>(64).fill(1)];
  const { history } = await model.fit(ones, [[1000]], { epochs: 6 });
  expect(new Set(history.loss).size).toBeGreaterThan(2);
});

test('every example is taken once an epoch, shuffled or not, in whole batches or not', async () => {
  for (const [shuffle, batchSize] of [
    [true, 1],
    [true, 2],
    [false, 3],
    [true, 32],
  ] as const) {
    const model = sequential([input([1]), dense(1, { kernelInitializer: 'zeros' })]);
    model.compile({ optimizer: sgd({ learningRate: 1e-12 }), loss: 'mae' });
    const targets = [[1], [2], [4], [8], [16]];
    const { history } = await model.fit([[0], [0], [0], [0], [0]], targets, {
      epochs: 3,
      batchSize,
      shuffle,
    });
    for (const loss of history.loss ?? []) expect(loss).toBeCloseTo(31 / 5, 5);
  }
});

test.each(['array', 'tensor'])('whole numbers in an int32 %s serve as inputs', async (form) => {
  const numbers = { dtype: 'int32', shape: [2, 1], data: Int32Array.of(1, 2) } as const;
  const run = async (inputs: TensorLike) => {
    const model = linear();
    await model.fit(inputs, [[1], [2]], { shuffle: false });
    return model.predict(inputs).array();
  };
  expect(await run(form === 'tensor' ? tensor(numbers) : numbers)).toEqual(await run([[1], [2]]));
});

describe('numbers that stop being numbers', () => {
  test('name the layer and the operation that made the first', async () => {
    const model = sequential([
      input([2]),
      dense(2, { name: 'hidden', kernelInitializer: 'ones' }),
      dense(1, { name: 'last', kernelInitializer: 'ones' }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const failure = await model.fit([[3e38, 3e38]], [[1]]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NumericError);
    expect((failure as NumericError).received).toMatch(/^layer "hidden", operation matmul /);
    expect((failure as NumericError).asked).toBe('training stopped at batch 1');
  });

  test('name the layer further on where it is the first to overflow', async () => {
    const model = sequential([
      input([1]),
      dense(1, { name: 'hidden', kernelInitializer: 'ones' }),
      rescaling(1e30, { name: 'huge' }),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mae' });
    await expect(model.fit([[1e20]], [[1]])).rejects.toThrow(/layer "huge", operation mul /);
  });

  test('name the loss where it is the first to overflow', async () => {
    await expect(linear().fit([[1]], [[1e30]])).rejects.toThrow(/the loss, operation mul /);
  });

  test('name the feature of inputs', async () => {
    const model = sequential([input([3]), dense(1)]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const inputs = [
      [1, 2, 3],
      [1, 2, Number.NaN],
    ];
    await expect(model.fit(inputs, [[1], [2]])).rejects.toThrow(
      new NumericError({
        asked: 'training stopped at batch 1',
        expected: 'a finite loss',
        received: 'feature 2 of the inputs holds NaN or infinity',
        fix: 'Clean the data.',
      }),
    );
  });

  test('name the targets where those are none', async () => {
    await expect(linear().fit([[1], [2]], [[1], [Number.NaN]])).rejects.toThrow(/targets hold NaN/);
  });

  test('leave the weights of the step before', async () => {
    const model = linear();
    const states: number[] = [];
    const watch: Callback = {
      onTrainBatchEnd() {
        states.push(model.weights[0]?.value().data[0] ?? Number.NaN);
      },
    };
    const training = model.fit([[1], [1e25]], [[1], [1]], {
      batchSize: 1,
      shuffle: false,
      callbacks: [watch],
    });
    await expect(training).rejects.toThrow(NumericError);
    expect(states).toHaveLength(1);
    expect(model.weights[0]?.value().data[0]).toBe(states[0]);
  });
});

describe('shapes', () => {
  const model = sequential([input([28, 28]), flatten(), dense(10)], { name: 'digits' });
  const sentence =
    'input of "digits": expected examples of shape [28, 28], found [784]. ' +
    'Reshape the data, or build the model for this shape.';

  test('that predict cannot take are said in a sentence', () => {
    const failure = () => model.predict({ dtype: 'float32', shape: [1, 784], data: new Float32Array(784) });
    expect(failure).toThrow(ShapeError);
    expect(failure).toThrow(sentence);
  });

  test('of targets must be those of the outputs', async () => {
    const classes = sequential([input([1]), dense(3)]);
    classes.compile({ optimizer: 'sgd', loss: 'mse' });
    await expect(classes.fit([[1]], [[1, 2]])).rejects.toThrow(ShapeError);
  });

  test('of inputs and targets must have as many examples', async () => {
    await expect(linear().fit([[1], [2]], [[1]])).rejects.toThrow('found 2 inputs and 1 targets');
  });
});

describe('a name that is none lists the choices', () => {
  test.each(['hinges', 'constructor'])('loss %s', (name) => {
    expect(() => lossOf(name)).toThrow(
      new RegExp(
        `^loss "${name}": expected one of meanSquaredError, mse, .*cosineSimilarity, dice, tversky\\.$`,
      ),
    );
  });

  test.each(['lyon', 'constructor'])('optimizer %s', (name) => {
    expect(() => optimizerOf(name)).toThrow(
      `optimizer "${name}": expected one of sgd, rmsprop, adagrad, adadelta, adam, adamW, adamax, nadam, ` +
        'ftrl, lion, lamb, adafactor.',
    );
  });

  test.each(['f1', 'constructor'])('metric %s', (name) => {
    expect(() => metricOf(name, 'mse')).toThrow(
      new RegExp(
        `^metric "${name}": expected accuracy or one of binary_accuracy, .*f1_score, fbeta_score, r2_score\\.$`,
      ),
    );
  });
});

test('accuracy from logits splits at 0', () => {
  const model = sequential([input([1]), dense(1)]);
  model.compile({ optimizer: 'sgd', loss: lossOf('binaryCrossentropy') });
  const accuracy = metricOf('accuracy', { ...lossOf('binaryCrossentropy'), config: { fromLogits: true } });
  const start = [tensor(0), tensor(0)];
  const state = accuracy.update(start, tensor([[1], [0], [1]]), tensor([[0.1], [-0.1], [-2]]));
  expect(accuracy.result(state.map((part) => part.value()))).toBeCloseTo(2 / 3, 6);
});

test('training needs a compiled model', async () => {
  await expect(sequential([input([1]), dense(1)]).fit([[1]], [[1]])).rejects.toThrow('a compiled model');
});

test('trainOnBatch takes the steps fit takes', async () => {
  const build = () => {
    const model = sequential([input([3]), dense(1, { kernelInitializer: 'ones' })]);
    model.compile({ optimizer: adam(), loss: 'mse' });
    return model;
  };
  const [whole, single] = [build(), build()];
  await whole.fit(x, y, { batchSize: 40, epochs: 3, shuffle: false });
  for (let i = 0; i < 3; i++) single.trainOnBatch(x, y);
  expect(single.getWeights()).toEqual(whole.getWeights());
});

test('predict gives the same in any batch size', () => {
  const model = sequential([input([3]), dense(4, { activation: 'tanh' })]);
  expect(model.predict(x, { batchSize: 7 }).array()).toEqual(model.predict(x).array());
});

test('weights that are not trainable stay as they are', async () => {
  const model = sequential([
    input([3]),
    dense(2, { trainable: false, kernelInitializer: 'ones' }),
    dense(1, { kernelInitializer: 'ones' }),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const [frozen, , free] = model.getWeights();
  await model.fit(x, y);
  expect(model.getWeights()[0]).toEqual(frozen);
  expect(model.getWeights()[2]).not.toEqual(free);
});

test('an optimizer serves one model only', async () => {
  const optimizer = adam();
  const train = () => {
    const model = sequential([input([3]), dense(1)]);
    model.compile({ optimizer, loss: 'mse' });
    return model.fit(x, y);
  };
  await train();
  await expect(train()).rejects.toThrow('Make an optimizer for each model.');
});

test('setWeights takes as many arrays as there are weights', () => {
  const model = linear();
  expect(() => model.setWeights(model.getWeights().slice(1))).toThrow(
    'weights of "sequential": expected 2 arrays, found 1.',
  );
});

test('the summary is a table of layers, shapes and parameters', () => {
  const model = sequential(
    [
      input([28, 28]),
      rescaling(1 / 255),
      normalization(),
      flatten(),
      dense(16, { name: 'hidden' }),
      reLU(),
      dropout(0.2),
      dense(8),
      leakyReLU(),
      reshapeLayer([2, -1]),
      dense(3, { useBias: false }),
      softmaxLayer(),
    ],
    { name: 'digits' },
  );
  expect(model.summary()).toMatchInlineSnapshot(`
    "Model: "digits"
    ┌───────────────────────────────┬─────────────────┬────────────┐
    │ layer (type)                  │ output shape    │ parameters │
    ├───────────────────────────────┼─────────────────┼────────────┤
    │ rescaling (Rescaling)         │ [batch, 28, 28] │          0 │
    │ normalization (Normalization) │ [batch, 28, 28] │         57 │
    │ flatten (Flatten)             │ [batch, 784]    │          0 │
    │ hidden (Dense)                │ [batch, 16]     │     12,560 │
    │ re_lu (ReLU)                  │ [batch, 16]     │          0 │
    │ dropout (Dropout)             │ [batch, 16]     │          0 │
    │ dense (Dense)                 │ [batch, 8]      │        136 │
    │ leaky_re_lu (LeakyReLU)       │ [batch, 8]      │          0 │
    │ reshape (Reshape)             │ [batch, 2, 4]   │          0 │
    │ dense_1 (Dense)               │ [batch, 2, 3]   │         12 │
    │ softmax (Softmax)             │ [batch, 2, 3]   │          0 │
    └───────────────────────────────┴─────────────────┴────────────┘
    Total parameters: 12,765 (51.1 kB)
    Trainable: 12,708 (50.8 kB)
    Not trainable: 57 (228 B)"
  `);
});
