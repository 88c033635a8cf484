import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  biasVariance,
  columnFigures,
  curvatureOf,
  dataConditionNumber,
  diagnose,
  earlyStoppingPoint,
  lanczos,
  lossCurvature,
  measureSignals,
  overfittingVerdict,
  signalByDepth,
  slopeProduct,
  type Verdict,
  watch,
} from '../../src/explain/diagnose/index.ts';
import {
  adam,
  dense,
  input,
  ndarray,
  randomNormal,
  sequential,
  setSeed,
  sgd,
  tensor,
  variable,
} from '../../src/index.ts';

interface Fixture {
  readonly weights: number[][][];
  readonly x: number[][];
  readonly y: number[][];
  readonly eigenvalues: number[];
  readonly layers: Record<'mean' | 'deviation' | 'gradientNorm' | 'weightGradientNorm', number>[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/explain/diagnose.json', import.meta.url), 'utf8'),
) as Fixture;

/** The fixture's network. */
function small() {
  const model = sequential([input([3]), dense(4, { activation: 'tanh' }), dense(2)]);
  model.setWeights(fixture.weights.map((weight) => tensor(weight).value()));
  model.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'meanSquaredError' });
  return { model, x: tensor(fixture.x).value(), y: tensor(fixture.y).value() };
}

const normal = (shape: number[], seed: number) => randomNormal(shape, 0, 1, { seed }).value();

describe('eigenvalues by Lanczos', () => {
  test('are those of the matrix of second differences, 2 − 2·cos(kπ/(n + 1))', () => {
    const n = 24;
    const multiply = (v: Float64Array) => v.map((value, i) => 2 * value - (v[i - 1] ?? 0) - (v[i + 1] ?? 0));
    const exact = Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)));
    const { eigenvalues, complete } = lanczos(multiply, n, { steps: n });
    expect(complete).toBe(true);
    eigenvalues.forEach((value, i) => {
      expect(value).toBeCloseTo(exact[i] ?? Number.NaN, 9);
    });
    const some = lanczos(multiply, n, { steps: 14 });
    expect(some.complete).toBe(false);
    expect(some.eigenvalues.at(-1)).toBeCloseTo(exact.at(-1) ?? Number.NaN, 1);
  });

  test('also where eigenvalues are equal, or 0', () => {
    const { eigenvalues } = lanczos((v) => v.map((value, i) => (i < 3 ? 5 * value : 0)), 6, { steps: 6 });
    expect(eigenvalues).toEqual([0, 0, 0, 5, 5, 5].map((value) => expect.closeTo(value, 9)));
  });
});

const PRODUCT = 'α·λmax';

