import { checkFixtures } from './checkLayer.ts';

checkFixtures(['activations', 'shaping', 'merging', 'normalization']);
