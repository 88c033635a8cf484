import { checkFixtures } from './checkLayer.ts';

checkFixtures(['torch']);
