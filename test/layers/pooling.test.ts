import { checkFixtures } from './checkLayer.ts';

checkFixtures(['pooling', 'average_pooling']);
