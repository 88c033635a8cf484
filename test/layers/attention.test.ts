import { checkFixtures } from './checkLayer.ts';

checkFixtures(['attention']);
