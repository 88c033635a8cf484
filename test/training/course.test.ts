/** What the course says of optimizers and regularisation, by the public names. */
import { describe, expect, test } from 'vitest';
import {
  adam,
  compute,
  dense,
  dropout,
  earlyStopping,
  input,
  type NDArray,
  ndarray,
  randomNormal,
  sequential,
  setSeed,
  sgd,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
} from '../../src/index.ts';

const N = 12;
const x = randomNormal([N, 3], 0, 1, { seed: 1 }).value();
const y = randomNormal([N, 1], 0, 1, { seed: 2 }).value();

function linear(rate: number) {
  const model = sequential([input([3]), dense(1, { kernelInitializer: 'ones' })]);
  model.compile({ optimizer: sgd({ learningRate: rate }), loss: 'meanSquaredError' });
  return model;
}

/** Gradient descent by hand, in float64, on the mean squared error of x·w + b over the rows given. */
function descend(batches: readonly (readonly number[])[], rate: number): number[] {
  const weights = [1, 1, 1, 0];
  for (const rows of batches) {
    const gradient = [0, 0, 0, 0];
    for (const row of rows) {
      const features = [...x.data.subarray(3 * row, 3 * row + 3), 1];
      const error =
        features.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) - (y.data[row] ?? 0);
      features.forEach((value, i) => {
        gradient[i] = (gradient[i] ?? 0) + (2 * error * value) / rows.length;
      });
    }
    gradient.forEach((value, i) => {
      weights[i] = (weights[i] ?? 0) - rate * value;
    });
  }
  return weights;
}

const rows = Array.from({ length: N }, (_, i) => i);

describe('mini-batches of K examples', () => {
  test.each([
    ['K = N is gradient descent', N, [rows, rows]],
    ['K = 1 is stochastic gradient descent', 1, [...rows, ...rows].map((row) => [row])],
    [
      'K between takes N/K steps in an epoch',
      4,
      [0, 4, 8, 0, 4, 8].map((from) => rows.slice(from, from + 4)),
    ],
  ])('%s', async (_, batchSize, batches) => {
    const model = linear(0.05);
    await model.fit(x, y, { epochs: 2, batchSize, shuffle: false });
    const learnt = model.getWeights().flatMap(({ data }) => [...data]);
    expect(learnt).toEqual(descend(batches, 0.05).map((value) => expect.closeTo(value, 5)));
  });
});

test("Adam's first step is α·sign(g) in every weight, however large g", () => {
  const start = [1, -2, 3];
  const weights = variable(start);
  const optimizer = adam({ learningRate: 0.01 });
  const slopes = tensor([0.1, -50, 2000]);
  const [, gradients] = valueAndGrad(() => weights.read().mul(slopes).sum(), [weights])();
  optimizer.apply(gradients, [weights]);
  const steps = Array.from(weights.value().data, (value, i) => value - (start[i] ?? 0));
  expect(steps).toEqual([-0.01, 0.01, -0.01].map((value) => expect.closeTo(value, 5)));
});

describe('clipping keeps what a step is made of within c', () => {
  const slopes = [[3, -4], [12]];
  /** The gradient that plain descent with a rate of 1 has taken. */
  function taken(options: Parameters<typeof sgd>[0]): number[][] {
    const weights: Variable[] = slopes.map((values) => variable(values.map(() => 0)));
    const loss = () =>
      weights
        .map((weight, i) =>
          weight
            .read()
            .mul(tensor(slopes[i] ?? []))
            .sum(),
        )
        .reduce((a, b) => a.add(b));
    const [, gradients] = valueAndGrad(loss, weights)();
    sgd({ learningRate: 1, ...options }).apply(gradients, weights);
    return weights.map((weight) => Array.from(weight.value().data, (value) => -value));
  }

  test('not without it', () => expect(taken({})).toEqual(slopes));

  test('by value: each number', () => expect(taken({ clipvalue: 3.5 })).toEqual([[3, -3.5], [3.5]]));

  test('by norm: each weight, its direction kept', () => {
    const [first = [], second = []] = taken({ clipnorm: 2.5 });
    expect(first).toEqual([1.5, -2].map((value) => expect.closeTo(value, 6)));
    expect(second).toEqual([expect.closeTo(2.5, 6)]);
  });

  test('by global norm: all of them together, √(3² + 4² + 12²) = 13', () => {
    const all = taken({ globalClipnorm: 6.5 }).flat();
    expect(all).toEqual([1.5, -2, 6].map((value) => expect.closeTo(value, 6)));
    expect(Math.hypot(...all)).toBeCloseTo(6.5, 5);
    expect(taken({ globalClipnorm: 100 })).toEqual(slopes);
  });
});

test('dropout: the average over all 2ⁿ thinned networks is the whole network', () => {
  const units = 4;
  setSeed(3);
  const kept = sequential([input([3]), dense(units, { activation: 'relu' }), dense(1)]);
  const [w1, b1, w2, b2] = kept.getWeights() as [NDArray, NDArray, NDArray, NDArray];
  // Each unit is kept with probability ½ and then counts double: thinned networks are alike in probability.
  const outputs = Array.from({ length: 2 ** units }, (_, mask) => {
    const scale = Float32Array.from({ length: units }, (_, unit) => ((mask >> unit) & 1 ? 2 : 0));
    kept.setWeights([
      w1,
      b1,
      ndarray(
        w2.data.map((value, unit) => value * (scale[unit] ?? 0)),
        w2.shape,
      ),
      b2,
    ]);
    return kept.predict(x).dataSync();
  });
  kept.setWeights([w1, b1, w2, b2]);
  const whole = kept.predict(x).dataSync();
  const average = Array.from(
    whole,
    (_, i) => outputs.reduce((sum, output) => sum + (output[i] ?? 0), 0) / 16,
  );
  average.forEach((value, i) => {
    expect(value).toBeCloseTo(whole[i] ?? Number.NaN, 5);
  });

  // And what dropout draws are such masks: 0 or 1/(1 − rate), the share of zeros the rate, the mean kept.
  const layer = dropout(0.25, { seed: 4 });
  const [drawn] = compute([
    layer.apply([tensor(ndarray(new Float32Array(8000).fill(1), [8, 1000]))], { training: true })
      .outputs[0] ?? tensor(0),
  ]);
  const values = Array.from(drawn?.data ?? []);
  expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
  // Three standard errors of a share of 0.25 among 8000: 0.0145.
  expect(Math.abs(values.filter((value) => value === 0).length / 8000 - 0.25)).toBeLessThan(0.0145);
});

test('the callback stops where the rule of the course does: .9 .7 .6 .61 .62 .63 with patience 3 at step 6, back to 3', async () => {
  const curve = [0.9, 0.7, 0.6, 0.61, 0.62, 0.63, 0.5];
  const model = linear(0.01);
  const stopping = earlyStopping({ monitor: 'given', patience: 3, restoreBestWeights: true });
  const history: number[][] = [];
  const give = {
    onEpochEnd(epoch: number, logs: Record<string, number>) {
      logs.given = curve[epoch] ?? Number.NaN;
      history.push(model.getWeights().flatMap(({ data }) => [...data]));
    },
  };
  await model.fit(x, y, { epochs: 7, callbacks: [give, stopping] });
  expect(history).toHaveLength(6);
  expect(stopping).toMatchObject({ stoppedEpoch: 5, bestEpoch: 2 });
  expect(model.getWeights().flatMap(({ data }) => [...data])).toEqual(history[2]);
});
