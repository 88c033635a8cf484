import { ArgumentError, PellucidError, type Place } from '../graph/errors.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  type Loss,
  lossOf,
  meanAbsoluteError,
  meanSquaredError,
  sparseCategoricalCrossentropy,
} from '../training/losses.ts';
import { type Metric, metricOf } from '../training/metrics.ts';
import { type Sequential, snakeCase } from '../training/model.ts';
import { adagrad, adam, type Optimizer, rmsprop, sgd } from '../training/optimizers.ts';
import { camelCase, Fields, Float, isJson, type Json, shown, underscored } from './kerasFields.ts';

const LOSSES: ReadonlyMap<string, (fields: Fields) => Loss> = new Map<string, (fields: Fields) => Loss>([
  ['MeanSquaredError', () => meanSquaredError()],
  ['MeanAbsoluteError', () => meanAbsoluteError()],
  ['BinaryCrossentropy', (fields) => binaryCrossentropy(logitsIn(fields))],
  ['CategoricalCrossentropy', (fields) => categoricalCrossentropy(logitsIn(fields))],
  ['SparseCategoricalCrossentropy', (fields) => sparseCategoricalCrossentropy(logitsIn(fields))],
]);
const logitsIn = (fields: Fields) => ({ fromLogits: fields.flag('fromLogits', false) });

const OPTIMIZERS: ReadonlyMap<string, (fields: Fields, learningRate: number) => Optimizer> = new Map([
  [
    'SGD',
    (fields, learningRate) =>
      sgd({
        learningRate,
        momentum: fields.number('momentum', 0),
        nesterov: fields.flag('nesterov', false),
      }),
  ],
  [
    'Adam',
    (fields, learningRate) =>
      adam({
        learningRate,
        beta1: fields.number('beta1', 0.9),
        beta2: fields.number('beta2', 0.999),
        epsilon: fields.number('epsilon', 1e-7),
      }),
  ],
  [
    'RMSprop',
    (fields, learningRate) =>
      rmsprop({
        learningRate,
        rho: fields.number('rho', 0.9),
        momentum: fields.number('momentum', 0),
        epsilon: fields.number('epsilon', 1e-7),
        centered: fields.flag('centered', false),
      }),
  ],
  [
    'Adagrad',
    (fields, learningRate) =>
      adagrad({
        learningRate,
        initialAccumulatorValue: fields.number('initialAccumulatorValue', 0.1),
        epsilon: fields.number('epsilon', 1e-7),
      }),
  ],
]);

/** Arguments that change how an optimizer moves, and which none here has. */
const UNKNOWN_MOVES = [
  'weightDecay',
  'decay',
  'clipnorm',
  'globalClipnorm',
  'clipvalue',
  'useEma',
  'lossScaleFactor',
  'gradientAccumulationSteps',
  'amsgrad',
];

/**
 * Compiles a model as its file says. What cannot be trained the same way leaves it uncompiled, and `warnings` say
 * why: predictions do not depend on it.
 */
export function readCompileConfig(model: Sequential, root: Json, place: Place, warnings: string[]): void {
  const config = root.compile_config;
  if (!isJson(config) || config.optimizer === undefined || config.loss === undefined) return;
  try {
    const loss = readLoss(config.loss, place);
    const optimizer = readOptimizer(config.optimizer, place);
    if (config.loss_weights !== undefined && config.loss_weights !== null) {
      throw new ArgumentError({ asked: 'loss_weights in config.json', expected: 'none' });
    }
    model.compile({ optimizer, loss, metrics: readMetrics(config.metrics, loss, warnings) });
  } catch (error) {
    if (!(error instanceof PellucidError)) throw error;
    warnings.push(`The model is left uncompiled. ${error.message}`);
  }
}

