import { checkFixtures } from './checkLayer.ts';

checkFixtures(['convolution']);
