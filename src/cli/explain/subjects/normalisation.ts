import { compute, layers, randomNormal, type Tensor } from '../../../index.ts';
import { SEED } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, subject } from '../subject.ts';

interface NormalisationOptions extends ExplainOptions {
  readonly seed?: number;
}

/** [examples, places, channels] */
const SHAPE = [8, 6, 4] as const;

type Place = readonly [example: number, place: number, channel: number];

/** Each kind: what it averages over, and to which average an element belongs. */
const KINDS = {
  input: {
    over: 'each column of the training part, once',
    part: ([, place, channel]: Place) => `${place},${channel}`,
  },
  batch: { over: 'each channel: all examples and places', part: ([, , channel]: Place) => `${channel}` },
  layer: {
    over: 'each example and place: all channels',
    part: ([example, place]: Place) => `${example},${place}`,
  },
  instance: {
    over: 'each channel of each example',
    part: ([example, , channel]: Place) => `${example},${channel}`,
  },
  group: {
    over: 'each group of two channels of each example',
    part: ([example, , channel]: Place) => `${example},${Math.floor(channel / 2)}`,
  },
} as const;
type Kind = keyof typeof KINDS;

function normalised(kind: Kind, x: Tensor, training: boolean): Tensor {
  switch (kind) {
    case 'input': {
      const layer = layers.normalization({ axis: [1, 2] });
      layer.adapt(x.value());
      return layer(x, { training });
    }
    case 'batch':
      return layers.batchNormalization()(x, { training });
    case 'layer':
      return layers.layerNormalization()(x, { training });
    case 'instance':
      return layers.groupNormalization({ groups: -1 })(x, { training });
    case 'group':
      return layers.groupNormalization({ groups: 2 })(x, { training });
  }
}

/** Greatest distance of a mean from 0, and of a variance from 1, over all parts that are averaged. */
function deviations(data: ArrayLike<number>, part: (place: Place) => string) {
  const parts = new Map<string, number[]>();
  for (let flat = 0; flat < data.length; flat++) {
    const [, places, channels] = SHAPE;
    const key = part([
      Math.floor(flat / (places * channels)),
      Math.floor(flat / channels) % places,
      flat % channels,
    ]);
    parts.set(key, [...(parts.get(key) ?? []), data[flat] ?? Number.NaN]);
  }
  const figures = [...parts.values()].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
  });
  return {
    parts: figures.length,
    mean: Math.max(...figures.map(({ mean }) => Math.abs(mean))),
    variance: figures.reduce((sum, { variance }) => sum + variance, 0) / figures.length,
  };
}

/** `pellucid explain normalisation`: what each kind averages over, and what it does when training is over. */
export const NORMALISATION = subject<NormalisationOptions>({
  section: '1.7',
  description: 'batch, layer, instance, group and input normalisation: the axes, training and after',
  options: [SEED],
  show: ({ seed = 1 }) => {
    const x = randomNormal(SHAPE, 5, 3, { seed });
    const rows = (Object.keys(KINDS) as Kind[]).map((kind) => {
      const [training, inference] = compute([normalised(kind, x, true), normalised(kind, x, false)]);
      const { part, over } = KINDS[kind];
      const mean = (data: ArrayLike<number>) =>
        Array.from(data).reduce((sum, value) => sum + value, 0) / data.length;
      return {
        kind,
        over,
        ...deviations(training?.data ?? [], part),
        meanInTraining: mean(training?.data ?? []),
        meanInInference: mean(inference?.data ?? []),
      };
    });
    return {
      title: `Normalising ${SHAPE[0]} examples of ${SHAPE[1]} places and ${SHAPE[2]} channels`,
      blocks: [
        paragraph('Numbers of mean 5 and deviation 3 go in.'),
        grid(
          ['kind', 'averages over', 'averages', 'greatest |mean|', 'mean variance'],
          rows.map(({ kind, over, parts, mean, variance }) => [kind, over, parts, mean, variance]),
        ),
        heading('While training, and after', 2),
        grid(
          ['kind', 'mean in training', 'mean in inference'],
          rows.map(({ kind, meanInTraining, meanInInference }) => [kind, meanInTraining, meanInInference]),
        ),
        paragraph(
          'Only batch normalisation behaves differently: after training it uses running averages. Of a layer not trained yet they are mean 0 and variance 1, so that inputs pass as they are.',
        ),
      ],
      json: { shape: SHAPE, rows },
    };
  },
});
