import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type ActivationName,
  activation,
  dense,
  flatten,
  type Layer,
  leakyReLU,
  mul,
  type Nested,
  normalization,
  reLU,
  rescaling,
  reshapeLayer,
  softmaxLayer,
  sum,
  tensor,
  valueAndGrad,
  variable,
} from '../../src/index.ts';
import { expectClose } from '../training/closeness.ts';

interface Options {
  readonly units: number;
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly negativeSlope: number;
  readonly axis: number;
  readonly targetShape: number[];
  readonly scale: number;
  readonly offset: number;
  readonly mean: number[];
  readonly variance: number[];
  readonly data: Nested;
}

interface LayerCase {
  readonly name: string;
  readonly kind: keyof typeof MAKERS;
  readonly options: Options;
  readonly weights: Nested[];
  readonly inputs: Nested;
  readonly cotangent: Nested;
  readonly outputs: Nested;
  readonly gradients: Nested[];
}

const MAKERS = {
  dense: ({ units, ...options }: Options): Layer => dense(units, options),
  activation: (options: Options): Layer => activation(options.activation),
  reLU: (options: Options): Layer => reLU(options),
  leakyReLU: (options: Options): Layer => leakyReLU(options),
  softmax: (options: Options): Layer => softmaxLayer(options),
  flatten: (): Layer => flatten(),
  reshape: ({ targetShape }: Options): Layer => reshapeLayer(targetShape),
  rescaling: ({ scale, offset }: Options): Layer => rescaling(scale, offset === undefined ? {} : { offset }),
  normalization: ({ data, ...moments }: Options): Layer => {
    const layer = normalization(moments);
    if (data !== undefined) layer.adapt(data);
    return layer;
  },
};

const file = new URL('../../fixtures/training/layers.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as LayerCase[];

describe.each(cases)('$name', ({ kind, options, weights, inputs, cotangent, outputs, gradients }) => {
  const layer = MAKERS[kind](options);
  const x = variable(inputs);
  layer.build(x.shape.slice(1));
  for (const [i, weight] of weights.entries()) layer.weights[i]?.assign(weight);

  test('has the outputs of Keras', () => {
    expectClose(layer.call(x.read(), { training: false }), outputs, 1e-5);
  });

  test('has the output shape it announces', () => {
    expect(layer.outputShape).toEqual(tensor(outputs).shape.slice(1));
  });

  test('has the gradients of Keras', () => {
    const trainable = layer.weights.filter((weight) => weight.trainable);
    const [, found] = valueAndGrad(
      () => sum(mul(layer.call(x.read(), { training: false }), tensor(cotangent))),
      [x, ...trainable],
    )();
    for (const [i, gradient] of gradients.entries()) expectClose(found[i] ?? [], gradient, 1e-5);
  });
});