function readLoss(given: unknown, place: Place): Loss {
  if (typeof given === 'string') {
    const name = camelCase(/[A-Z]/.test(given) ? snakeCase(given) : given);
    return lossOf(name);
  }
  const [className, fields] = classIn(given, 'loss', place);
  const make = LOSSES.get(className);
  if (!make) throw fields.refusal(`one of ${[...LOSSES.keys()].join(', ')}`, className);
  if (fields.number('labelSmoothing', 0) !== 0) throw fields.refusal('no label smoothing', 'some');
  const reduction = fields.text('reduction', 'sum_over_batch_size');
  // `auto` is what Keras 2 called it.
  if (!['sum_over_batch_size', 'mean', 'auto'].includes(reduction)) {
    throw fields.refusal('the reduction sum_over_batch_size', reduction);
  }
  if (fields.value('ignoreClass') !== undefined) throw fields.refusal('no ignored class', 'one');
  if (fields.number('axis', -1) !== -1) throw fields.refusal('classes along the last axis', 'another');
  return make(fields);
}

function readOptimizer(given: unknown, place: Place): Optimizer {
  const [className, fields] = classIn(given, 'optimizer', place);
  const make = OPTIMIZERS.get(className);
  if (!make) throw fields.refusal(`one of ${[...OPTIMIZERS.keys()].join(', ')}`, className);
  for (const name of UNKNOWN_MOVES) {
    const value = fields.value(name);
    if (value !== undefined && value !== false && value !== 0) {
      throw fields.refusal(`no ${underscored(name)}`, value);
    }
  }
  const rate = fields.value('learningRate', 'lr');
  if (isJson(rate)) throw fields.refusal('a learning rate that is a number', rate);
  return make(fields, fields.number('learningRate', 0.001, 'lr'));
}

function classIn(given: unknown, kind: string, place: Place): [string, Fields] {
  const className = isJson(given) && typeof given.class_name === 'string' ? given.class_name : '';
  const config = isJson(given) && isJson(given.config) ? given.config : {};
  const fields = new Fields(config, `${kind} in config.json`, place);
  if (className === '') throw fields.refusal('a class and its arguments', given);
  return [className, fields];
}

function readMetrics(given: unknown, loss: Loss, warnings: string[]): Metric[] {
  const list = given === undefined || given === null ? [] : [given].flat(4);
  const metrics: Metric[] = [];
  for (const metric of list) {
    const name =
      isJson(metric) && typeof metric.class_name === 'string' ? snakeCase(metric.class_name) : metric;
    try {
      if (typeof name !== 'string') throw new ArgumentError({ asked: `metric ${shown(metric)}` });
      metrics.push(metricOf(name.toLowerCase(), loss));
    } catch (error) {
      if (!(error instanceof PellucidError)) throw error;
      warnings.push(`A metric in config.json is left out. ${error.message}`);
    }
  }
  return metrics;
}

/** How a model is trained, as Keras writes it; nothing for a loss or an optimizer that Keras has not. */
export function writeCompileConfig(model: Sequential): Json | undefined {
  if (!model.isCompiled) return undefined;
  const { optimizer, loss, metrics } = model.compiled;
  if (!LOSSES.has(loss.className) || !OPTIMIZERS.has(optimizer.className)) return undefined;
  const rows = Object.entries(optimizer.config()).map(([key, value]) => [
    underscored(key),
    typeof value === 'number' ? new Float(value) : value,
  ]);
  const lossRows = Object.entries(loss.config).map(([key, value]) => [underscored(key), value]);
  return {
    optimizer: {
      module: 'keras.optimizers',
      class_name: optimizer.className,
      config: { name: optimizer.className.toLowerCase(), ...Object.fromEntries(rows) },
      registered_name: null,
    },
    loss: {
      module: 'keras.losses',
      class_name: loss.className,
      config: {
        name: snakeCase(loss.className),
        reduction: 'sum_over_batch_size',
        ...Object.fromEntries(lossRows),
      },
      registered_name: null,
    },
    loss_weights: null,
    metrics: metrics.map(({ name }) => name).filter((name) => isKnownMetric(name, loss)),
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

function isKnownMetric(name: string, loss: Loss): boolean {
  try {
    return metricOf(name, loss).name === name;
  } catch {
    return false;
  }
}
