import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ExplainOptions } from '../../src/cli/explain/present.ts';
import { SUBJECTS } from '../../src/cli/explain/subjects.ts';

const COMMAND = fileURLToPath(new URL('../../dist/bundled/main.js', import.meta.url));

function pellucid(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'explain', ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
}

/** What a subject writes, without a process of its own. */
async function shown(name: string, options: Record<string, unknown> = {}, colour = false): Promise<string> {
  const written: string[] = [];
  const out = { write: (text: string) => written.push(text) };
  await SUBJECTS[name]?.run(options as ExplainOptions, {
    out,
    err: out,
    colour: { out: colour, err: colour },
  });
  return written.join('');
}
const json = async (name: string, options: Record<string, unknown> = {}) =>
  JSON.parse(await shown(name, { ...options, json: true }));

/** Those that train for seconds have tests of their own. */
const SLOW = new Set(['reinforce', 'dqn']);

describe.each(Object.keys(SUBJECTS).filter((name) => !SLOW.has(name)))('explain %s', (name) => {
  test('shows tables, and every number as JSON', async () => {
    const text = await shown(name);
    expect(text).toMatch(name === 'augmentation' ? /█{8}/ : /─{8}/);
    expect(text).not.toMatch(/undefined|\[object|NaN(?! )/);
    expect(Object.keys(await json(name)).length).toBeGreaterThan(1);
  });
});

describe('the figures of the course, by section', () => {
  test('1.1: a threshold unit fires on equality', async () => {
    const { rows } = await json('threshold-unit', { weights: [1, 1], threshold: 2 });
    expect(rows.map(({ net, output }: { net: number; output: number }) => [net, output])).toEqual([
      [-2, 0],
      [-1, 0],
      [-1, 0],
      [0, 1],
    ]);
    expect(await shown('threshold-unit')).toContain('two different units');
  });

  test('1.1: a topology has an order or a loop', async () => {
    const forward = [
      ['a', 'b'],
      ['b', 'c'],
    ];
    expect(await json('topology', { edges: forward })).toMatchObject({
      kind: 'feedforward',
      order: ['a', 'b', 'c'],
    });
    expect(await json('topology')).toMatchObject({ kind: 'feedback', cycle: ['h', 'y', 'h'] });
  });

  test('1.1: a Hopfield net recalls, and its energy never rises', async () => {
    const { patterns, state, energies, end } = await json('hopfield');
    expect(state).toEqual(patterns[0]);
    expect(energies).toEqual([...energies].sort((a, b) => b - a));
    expect(end).toBe('fixed point');
  });

  test.each(['elman', 'jordan'])('1.1: a net with context learns what was said before: %s', async (name) => {
    const { errors } = await json(name);
    expect(errors.at(-1)).toBeLessThan(0.6 * errors[0]);
  });

  test("1.1: Oja's rule finds the main direction, of length 1", async () => {
    const { oja, hebb } = await json('hebb');
    expect(oja.norms.at(-1)).toBeCloseTo(1, 4);
    expect(oja.weights[1] / oja.weights[0]).toBeCloseTo(0.5, 3);
    expect(hebb.norms.at(-1)).toBeGreaterThan(1e4);
  });

  test('1.1: competing units, a map and k-means find the two heaps', async () => {
    expect(new Set((await json('competitive')).winners).size).toBe(2);
    expect((await json('kohonen')).topographicError).toBe(0);
    expect((await json('k-means')).centres.flat().map((value: number) => value.toFixed(2))).toEqual([
      '0.33',
      '0.33',
      '8.67',
      '8.67',
    ]);
  });

  test('1.1: rewards alone are enough', async () => {
    expect((await json('bandit')).bestLate).toBeGreaterThan(0.8);
    expect((await json('q-learning')).greedy).toBe(-13);
    // SARSA counts on its own random moves, and keeps away from the cliff: a longer way, but there.
    for (const seed of [1, 2, 3]) {
      const { greedy } = await json('sarsa', { seed });
      expect(greedy).toBeLessThan(-13);
      expect(greedy).toBeGreaterThan(-20);
    }
    expect((await json('q-learning', { world: 'S..,.H.,..G' })).greedy).toBe(1);
  });

  test('1.2: slopes of activations, and what ten layers leave', async () => {
    const { activations } = await json('activation', { x: [0, 1, 3, 6] });
    const of = (name: string) => activations.find((one: { name: string }) => one.name === name).rows;
    expect(of('sigmoid')[0].output).toBe(0.5);
    expect(of('sigmoid')[0].slope).toBe(0.25);
    expect(of('sigmoid')[0].throughDepth.toExponential(2)).toBe('9.54e-7');
    expect(of('sigmoid')[3].slope.toFixed(4)).toBe('0.0025');
    expect(of('tanh')[1].output.toFixed(4)).toBe('0.7616');
    expect(of('tanh')[2].slope.toFixed(4)).toBe('0.0099');
    const softmax = await json('activation', { activation: 'softmax', x: [1, 2, 3] });
    expect(softmax.total).toBeCloseTo(1, 6);
    for (const [i, value] of softmax.outputs.entries()) expect(softmax.shifted[i]).toBeCloseTo(value, 6);
    expect(await shown('activation')).toContain('saturates far from 0');
  });

  test('1.2: the dead share rises as the bias falls', async () => {
    const dead = (await json('dying-relu')).rows.map((row: { dead: number }) => row.dead);
    expect(dead).toEqual([...dead].sort((a: number, b: number) => a - b));
    expect(dead.at(-1)).toBeGreaterThan(0.9);
  });

  test('1.2: gates with a certificate', async () => {
    const outputs = async (threshold: number) =>
      (await json('gate', { gate: 'and', threshold })).rows
        .map((row: { output: number }) => row.output)
        .reverse();
    expect(await outputs(0.5)).toEqual([0, 1, 1, 1]);
    expect(await outputs(1)).toEqual([0, 1, 1, 1]);
    expect(await outputs(1.01)).toEqual([0, 0, 0, 1]);
    expect(await outputs(2)).toEqual([0, 0, 0, 1]);
    expect(await json('gate', { gate: 'xor' })).toMatchObject({
      verdict: { kind: 'inseparable', multipliers: [1, 1, 1, 1], point: [0.5, 0.5] },
      layered: [0, 1, 1, 0],
    });
    await expect(shown('gate', { gate: '00:0,01:1,01:0' })).rejects.toThrow('contradictory');
  });

  test('1.3: several output units, and the delta rule', async () => {
    expect(await json('perceptrons')).toMatchObject({
      epochs: 10,
      weights: [
        [2, 3],
        [2, 2],
      ],
      biases: [-4, -1],
    });
    expect(await shown('perceptrons')).toContain('The index j of the output unit was lost');
    const { weights, bias } = await json('adaline');
    expect([...weights, bias].map((value) => Math.round(10 * value) / 10)).toEqual([0.5, 0.5, -0.5]);
  });

  test('1.4: a 4-2-1 network has 10 weights and 3 biases, uniform in [−.5, .5]', async () => {
    const { weights, biases, network } = await json('mlp');
    expect([weights, biases]).toEqual([10, 3]);
    for (const value of [...network.weights.flat(2), ...network.biases.flat()])
      expect(Math.abs(value)).toBeLessThanOrEqual(0.5);
    expect((await json('mlp', { task: 'classes' })).output).toBe('softmax');
  });

  test('1.4: XOR is learnt until the error is small, or the epochs are over', async () => {
    const { stoppedBy, outputs } = await json('back-propagation');
    expect(stoppedBy).toBe('threshold');
    expect(outputs.map(Math.round)).toEqual([0, 1, 1, 0]);
    expect(await json('back-propagation', { epochs: 3 })).toMatchObject({ stoppedBy: 'epochs', epochs: 3 });
  });

  test('1.6: the direction of gradients with depth, and variances of first weights', async () => {
    const { rows } = await json('gradient-flow');
    expect(rows[0].flow).toBeLessThan(1e-4);
    expect(rows[4].flow).toBeGreaterThan(0.1);
    for (const { meant, variance } of (await json('initialisers')).rows)
      expect(variance / meant).toBeCloseTo(1, 1);
  });

  test('1.6: what is clipped is no longer than asked', async () => {
    const { rows } = await json('clipping', { limit: 2 });
    expect(rows[0].globalNorm).toBe(13);
    expect(rows[1].gradients).toEqual([[2, 2], [2]]);
    for (const norm of rows[2].norms) expect(norm).toBeLessThanOrEqual(2 + 1e-6);
    expect(rows[3].globalNorm).toBeCloseTo(2, 5);
  });

  test('1.6: gradient descent diverges iff α > 2/λmax', async () => {
    const { greatest, conditionNumber, runs, lossAtStart } = await json('curvature');
    expect([greatest, conditionNumber].map(Math.round)).toEqual([25, 25]);
    for (const { product, lossAtEnd, diverges } of runs) {
      expect(diverges).toBe(product > 2);
      expect(lossAtEnd > lossAtStart).toBe(diverges);
    }
  });

  test('1.6: naive softmax is NaN, stable is not', async () => {
    const { formats } = await json('softmax');
    expect(formats[3].softmax.naive).toEqual(['NaN', 'NaN', 'NaN']);
    expect(formats[3].softmax.stable.map((value: number) => value.toFixed(4))).toEqual([
      '0.0900',
      '0.2447',
      '0.6652',
    ]);
  });

  test('1.6: a run that fails in float16 succeeds with a scaled loss', async () => {
    const { runs, scaled } = await json('mixed-precision');
    const [pure, master, mixed] = runs.map((run: { weight: number }) => Math.abs(run.weight - 1));
    expect(scaled).toBeGreaterThan(0);
    expect([pure > 0.02, master > 0.02, mixed < 0.001]).toEqual([true, true, true]);
    expect(runs[2].zeros).toBe(0);
  });

  test('1.7: every normalisation gives mean 0 and variance 1 over its axes', async () => {
    for (const { kind, mean, variance } of (await json('normalisation')).rows) {
      expect(mean, kind).toBeLessThan(1e-5);
      expect(variance, kind).toBeCloseTo(1, 2);
    }
    const { rows } = await json('normalisation');
    expect(rows[1].meanInInference).toBeGreaterThan(4);
  });

  test('1.7: bias and variance', async () => {
    const text = await shown('bias-variance');
    for (const sentence of [
      'high variance: 1 %',
      'high bias: 12 %',
      'high bias and high variance: 12 %',
      'A good fit: 0.5 %',
    ])
      expect(text).toContain(sentence);
    expect(await shown('bias-variance', { train: 1, dev: 10 })).toContain('Get more examples');
    await expect(shown('bias-variance', { train: 1 })).rejects.toThrow('--train and --dev together');
  });

  test('1.7: the average of all thinned networks is the whole one', async () => {
    const { linear, sigmoid } = await json('dropout', { weights: [0.6, -0.4, 0.8, 0.3], rate: 0.3 });
    expect(linear.networks).toHaveLength(16);
    expect(
      linear.networks.reduce((sum: number, { probability }: { probability: number }) => sum + probability, 0),
    ).toBeCloseTo(1, 12);
    expect(linear.average).toBeCloseTo(linear.whole, 12);
    expect(sigmoid.geometric).toBeCloseTo(sigmoid.whole, 12);
    expect(Math.abs(sigmoid.average - sigmoid.whole)).toBeLessThan(0.05);
    expect(sigmoid.average).not.toBe(sigmoid.whole);
  });

  test('1.7: penalties on weights', async () => {
    const { penalties, weightDecay } = await json('regularisation');
    expect(penalties[0].penalty).toBeCloseTo(0.151, 6);
    expect(penalties[1].gradients.map((value: number) => value.toFixed(3))).toEqual([
      '0.200',
      '-0.100',
      '0.002',
    ]);
    expect(weightDecay.after[0]).toBeCloseTo(0.95, 6);
  });

  test('1.7: noise on the inputs is a penalty on the weights, σ²·Σw²', async () => {
    const { noise } = await json('regularisation', { weights: [0.5, -1, 2], noise: 0.2 });
    expect(noise.clean).toBeCloseTo(1.5 ** 2, 6);
    expect(noise.penalty).toBeCloseTo(0.04 * 5.25, 12);
    // Of 20,000 copies the mean is off by about 2·1.5·0.2·√5.25/√20,000 = 0.01.
    expect(Math.abs(noise.measured - noise.clean - noise.penalty)).toBeLessThan(0.04);
  });

  test('1.6: remedies against vanishing gradients, each a switch', async () => {
    const flow = async (options: Record<string, unknown>) =>
      (await json('gradient-flow', { activation: 'sigmoid', ...options })).rows[0].flow;
    expect(await flow({})).toBeLessThan(1e-4);
    expect(await flow({ residual: true })).toBeGreaterThan(0.05);
    expect(await flow({ batchNormalization: true })).toBeGreaterThan(1e-3);
  });

  test('1.1: an autoencoder says eight words in three numbers, and nobody names them', async () => {
    const { rows, errors, code } = await json('autoencoder', { units: 3 });
    expect(errors.at(-1)).toBeLessThan(errors[0] / 10);
    expect(code).toBe(3);
    for (const { input, output } of rows) {
      expect(output.indexOf(Math.max(...output))).toBe(input.indexOf(1));
    }
    // Their codes are all different.
    const codes = rows.map((row: { code: number[] }) => row.code.map((value) => value.toFixed(1)).join());
    expect(new Set(codes).size).toBe(8);
  });

  test('1.7: flipped twice is the same picture', async () => {
    const { pictures, flippedTwiceIsIdentity } = await json('augmentation');
    expect(flippedTwiceIsIdentity).toBe(true);
    expect(pictures).toHaveLength(9);
    for (const { name, pixels } of pictures.filter((_: unknown, i: number) => i !== 0 && i !== 2))
      expect(pixels, name).not.toEqual(pictures[0].pixels);
  });

  test('1.7: early stopping returns the weights of step k − p', async () => {
    expect(await json('early-stopping')).toMatchObject({ stop: 6, best: 3 });
    expect(await shown('early-stopping')).toContain('the patience p is a hyperparameter');
    expect(await json('early-stopping', { errors: [3, 2, 1] })).toMatchObject({ stop: null, best: 3 });
  });

  test('1.7: K = N is gradient descent, K = 1 is stochastic', async () => {
    const { rows } = await json('batches');
    for (const { k, apart } of rows) expect(apart, `K = ${k}`).toBeLessThan(1e-5);
    expect(rows.map(({ steps }: { steps: number }) => steps)).toEqual([40, 20, 10, 5]);
  });

  test("1.7: Adam's first step is α·sign(g)", async () => {
    const { optimizers } = await json('optimizers');
    const of = (name: string) => optimizers.find((one: { name: string }) => one.name === name);
    for (const value of of('Adam').firstStep) expect(value).toBeCloseTo(-0.1, 5);
    expect(of('gradient descent').firstStep[1]).toBeCloseTo(-1.8, 5);
    for (const { name, losses } of optimizers) expect(losses.at(-1), name).toBeLessThan(50.5);
  });
});

describe('the command', () => {
  test('alone lists every subject, and refuses options of another', () => {
    const { status, stdout } = pellucid();
    expect(status).toBe(0);
    for (const name of Object.keys(SUBJECTS)) expect(stdout).toContain(`\n${name} `);
    for (const section of ['1.1', '1.2', '1.3', '1.4', '1.5', '1.6', '1.7'])
      expect(stdout).toContain(`${section} `);
    const wrong = pellucid('hebb', '--gate', 'xor');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toContain('--gate belongs to');
    expect(pellucid('gate', 'data.csv').status).toBe(2);
    expect(pellucid('clipping', '--gradients', '3,a').status).toBe(2);
  });
});

test('in a terminal, numbers below 0 and what has changed have colours', async () => {
  const start = String.fromCharCode(27);
  const text = await shown('hopfield', {}, true);
  expect(text).toContain(`${start}[33m   −32${start}[39m`);
  expect(await shown('clipping', {}, false)).not.toContain(start);
  expect(await shown('perceptron', {}, true)).toContain(`${start}[33mcorrected${start}[39m`);
});
