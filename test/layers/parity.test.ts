import { readFileSync } from 'node:fs';
import { describe } from 'vitest';
import { checkLayer, type LayerCase } from './checkLayer.ts';

const FILES = [
  ...['activations', 'shaping', 'merging', 'convolution'],
  ...['pooling', 'average_pooling', 'normalization'],
];

describe.each(FILES)('%s', (name) => {
  const file = new URL(`../../fixtures/layers/${name}.json`, import.meta.url);
  const cases = JSON.parse(readFileSync(file, 'utf8')) as LayerCase[];
  describe.each(cases)('$name', (spec) => checkLayer(spec));
});