describe('the curvature of a loss', () => {
  test('is that of PyTorch', () => {
    const { model, x, y } = small();
    const curvature = lossCurvature(model, x, y, { steps: fixture.eigenvalues.length });
    expect(curvature.complete).toBe(true);
    curvature.eigenvalues.forEach((value, i) => {
      expect(Math.abs(value - (fixture.eigenvalues[i] ?? Number.NaN))).toBeLessThan(2e-6);
    });
    const few = lossCurvature(model, x, y, { steps: 12 });
    expect(few.greatest).toBeCloseTo(fixture.eigenvalues.at(-1) ?? Number.NaN, 4);
  });

  test('tells when gradient descent diverges: iff α > 2/λmax', async () => {
    // L = ½·(w₁² + 25·w₂²): λmax = 25.
    const scales = tensor([1, 25]);
    const weights = variable([1, 1]);
    const loss = () => weights.read().mul(weights.read()).mul(scales).sum().mul(0.5);
    const { greatest, least, conditionNumber } = curvatureOf(loss, [weights], { steps: 2 });
    expect([greatest, least, conditionNumber]).toEqual([25, 1, 25].map((value) => expect.closeTo(value, 4)));

    // The same valley as a network without bias: MSE of x·w against 0 for two inputs has the Hessian 2·XᵀX/n.
    const x = [
      [1, 0],
      [0, 5],
    ];
    const descend = async (rate: number) => {
      const model = sequential([input([2]), dense(1, { useBias: false, kernelInitializer: 'ones' })]);
      model.compile({ optimizer: sgd({ learningRate: rate }), loss: 'meanSquaredError' });
      const verdict = diagnose(model, x, [[0], [0]]).of('curvature');
      const { history } = await model.fit(x, [[0], [0]], { epochs: 100, batchSize: 2 });
      return { verdict, losses: history.loss ?? [] };
    };
    const below = await descend(1.95 / 25);
    const above = await descend(2.05 / 25);
    expect(below.losses.at(-1)).toBeLessThan((below.losses[0] ?? 0) / 10);
    expect(above.losses.at(-1)).toBeGreaterThan(10 * (above.losses[0] ?? 0));
    expect(below.verdict?.severity).toBe('good');
    expect(below.verdict?.measured[PRODUCT]).toBeCloseTo(1.95, 3);
    expect(above.verdict?.severity).toBe('problem');
    expect(above.verdict?.remedies[0]).toContain('below 0.08');
  });

  test('is worse the less inputs are scaled alike, and Adam is not judged by a limit that is not its own', () => {
    const x = normal([200, 3], 1);
    const scaled = ndarray(
      x.data.map((value, i) => (i % 3 === 2 ? 300 * value : value)),
      x.shape,
    );
    expect(dataConditionNumber(x)).toBeLessThan(2);
    expect(dataConditionNumber(scaled)).toBeGreaterThan(5_000);
    const model = sequential([input([3]), dense(1)]);
    model.compile({ optimizer: adam({ learningRate: 1 }), loss: 'meanSquaredError' });
    const y = normal([200, 1], 2);
    const verdict = diagnose(model, scaled, y).of('curvature');
    expect(verdict?.measured).not.toHaveProperty('α');
    expect(verdict?.severity).toBe('note');
    expect(verdict?.remedies[0]).toContain('Scale the inputs');
  });
});

describe('signals of layers', () => {
  test('are those of PyTorch', () => {
    const { model, x, y } = small();
    for (const [i, layer] of measureSignals(model, x, y).entries()) {
      const expected = fixture.layers[i];
      for (const key of ['mean', 'deviation', 'gradientNorm', 'weightGradientNorm'] as const) {
        expect(layer[key]).toBeCloseTo(expected?.[key] ?? Number.NaN, 6);
      }
    }
  });

  test('the step is measured and taken back: ‖Δw‖/‖w‖ of plain descent is α·‖g‖/‖w‖ over the kernel', () => {
    const { model, x, y } = small();
    const before = model.getState();
    const [first] = measureSignals(model, x, y);
    expect(model.getState()).toEqual(before);
    const kernel = model.weights[0];
    const norm = Math.hypot(...(kernel?.value().data ?? []));
    model.trainOnBatch(x, y);
    const moved = Math.hypot(
      ...Array.from(kernel?.value().data ?? [], (value, i) => value - (before[0]?.data[i] ?? 0)),
    );
    expect(first?.weightNorm).toBeCloseTo(norm, 6);
    expect(first?.updateRatio).toBeCloseTo(moved / norm, 8);
  });

  test('units die as their biases are pushed below 0', () => {
    setSeed(2);
    const x = normal([128, 4], 3);
    const y = normal([128, 1], 4);
    const model = sequential([input([4]), dense(40, { activation: 'relu' }), dense(1)]);
    model.compile({ loss: 'meanSquaredError' });
    const shares = [0, -1, -3, -20].map((bias) => {
      const [kernel, , ...rest] = model.getWeights();
      model.setWeights(
        [kernel, ndarray(new Float32Array(40).fill(bias)), ...rest].filter((w) => w !== undefined),
      );
      return diagnose(model, x, y, { curvatureSteps: 0 }).of('dead units');
    });
    const dead = shares.map((verdict) => verdict?.measured.dead ?? Number.NaN);
    expect(dead[0]).toBe(0);
    expect(dead[3]).toBe(1);
    expect([...dead].sort((a, b) => a - b)).toEqual(dead);
    expect(shares.map((verdict) => verdict?.severity)).toEqual([
      'good',
      expect.any(String),
      expect.any(String),
      'problem',
    ]);
  });

  test('saturation is seen where inputs are large', () => {
    setSeed(3);
    const model = sequential([input([4]), dense(30, { activation: 'tanh' }), dense(1)]);
    model.compile({ loss: 'meanSquaredError' });
    const x = normal([100, 4], 5);
    const y = normal([100, 1], 6);
    const large = ndarray(
      x.data.map((value) => 100 * value),
      x.shape,
    );
    expect(diagnose(model, x, y).of('saturation')?.severity).toBe('good');
    const verdict = diagnose(model, large, y).of('saturation');
    expect(verdict?.severity).toBe('problem');
    expect(verdict?.remedies[0]).toContain('Scale the inputs');
  });
});

