import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  compile,
  dense,
  input,
  layers,
  metrics,
  model,
  mul,
  type Nested,
  optimizers,
  sequential,
  tensor,
  utils,
  Variable,
  valueAndGrad,
  variable,
} from '../src/index.ts';
import { expectClose } from './training/closeness.ts';

interface Details {
  readonly categorical: { y: Nested; classes: number | null; rows: Nested }[];
  readonly normalized: { x: Nested; axis: number; order: number | 'inf'; result: Nested }[];
  readonly counts: { x: Nested; weights: Nested; result: Nested };
  readonly areas: {
    options: Record<string, unknown>;
    y: Nested[];
    outputs: Nested[];
    result: number;
  }[];
  readonly recurrent: {
    cell: 'simpleRNNCell' | 'lstmCell' | 'gruCell';
    x: Nested;
    weights: Nested[];
    outputs: Nested[];
    states: Nested[];
    after: Nested[];
  }[];
  readonly running: { batches: [Nested, Nested | null][]; values: number[] };
  readonly decay: { names: string[]; first: Nested[]; gradients: Nested[][]; last: Nested[] }[];
}
const file = new URL('../fixtures/details/keras.json', import.meta.url);
const keras = JSON.parse(readFileSync(file, 'utf8')) as Details;
const camel = (name: string) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());

describe('utils', () => {
  test.each(keras.categorical)('toCategorical makes rows of $y as Keras does', ({ y, classes, rows }) => {
    expectClose(utils.toCategorical(y, classes ?? undefined), rows, 0);
  });

  test('toCategorical refuses what is no class', () => {
    expect(() => utils.toCategorical([0, 3], 3)).toThrow('whole numbers from 0 to 2');
    expect(() => utils.toCategorical([-1, 2])).toThrow(ArgumentError);
  });

  test.each(keras.normalized)('normalize by axis $axis, order $order', ({ x, axis, order, result }) => {
    expectClose(utils.normalize(x, axis, order === 'inf' ? Number.POSITIVE_INFINITY : order), result, 1e-6);
  });

  test('normalize by the first axis divides columns', () => {
    expectClose(
      utils.normalize(
        [
          [3, 0],
          [4, 0],
        ],
        0,
      ),
      [
        [0.6, 0],
        [0.8, 0],
      ],
      1e-6,
    );
  });

  test('normalize refuses an axis that is none', () => {
    expect(() => utils.normalize([[1, 2]], 2)).toThrow('one of 2 axes');
  });

  test('setRandomSeed makes first weights repeatable', () => {
    const weights = () => {
      utils.setRandomSeed(5);
      return sequential([input([3]), dense(2)]).getWeights();
    };
    expect(weights()).toEqual(weights());
  });
});

describe('categoryEncoding', () => {
  const { x, weights, result } = keras.counts;

  test('counts by weights', () => {
    const numbers = input({ shape: [4], dtype: 'int32', name: 'numbers' });
    const countWeights = input({ shape: [4], name: 'weights' });
    const counted = layers.categoryEncoding(4, { outputMode: 'count' })(numbers, { countWeights });
    const net = model({ inputs: [numbers, countWeights], outputs: counted });
    expectClose(net.predict({ numbers: tensor(x), weights: tensor(weights) }), result, 1e-6);
  });

  test('takes weights only to count', () => {
    const numbers = input({ shape: [4], dtype: 'int32' });
    expect(() => layers.categoryEncoding(4)(numbers, { countWeights: input([4]) })).toThrow('countWeights');
  });
});

describe('AUC of several labels', () => {
  test.each(keras.areas)('with $options', ({ options, y, outputs, result }) => {
    const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
    const area = metrics.running(metrics.auc({ multiLabel: true, ...given }));
    for (const [batch, target] of y.entries()) area.updateState(target, outputs[batch] ?? []);
    expect(area.result()).toBeCloseTo(result, 6);
  });

  test('refuses outputs without labels, and weights for none', () => {
    const area = metrics.running(metrics.auc({ multiLabel: true }));
    expect(() => area.updateState([0, 1], [0.2, 0.7])).toThrow('outputs of [batch, labels]');
    expect(() => metrics.auc({ labelWeights: [1, 2] })).toThrow('multiLabel: true');
  });
});

describe('a running metric', () => {
  const { batches, values } = keras.running;

  test('keeps the mean of numbers, as in Keras, and forgets it', () => {
    const mean = metrics.running(metrics.mean());
    expect(mean.result()).toBe(0);
    for (const [i, [numbers, weights]] of batches.entries()) {
      mean.updateState(numbers, numbers, weights ?? undefined);
      expect(mean.result()).toBeCloseTo(values[i] ?? Number.NaN, 5);
    }
    mean.resetState();
    mean.updateState([2, 4]);
    expect(mean.result()).toBe(3);
  });

  test('is updated inside of a compiled function', () => {
    const accuracy = metrics.running(metrics.binaryAccuracy());
    const step = compile((target, output) => {
      accuracy.updateState(target, output);
      return mul(output, 1);
    });
    step([[1], [0]], [[0.9], [0.8]]).array();
    step([[1], [1]], [[0.7], [0.6]]).array();
    expect(accuracy.result()).toBe(0.75);
  });
});

