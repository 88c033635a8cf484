import { PellucidError } from '../graph/errors.ts';
import {
  constant,
  type Distribution,
  type FanMode,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  identity,
  initializerOf,
  lecunNormal,
  lecunUniform,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  zeros,
} from '../layers/initializers.ts';
import { Fields, isJson } from './kerasFields.ts';

const seedIn = (fields: Fields) => {
  const seed = fields.value('seed');
  return typeof seed === 'number' ? { seed } : {};
};
const normalIn = (fields: Fields) => ({
  mean: fields.number('mean', 0),
  stddev: fields.number('stddev', 0.05),
  ...seedIn(fields),
});

const INITIALIZERS: ReadonlyMap<string, (fields: Fields) => Initializer> = new Map<
  string,
  (fields: Fields) => Initializer
>([
  ['Zeros', () => zeros()],
  ['Ones', () => ones()],
  ['Constant', (fields) => constant({ value: fields.number('value', 0) })],
  ['Identity', (fields) => identity({ gain: fields.number('gain', 1) })],
  ['RandomNormal', (fields) => randomNormal(normalIn(fields))],
  ['TruncatedNormal', (fields) => truncatedNormal(normalIn(fields))],
  [
    'RandomUniform',
    (fields) =>
      randomUniform({
        minval: fields.number('minval', -0.05),
        maxval: fields.number('maxval', 0.05),
        ...seedIn(fields),
      }),
  ],
  [
    'VarianceScaling',
    (fields) =>
      varianceScaling({
        scale: fields.number('scale', 1),
        // What is none of these the initialiser itself refuses.
        mode: fields.text('mode', 'fan_in') as FanMode,
        distribution: fields.text('distribution', 'truncated_normal') as Distribution,
        ...seedIn(fields),
      }),
  ],
  ['GlorotUniform', (fields) => glorotUniform(seedIn(fields))],
  ['GlorotNormal', (fields) => glorotNormal(seedIn(fields))],
  ['HeUniform', (fields) => heUniform(seedIn(fields))],
  ['HeNormal', (fields) => heNormal(seedIn(fields))],
  ['LecunUniform', (fields) => lecunUniform(seedIn(fields))],
  ['LecunNormal', (fields) => lecunNormal(seedIn(fields))],
  ['Orthogonal', (fields) => orthogonal({ gain: fields.number('gain', 1), ...seedIn(fields) })],
]);

/** The initialiser of an argument; nothing for one that is not known here, or has arguments that make no sense. */
export function readInitializer(given: unknown, owner: Fields): Initializer | undefined {
  try {
    if (typeof given === 'string') return initializerOf(given);
    if (!isJson(given) || typeof given.class_name !== 'string') return undefined;
    const config = isJson(given.config) ? given.config : {};
    return INITIALIZERS.get(given.class_name)?.(new Fields(config, owner.owner, owner.place));
  } catch (error) {
    if (!(error instanceof PellucidError)) throw error;
    return undefined;
  }
}