describe('depth', () => {
  test('σ′ is at most ¼, and ten layers leave .25¹⁰ = 9.54e-7 of a gradient', () => {
    expect(slopeProduct('sigmoid', 10).toExponential(2)).toBe('9.54e-7');
    expect(slopeProduct('relu', 10, 1)).toBe(1);
    expect(slopeProduct('tanh', 1, 3)).toBeCloseTo(0.0099, 4);
  });

  test('gradients vanish with sigmoids, keep their size with He and ReLU, explode with weights that are too large', () => {
    setSeed(1);
    const sigmoids = signalByDepth({ activation: 'sigmoid', initializer: 'glorotUniform' });
    const he = signalByDepth({ activation: 'relu', initializer: 'heNormal' });
    const tanh = signalByDepth({ activation: 'tanh', initializer: 'glorotUniform' });
    const tooSmall = signalByDepth({ activation: 'relu', initializer: 'randomUniform' });
    expect(sigmoids.flow).toBeLessThan(1e-4);
    for (const { flow } of [he, tanh]) {
      expect(flow).toBeGreaterThan(0.05);
      expect(flow).toBeLessThan(20);
    }
    // ±0.05 has a variance of 0.05²/3: with 64 inputs and half of the units on, a layer passes on 64·0.05²/6 = 0.027.
    const factor = (tooSmall.variances.at(-1) ?? 0) / (tooSmall.variances[0] ?? 1);
    expect(Math.log10(factor) / 9).toBeCloseTo(Math.log10((64 * 0.05 ** 2) / 6), 0);
    const ratio = (he.variances.at(-1) ?? 0) / (he.variances[0] ?? 1);
    expect(ratio).toBeGreaterThan(0.1);
    expect(ratio).toBeLessThan(10);
  });

  test('batch normalisation and residual connections each keep a gradient that would vanish', () => {
    setSeed(1);
    const small = { activation: 'relu', initializer: 'randomUniform' } as const;
    const deep = { activation: 'sigmoid', initializer: 'glorotUniform' } as const;
    for (const given of [small, deep]) {
      const { flow } = signalByDepth(given);
      expect(flow).toBeLessThan(1e-4);
      const normalised = signalByDepth({ ...given, batchNormalization: true });
      const residual = signalByDepth({ ...given, residual: true });
      expect(residual.variances).toHaveLength(10);
      expect(normalised.flow).toBeGreaterThan(30 * flow);
      expect(residual.flow).toBeGreaterThan(0.05);
    }
    // Normalised over the batch, the weights' size is no matter: half of a standard normal passes a ReLU, of variance ½ − 1/2π.
    const { variances } = signalByDepth({ ...small, batchNormalization: true });
    for (const variance of variances) expect(variance).toBeCloseTo(0.5 - 1 / (2 * Math.PI), 1);
  });

  test('and the verdicts say so, with remedies', () => {
    const verdictFor = (activation: 'sigmoid' | 'relu', scale: number) => {
      setSeed(4);
      const layers = Array.from({ length: 9 }, () =>
        dense(32, { activation, kernelInitializer: 'heNormal' }),
      );
      const model = sequential([input([8]), ...layers, dense(1)]);
      model.compile({ loss: 'meanSquaredError' });
      model.setWeights(
        model.getWeights().map((weight) =>
          ndarray(
            Float32Array.from(weight.data, (w) => scale * w),
            weight.shape,
          ),
        ),
      );
      return diagnose(model, normal([64, 8], 7), normal([64, 1], 8), { curvatureSteps: 0 }).of(
        'gradient flow',
      );
    };
    const vanishing = verdictFor('sigmoid', 1);
    expect(vanishing?.sentence).toMatch(/^Gradients vanish/);
    expect(vanishing?.measured.ratio).toBeLessThan(1e-3);
    expect(vanishing?.remedies.join(' ')).toMatch(/ReLU.*Glorot.*residual/s);
    const exploding = verdictFor('relu', 4);
    expect(exploding?.sentence).toMatch(/^Gradients explode/);
    expect(exploding?.remedies[0]).toContain('Clip gradients');
    expect(verdictFor('relu', 1)?.severity).toBe('good');
  });
});

