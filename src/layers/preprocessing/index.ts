/** Layers that prepare data, and those that vary pictures: a contents page. */
export { type CategoryEncodingOptions, categoryEncoding, type OutputMode } from './categories.ts';
export { randomBrightness, randomContrast, type ValueRangeOptions } from './colour.ts';
export { Discretization, type DiscretizationOptions, discretization } from './discretization.ts';
export { type RandomElasticTransformOptions, randomElasticTransform } from './elasticTransform.ts';
export {
  centerCrop,
  type FlipMode,
  type ResizingOptions,
  randomCrop,
  randomFlip,
  resizing,
} from './flipAndCrop.ts';
export { type Factor, RandomImageLayer, type RandomLayerOptions } from './imageLayer.ts';
export {
  IntegerLookup,
  integerLookup,
  type LookupOptions,
  StringLookup,
  stringLookup,
} from './lookups.ts';
export { cutMix, MixingLayer, mixUp } from './mixing.ts';
export { Normalization, type NormalizationOptions, normalization } from './normalization.ts';
export { Pipeline, pipeline } from './pipeline.ts';
export { type RandomErasingOptions, randomErasing } from './randomErasing.ts';
export { rescaling } from './rescaling.ts';
export { type NestedTexts, textsIn, textTensor } from './texts.ts';
export {
  type RandomShearOptions,
  type RandomZoomOptions,
  randomRotation,
  randomShear,
  randomTranslation,
  randomZoom,
  type WarpOptions,
} from './warps.ts';
