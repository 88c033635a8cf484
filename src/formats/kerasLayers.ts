import { LAYER_KINDS, type LayerKind } from '../layers/kinds.ts';

/** What files say of a kind of layer otherwise than layers do. */
interface FileNotes {
  /** What Keras 2 called an argument. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Arguments that are not here, with the values that say they are not used. */
  readonly only?: Readonly<Record<string, unknown>>;
  /** What layers have, or its `config` says, and Keras does not take. */
  readonly unwritten?: readonly string[];
}

/** A kind of layer in files. */
export interface LayerRow extends LayerKind, FileNotes {}

const LAST_CHANNELS = { only: { dataFormat: 'channels_last' } };
const UNTRAINABLE = { unwritten: ['trainable'] };
const LOOKUP = { sparse: false, padToMaxTokens: false, oovMethod: 'floormod' };

const NOTES: Readonly<Record<string, FileNotes>> = {
  LeakyReLU: { aliases: { negativeSlope: 'alpha' } },
  Cropping1D: { unwritten: ['dataFormat'] },
  BatchNormalization: { only: { renorm: false } },
  LayerNormalization: { only: { rmsScaling: false } },
  SpatialDropout1D: UNTRAINABLE,
  SpatialDropout2D: UNTRAINABLE,
  SpatialDropout3D: UNTRAINABLE,
  MultiHeadAttention: { only: { useGate: false, slidingWindow: null } },
  Resizing: { only: { ...LAST_CHANNELS.only, fillMode: 'constant' } },
  CenterCrop: LAST_CHANNELS,
  RandomFlip: LAST_CHANNELS,
  RandomCrop: LAST_CHANNELS,
  RandomRotation: LAST_CHANNELS,
  RandomTranslation: LAST_CHANNELS,
  RandomZoom: LAST_CHANNELS,
  RandomShear: LAST_CHANNELS,
  RandomBrightness: LAST_CHANNELS,
  RandomContrast: LAST_CHANNELS,
  RandomErasing: LAST_CHANNELS,
  RandomElasticTransform: LAST_CHANNELS,
  MixUp: LAST_CHANNELS,
  CutMix: LAST_CHANNELS,
  Pipeline: { unwritten: ['trainable', 'dtype'] },
  Discretization: { only: { sparse: false }, ...UNTRAINABLE },
  IntegerLookup: { only: LOOKUP },
  StringLookup: { only: LOOKUP },
};

/** The layers of files by Keras's names, one row each. A Lambda would be code to run. */
export const LAYERS: ReadonlyMap<string, LayerRow> = new Map(
  [...LAYER_KINDS]
    .filter(([className]) => className !== 'Lambda')
    .map(([className, kind]) => [className, { ...kind, ...NOTES[className] }]),
);

export const KNOWN_LAYERS = [...LAYERS.keys()].join(', ');