describe('bias and variance', () => {
  test.each([
    [1, 10, /high variance/, /Regularise/],
    [12, 13, /high bias/, /larger network/],
    [12, 24, /high bias and high variance/, /larger network.*Regularise/s],
    [0.5, 1, /good fit/, /^$/],
  ])('from %s in training and %s on new examples', (train, dev, sentence, remedies) => {
    const verdict = biasVariance({ train, dev });
    expect(verdict.sentence).toMatch(sentence);
    if (train !== dev && !/and high/.test(sentence.source)) expect(verdict.sentence).not.toMatch(/and high/);
    expect(verdict.remedies.join(' ')).toMatch(remedies);
  });

  test('depend on what error cannot be avoided', () => {
    expect(biasVariance({ train: 12, dev: 13, base: 11 }).severity).toBe('good');
    expect(() => biasVariance({ train: -1, dev: 0 })).toThrow('errors in percent');
  });
});

test('early stopping on .9 .7 .6 .61 .62 .63 with patience 3 stops at 6 and returns to 3', () => {
  const curve = [0.9, 0.7, 0.6, 0.61, 0.62, 0.63];
  expect(earlyStoppingPoint(curve, 3)).toEqual({ stop: 6, best: 3 });
  expect(earlyStoppingPoint(curve, 4)).toEqual({ stop: undefined, best: 3 });
  expect(earlyStoppingPoint([...curve, 0.5], 4)).toEqual({ stop: undefined, best: 7 });
});

test('a dev loss that rises while the training loss falls is overfitting, less so where the best weights were kept', () => {
  const [train, dev] = [
    [3, 2, 1, 0.5],
    [3, 2.5, 2.9, 3.4],
  ];
  expect(overfittingVerdict(train, dev)).toMatchObject({
    severity: 'warning',
    measured: { 'best epoch': 2 },
  });
  expect(overfittingVerdict(train, dev, 2)?.severity).toBe('note');
  expect(overfittingVerdict(train, [3, 2.5, 2, 2.05])?.severity).toBe('good');
  expect(overfittingVerdict(train, [])).toBeUndefined();
});

describe('data', () => {
  const model = () => {
    const made = sequential([input([3]), dense(1)]);
    made.compile({ loss: 'meanSquaredError' });
    return made;
  };
  const y = normal([50, 1], 9);

  test('figures of columns are mean and deviation, also far from 0', () => {
    const x = ndarray(Float32Array.from([10_001, 1, 10_002, 1, 10_003, Number.NaN]), [3, 2]);
    expect(columnFigures(x, ['far', 'flat'])).toEqual([
      { name: 'far', mean: 10_002, deviation: expect.closeTo(Math.sqrt(2 / 3), 9), missing: 0 },
      { name: 'flat', mean: 1, deviation: 0, missing: 1 },
    ]);
  });

  test('columns that are constant, unscaled or hold NaN are named', () => {
    const good = normal([50, 3], 10);
    const changed = (change: (value: number, column: number, row: number) => number) =>
      ndarray(
        Float32Array.from(good.data, (value, i) => change(value, i % 3, Math.floor(i / 3))),
        good.shape,
      );
    const data = (x: typeof good): readonly Verdict[] =>
      diagnose(model(), x, y, { columnNames: ['a', 'b', 'c'] }).verdicts.filter(
        ({ topic }) => topic === 'data',
      );
    expect(data(good)).toMatchObject([{ severity: 'good' }]);
    const constant = data(changed((value, column) => (column === 1 ? 7 : value)));
    expect(constant[0]).toMatchObject({
      severity: 'warning',
      sentence: expect.stringContaining('every row of "b"'),
    });
    const unscaled = data(changed((value, column) => (column === 2 ? 1000 * value : value)));
    expect(unscaled[0]).toMatchObject({ severity: 'warning', sentence: expect.stringContaining('"c"') });
    const missing = data(changed((value, column, row) => (column === 0 && row === 4 ? Number.NaN : value)));
    expect(missing[0]).toMatchObject({ severity: 'problem', sentence: expect.stringContaining('"a"') });
  });

  test('a loss that is not a number is traced to where it was made, and the model left as it was', () => {
    const broken = sequential([input([3]), dense(2, { name: 'first' }), dense(1, { name: 'second' })]);
    broken.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    broken.setWeights(
      broken.getWeights().map(({ shape, data }) => ndarray(new Float32Array(data.length).fill(3e38), shape)),
    );
    const before = broken.getWeights();
    const report = diagnose(broken, normal([50, 3], 11), y);
    expect(report.of('numbers')).toMatchObject({
      severity: 'problem',
      sentence: expect.stringContaining('"first"'),
    });
    expect(report.isHealthy).toBe(false);
    expect(broken.getWeights()).toEqual(before);
  });
});