describe.each(keras.recurrent)('rnn of $cell', ({ cell, x, weights, outputs, states, after }) => {
  const loaded = () => {
    const layer = layers.rnn(layers[cell](4), { returnSequences: true, returnState: true });
    layer.build([5, 3]);
    for (const [i, weight] of layer.weights.entries()) weight.assign(tensor(weights[i] ?? []));
    return layer;
  };

  test('computes what it does in Keras', () => {
    const found = loaded()(tensor(x));
    expect(found).toHaveLength(outputs.length);
    for (const [i, expected] of outputs.entries()) expectClose(found[i] ?? [], expected, 1e-5);
  });

  test('takes single steps as a layer', () => {
    const step = layers[cell](4);
    step.build([3]);
    for (const [i, weight] of step.weights.entries()) weight.assign(tensor(weights[i] ?? []));
    const [first] = [(x as Nested[][]).map((steps) => steps[0] ?? [])];
    const found = step.callMany([tensor(first), ...states.map((state) => tensor(state))], {
      training: false,
    });
    for (const [i, expected] of after.entries()) expectClose(found[i] ?? [], expected, 1e-5);
  });

  test('runs both ways, with weights of each way', () => {
    const both = sequential([input([5, 3]), layers.bidirectional(layers.rnn(layers[cell](4)))]);
    expect(both.outputShape).toEqual([8]);
    expect(both.weights).toHaveLength(2 * weights.length);
    expect(new Set(both.weights).size).toBe(2 * weights.length);
  });
});

describe('weights left out of decay', () => {
  test.each(keras.decay)('by name $names, or by themselves', ({ names, first, gradients, last }) => {
    const weights = ['kernel', 'bias'].map((name, i) => new Variable(tensor(first[i] ?? []), { name }));
    const optimizer = optimizers.adamW({ learningRate: 0.1, weightDecay: 0.2 });
    optimizer.excludeFromWeightDecay(names.length > 0 ? { names } : { variables: weights.slice(0, 1) });
    const step = compile((...given) => {
      optimizer.apply(given, weights);
      return [];
    });
    for (const given of gradients) step(...given.map((gradient) => tensor(gradient)));
    for (const [i, weight] of weights.entries()) expectClose(weight.value(), last[i] ?? [], 1e-5);
  });

  test('can only be named before the first step', () => {
    const weight = variable([1]);
    const optimizer = optimizers.lossScaleOptimizer(optimizers.adamW());
    optimizer.build([weight]);
    expect(() => optimizer.excludeFromWeightDecay({ variables: [weight] })).toThrow('has not been used yet');
  });
});

describe('layers', () => {
  test('take their first argument by its place, as in Keras', () => {
    const picture = input([8, 8, 1]);
    const shapeAfter = (layer: ReturnType<typeof layers.maxPooling2D>) => layer(picture).exampleShape;
    expect(shapeAfter(layers.maxPooling2D(4, { padding: 'same' }))).toEqual([2, 2, 1]);
    expect(shapeAfter(layers.averagePooling2D([4, 2]))).toEqual([2, 4, 1]);
    expect(shapeAfter(layers.upSampling2D(3))).toEqual([24, 24, 1]);
    expect(
      shapeAfter(
        layers.zeroPadding2D([
          [1, 0],
          [2, 2],
        ]),
      ),
    ).toEqual([9, 12, 1]);
    expect(shapeAfter(layers.cropping2D(2, { name: 'cut' }))).toEqual([4, 4, 1]);
    expect(layers.cropping2D(2, { name: 'cut' }).name).toBe('cut');
  });

  test('take a penalty on their outputs by name', async () => {
    const net = sequential([input([2]), dense(2, { activityRegularizer: 'l2' })]);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const x = tensor([
      [1, 2],
      [3, -1],
    ]);
    const outputs = net.predict(x);
    const { loss } = await net.evaluate(x, outputs);
    // Keras's l2 is 0.01 by name; the mean over examples.
    expect(loss).toBeCloseTo((0.01 * mul(outputs, outputs).sum().item()) / 2, 6);
  });

  test('refuse inputs of unknown length with what to do', () => {
    const unknown = JSON.parse('[null, 3]') as number[];
    expect(() => input(unknown)).toThrow(ArgumentError);
    expect(() => input(unknown)).toThrow('[null, 3]');
    expect(() => input(unknown)).toThrow('padSequences');
  });
});

describe('a model', () => {
  test('predicts batches from a stream, larger or smaller', async () => {
    const net = sequential([input([2]), dense(3)]);
    const rows = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    async function* batches() {
      yield { x: rows.slice(0, 2), y: [0, 0] };
      yield [rows.slice(2)] as const;
    }
    expectClose(await net.predict(batches()), net.predict(rows), 0);
    await expect(net.predict(new Set<never>())).rejects.toThrow('at least one batch');
  });

  test('takes a training step of its own', async () => {
    const x = input([1]);
    const out = dense(1, { kernelInitializer: 'zeros' });
    const optimizer = optimizers.sgd({ learningRate: 0.1 });
    const net = model({
      inputs: x,
      outputs: out(x),
      trainStep(self, { x: [given = tensor(0)], y: [wanted = tensor(0)], context }) {
        const weights = self.trainableWeights;
        const [loss, gradients] = valueAndGrad(() => {
          const [output = given] = self.forward([given], context).outputs;
          const error = output.sub(wanted);
          return mul(error, error).mean();
        }, weights)();
        optimizer.apply(gradients, weights);
        return { squared: loss };
      },
    });
    const { history } = await net.fit([[1], [2], [3]], [[3], [5], [7]], { epochs: 200, batchSize: 3 });
    expect(Object.keys(history)).toEqual(['squared']);
    expect(history.squared?.[0]).toBeCloseTo((9 + 25 + 49) / 3, 4);
    expectClose(net.predict([[4]]), [[9]], 0.05);
  });
});
