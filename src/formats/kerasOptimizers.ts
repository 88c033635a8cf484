import type { Place } from '../graph/errors.ts';
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  ftrl,
  lamb,
  lion,
  lossScaleOptimizer,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from '../training/optimizers.ts';
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstantDecay,
  polynomialDecay,
  type Schedule,
} from '../training/schedules.ts';
import { argumentsIn, classIn, type Fields, Float, isJson, type Json, underscored } from './kerasFields.ts';

const SCHEDULES: ReadonlyMap<string, (fields: Fields) => Schedule> = new Map<
  string,
  (fields: Fields) => Schedule
>([
  ['ExponentialDecay', (fields) => exponentialDecay(decayIn(fields))],
  ['InverseTimeDecay', (fields) => inverseTimeDecay(decayIn(fields))],
  [
    'PiecewiseConstantDecay',
    (fields) =>
      piecewiseConstantDecay({
        boundaries: [fields.numbers('boundaries')].flat(),
        values: [fields.numbers('values')].flat(),
      }),
  ],
  [
    'PolynomialDecay',
    (fields) =>
      polynomialDecay({
        initialLearningRate: given(fields, 'initialLearningRate'),
        decaySteps: given(fields, 'decaySteps'),
        endLearningRate: fields.number('endLearningRate', 0.0001),
        power: fields.number('power', 1),
        cycle: fields.flag('cycle', false),
      }),
  ],
  [
    'CosineDecay',
    (fields) =>
      cosineDecay({
        initialLearningRate: given(fields, 'initialLearningRate'),
        decaySteps: given(fields, 'decaySteps'),
        alpha: fields.number('alpha', 0),
        ...(fields.value('warmupTarget') !== undefined && { warmupTarget: given(fields, 'warmupTarget') }),
        warmupSteps: fields.number('warmupSteps', 0),
      }),
  ],
  [
    'CosineDecayRestarts',
    (fields) =>
      cosineDecayRestarts({
        initialLearningRate: given(fields, 'initialLearningRate'),
        firstDecaySteps: given(fields, 'firstDecaySteps'),
        tMul: fields.number('tMul', 2),
        mMul: fields.number('mMul', 1),
        alpha: fields.number('alpha', 0),
      }),
  ],
]);

const decayIn = (fields: Fields) => ({
  initialLearningRate: given(fields, 'initialLearningRate'),
  decaySteps: given(fields, 'decaySteps'),
  decayRate: given(fields, 'decayRate'),
  staircase: fields.flag('staircase', false),
});

/** A number that has no default. */
const given = (fields: Fields, name: string): number => {
  if (fields.value(name) === undefined) throw fields.refusal(`a number for ${underscored(name)}`, 'none');
  return fields.number(name, 0);
};

type Factory = (options: never) => Optimizer;
const OPTIMIZERS: ReadonlyMap<string, Factory> = new Map<string, Factory>([
  ['SGD', sgd],
  ['RMSprop', rmsprop],
  ['Adagrad', adagrad],
  ['Adadelta', adadelta],
  ['Adam', adam],
  ['AdamW', adamW],
  ['Adamax', adamax],
  ['Nadam', nadam],
  ['Ftrl', ftrl],
  ['Lion', lion],
  ['Lamb', lamb],
  ['Adafactor', adafactor],
]);
const LOSS_SCALE = 'LossScaleOptimizer';

/** Whether Keras has an optimizer, and all that it is made of. */
export function isKerasOptimizer(optimizer: Optimizer): boolean {
  const { inner, schedule } = optimizer;
  if (inner) return optimizer.className === LOSS_SCALE && isKerasOptimizer(inner);
  return OPTIMIZERS.has(optimizer.className) && (!schedule || SCHEDULES.has(schedule.className));
}

/** What every optimizer takes, when nothing is said. */
const COMMON = {
  weightDecay: null,
  clipnorm: null,
  globalClipnorm: null,
  clipvalue: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
};

/** The deepest that optimizers are taken out of one another. */
const DEEPEST = 4;

/** @throws DataError for an optimizer or schedule that is not known, or arguments that make no sense */
export function readOptimizer(config: unknown, place: Place, depth = 0): Optimizer {
  const [className, fields] = classIn(config, 'optimizer', place);
  if (className === LOSS_SCALE) {
    if (depth > DEEPEST) throw fields.refusal('optimizers no deeper in one another', 'more');
    const inner = readOptimizer(fields.value('innerOptimizer'), place, depth + 1);
    const scale = argumentsIn(fields, { initialScale: 2 ** 15, dynamicGrowthSteps: 2000 });
    return fields.attempt(() => lossScaleOptimizer(inner, scale));
  }
  const make = OPTIMIZERS.get(className);
  if (!make) throw fields.refusal(`one of ${[...OPTIMIZERS.keys(), LOSS_SCALE].join(', ')}`, className);
  // Keras 2 let the rate decay so.
  const decay = fields.value('decay');
  if (decay !== undefined && decay !== 0) throw fields.refusal('no decay', decay);
  const { learningRate: usual, ...settings } = make({} as never).config();
  const rate = fields.value('learningRate', 'lr');
  const options = {
    ...argumentsIn(fields, { ...COMMON, ...settings }),
    learningRate: isJson(rate)
      ? readSchedule(rate, place)
      : fields.number('learningRate', usual as number, 'lr'),
  };
  return fields.attempt(() => make(options as never));
}

function readSchedule(config: Json, place: Place): Schedule {
  const [className, fields] = classIn(config, 'learning rate', place);
  const make = SCHEDULES.get(className);
  if (!make) throw fields.refusal(`one of ${[...SCHEDULES.keys()].join(', ')}`, className);
  return fields.attempt(() => make(fields));
}

/** Arguments of which Keras wants whole numbers; all others it wants as floats. */
const WHOLE: ReadonlySet<string> = new Set([
  'emaOverwriteFrequency',
  'gradientAccumulationSteps',
  'dynamicGrowthSteps',
]);

/** An optimizer as Keras writes it. */
export function writeOptimizer(optimizer: Optimizer): Json {
  const { innerOptimizer: _, learningRate, ...settings } = optimizer.config();
  const rate = optimizer.schedule
    ? writtenSchedule(optimizer.schedule)
    : written('learningRate', learningRate);
  return {
    module: 'keras.optimizers',
    class_name: optimizer.className,
    config: {
      name: optimizer.className.toLowerCase(),
      ...(optimizer.inner ? { inner_optimizer: writeOptimizer(optimizer.inner) } : { learning_rate: rate }),
      ...writtenRows(settings),
    },
    registered_name: null,
  };
}

const writtenSchedule = ({ className, config }: Schedule): Json => ({
  module: 'keras.optimizers.schedules',
  class_name: className,
  config: writtenRows(config),
  registered_name: null,
});

const writtenRows = (config: Json): Json =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [underscored(key), written(key, value)]));

function written(key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => written(key, item));
  return typeof value === 'number' && !WHOLE.has(key) ? new Float(value) : value;
}