describe('a diagnosis', () => {
  const { model, x, y } = small();
  const report = diagnose(model, x, y, { errors: { train: 1, dev: 10 } });

  test('has every verdict with what was measured, the threshold, a sentence and remedies, the gravest first', () => {
    const order = ['problem', 'warning', 'note', 'good'];
    const ranks = report.verdicts.map(({ severity }) => order.indexOf(severity));
    expect([...ranks].sort()).toEqual(ranks);
    expect(new Set(report.verdicts.map(({ topic }) => topic))).toEqual(
      new Set(
        [
          'numbers',
          'data',
          'bias and variance',
          'gradient flow',
          'saturation',
          'step size',
          'curvature',
        ].filter((topic) => report.of(topic as Verdict['topic'])),
      ),
    );
    for (const verdict of report.verdicts) {
      expect(Object.values(verdict.measured).length).toBeGreaterThan(0);
      expect(verdict.sentence).toMatch(/\.$/);
      expect(verdict.threshold).not.toBe('');
      if (verdict.severity === 'warning' || verdict.severity === 'problem')
        expect(verdict.remedies.length).toBeGreaterThan(0);
    }
  });

  test('prints as text, Markdown and JSON', () => {
    const text = report.toText();
    expect(text).toContain('WARNING bias and variance: This is high variance');
    expect(text).toContain('  → Get more examples');
    expect(text).toContain('dense_1');
    expect(report.toMarkdown()).toContain('**bias and variance** (warning)');
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      verdicts: expect.arrayContaining([expect.objectContaining({ topic: 'curvature' })]),
      layers: [{ name: 'dense' }, { name: 'dense_1' }],
    });
    expect(report.toText((word) => `<${word}>`)).toContain('<WARNING> bias');
  });
});

describe('a watch over fit', () => {
  const x = normal([64, 4], 12);
  const y = normal([64, 1], 13);
  const heard = async (
    make: () => ReturnType<typeof sequential>,
    optimizer: ReturnType<typeof sgd>,
    epochs = 8,
  ) => {
    setSeed(5);
    const said: string[] = [];
    const model = make();
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const callback = watch({ data: [x, y], say: (sentence) => said.push(sentence) });
    await model.fit(x, y, { epochs, batchSize: 64, callbacks: [callback] });
    return said;
  };
  const plain = () => sequential([input([4]), dense(8, { activation: 'relu' }), dense(1)]);

  test('says nothing while all is well', async () => {
    expect(await heard(plain, sgd({ learningRate: 0.05 }))).toEqual([]);
  });

  test('says once, in one sentence, that the loss runs away, and what to do', async () => {
    const linear = () => sequential([input([4]), dense(1)]);
    const said = await heard(linear, sgd({ learningRate: 2 }), 6);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^The loss runs away, from .* to .* — lower the learning rate\.$/);
  });

  test('hears units die', async () => {
    const dying = () => {
      const model = plain();
      const [kernel, , ...rest] = model.getWeights();
      model.setWeights(
        [kernel, ndarray(new Float32Array(8).fill(-50)), ...rest].filter((w) => w !== undefined),
      );
      return model;
    };
    const said = await heard(dying, sgd({ learningRate: 0.01 }), 2);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('positive for no example');
  });

  test('does not change what fit does', async () => {
    const run = async (watched: boolean) => {
      setSeed(6);
      const model = plain();
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      await model.fit(x, y, {
        epochs: 3,
        batchSize: 16,
        ...(watched && { callbacks: [watch({ data: [x, y] })] }),
      });
      return model.getWeights();
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
