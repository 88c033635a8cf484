import { checkFixtures } from './checkLayer.ts';

checkFixtures(['recurrent']);
