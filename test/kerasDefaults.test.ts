import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  constraints,
  initializers,
  losses,
  metrics,
  optimizers,
  regularizers,
  schedules,
} from '../src/index.ts';
import { kerasActivationName } from '../src/layers/activations.ts';
import { LAYER_KINDS } from '../src/layers/kinds.ts';
import type { Layer } from '../src/layers/layer.ts';
import { snakeCase } from '../src/layers/names.ts';

type Defaults = Readonly<Record<string, unknown>>;
// Written by fixtures/keras/generate_defaults.py.
const KERAS: Readonly<Record<string, Readonly<Record<string, Defaults>>>> = JSON.parse(
  readFileSync(new URL('../fixtures/keras/defaults.json', import.meta.url), 'utf8'),
);

/** `beta_1` → `beta1`. */
const camel = (name: string) => name.replaceAll(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase());

/** A default in plain words, whichever of the two said it. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null && 'className' in value)
    return snakeCase(`${value.className}`);
  return value;
}

/** Whether two defaults say the same: an initialiser by its name, an activation by either of its names. */
function isSame(name: string, ours: unknown, theirs: unknown): boolean {
  const [here, there] = [plain(ours), plain(theirs)];
  if (/activation$/i.test(name)) {
    return kerasActivationName(`${here ?? 'linear'}`) === (there ?? 'linear');
  }
  if (typeof here === 'string' && typeof there === 'string') {
    return snakeCase(here) === snakeCase(there).replace(/^uniform$/, 'random_uniform');
  }
  if (JSON.stringify(here) === JSON.stringify(there)) return true;
  // Learning rates are kept in float32.
  if (typeof there === 'number' && here === Math.fround(there)) return true;
  // One number for all axes is as good as one for each, and that of a range that begins at 0 as both its ends.
  const distinct = (value: unknown) =>
    JSON.stringify([...new Set([value].flat(2))].filter((one) => one !== 0));
  return Array.isArray(here) && distinct(here) === distinct(there);
}

const isRequired = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'required' in value;

/** Arguments of Keras that are not here, by the reason. */
const ABSENT = new Set(
  [
    // For fine-tuning and weights of 8 bits, which are not here.
    'loraRank loraAlpha quantizationConfig gptqUnpackedColumnSize',
    // Tensors are dense; kernels are not chosen by hand; masks of attention say what a window would.
    'sparse useCudnn flashAttention slidingWindow useGate',
    // Deprecated, or of many machines.
    'renorm renormClipping renormMomentum synchronized',
    // Given as setWeights, in one length, or in fan axes that layers here know themselves.
    'weights inputAxes outputAxes',
    // Vocabularies are of strings or int32, counted by tfIdf without given weights, and hashed the one way.
    'vocabularyDtype idfWeights padToMaxTokens oovMethod salt encoding',
    // Left to `setUpMany`: the labels of the outputs say how many there are.
    'numLabels numRegressors fromSortedIds ignoreClass',
    // Callbacks say nothing by themselves: the progress bar does.
    'verbose',
    // Backups are written to a file of another name first, so that one is always whole.
    'doubleCheckpoint',
    // TensorBoard gets scalars.
    'histogramFreq writeGraph writeImages writeStepsPerSecond profileBatch embeddingsFreq embeddingsMetadata',
    // An error that names the culprit is thrown in any case.
    'raiseError',
    // Sections that are backward layers, paddings and thresholds only where they are given.
    'backwardLayer thresholds labelWeights',
  ].flatMap((names) => names.split(' ')),
);
/** Null stands for what is here said outright: the format of the data, and what follows from other arguments. */
const RESOLVED = new Set('dataFormat strides valueDim name'.split(' '));

/** What differs between the arguments an object says it was made with, and Keras's defaults. */
function differences(ours: Defaults, theirs: Defaults | undefined, given: readonly string[] = []): string[] {
  const found: string[] = theirs ? [] : ['unknown in Keras'];
  for (const [name, wanted] of Object.entries(theirs ?? {})) {
    const key = camel(name);
    if (isRequired(wanted) || given.includes(key) || (key === 'name' && !(key in ours))) continue;
    if (!(key in ours)) {
      if (!ABSENT.has(key)) found.push(`${key} is missing`);
    } else if (!(wanted === null && RESOLVED.has(key)) && !isSame(key, ours[key], wanted)) {
      found.push(`${key}: ${JSON.stringify(plain(ours[key]))} for ${JSON.stringify(wanted)}`);
    }
  }
  return found;
}

type Make = (...given: unknown[]) => {
  readonly className: string;
  readonly config: unknown;
  readonly name?: string;
};

/** What makes any layer of a kind, where an argument must be given. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  activation: 'relu',
  equation: 'ab,bc->ac',
  outputShape: [3],
  targetShape: [2, 3],
  dims: [2, 1],
  mode: 'horizontal',
  axes: 1,
  rate: 0.5,
  stddev: 0.1,
  factor: 0.2,
  heightFactor: 0.1,
  widthFactor: 0.1,
  scale: 2,
};

function layerOf(className: string): Layer {
  const kind = LAYER_KINDS.get(className);
  if (!kind) throw new Error(`no ${className}`);
  const inner = () => layerOf(className === 'Bidirectional' ? 'LSTM' : 'Dense');
  const sample = (name: string) =>
    name === 'layer' ? inner() : name === 'layers' ? [inner()] : (SAMPLES[name] ?? 3);
  const { make, positional = [], needs = [] } = kind;
  const needed = needs.filter((name) => name !== 'binBoundaries').map((name) => [name, sample(name)]);
  return (make as (...given: unknown[]) => Layer)(...positional.map(sample), Object.fromEntries(needed));
}

const layerNames = [...LAYER_KINDS.keys()].filter((name) => name !== 'Lambda');
describe('the defaults of a layer are those of Keras', () => {
  test.each(layerNames)('%s', (name) => {
    const { positional = [], needs = [] } = LAYER_KINDS.get(name) ?? {};
    // One padding in time has no format of its data; the first argument of a pipeline is all it has.
    const none = name === 'ZeroPadding1D' ? ['dataFormat'] : [];
    const given = [...positional, ...needs, ...none];
    expect(differences(layerOf(name).config(), KERAS.layers?.[name], given)).toEqual([]);
  });
});

/** Factories of a namespace, without what is none. */
const factories = (space: object, ...others: string[]): [string, Make][] =>
  Object.entries(space).filter(([name]) => !others.includes(name) && /^[a-z]/.test(name));

const GIVEN = { numClasses: 3, targetClassIds: [1] };
const NAMES: Readonly<Record<string, [string, Make][]>> = {
  initializers: factories(initializers, 'initializerOf'),
  regularizers: factories(regularizers, 'regularizerOf'),
  constraints: factories(constraints, 'constraintOf'),
  losses: factories(losses, 'lossOf'),
  metrics: factories(metrics, 'metricOf', 'running', 'meanMetric', 'confusionMatrix'),
};

for (const [module, made] of Object.entries(NAMES)) {
  describe(`the defaults of ${module} are those of Keras`, () => {
    test.each(made)('%s', (_, make) => {
      const object = make(GIVEN);
      const ours = {
        ...object,
        ...Object(object.config),
        ...(module === 'metrics' && { name: object.name }),
      };
      const { name: _name, ...theirs } = KERAS[module]?.[object.className] ?? {};
      const axis = object.className.endsWith('IoU') ? ['axis'] : [];
      expect(differences(ours, theirs, [...Object.keys(GIVEN), ...axis])).toEqual([]);
      if (module === 'metrics' && typeof _name === 'string') expect(object.name).toBe(_name);
    });
  });
}

/** What optimizers say in their configuration only where it was given. */
const PLAIN = {
  ...{
    weightDecay: null,
    clipnorm: null,
    clipvalue: null,
    globalClipnorm: null,
    useEma: false,
    emaMomentum: 0.99,
  },
  ...{ emaOverwriteFrequency: null, lossScaleFactor: null, gradientAccumulationSteps: null },
};

test('the defaults of optimizers are those of Keras', () => {
  const made = factories(optimizers, 'optimizerOf', 'lossScaleOptimizer') as [
    string,
    () => optimizers.Optimizer,
  ][];
  for (const [, make] of made) {
    const optimizer = make();
    const ours = { ...PLAIN, ...optimizer.config() };
    expect(differences(ours, KERAS.optimizers?.[optimizer.className]), optimizer.className).toEqual([]);
  }
});

test('the defaults of schedules are those of Keras', () => {
  const given = {
    initialLearningRate: 0.1,
    decaySteps: 9,
    firstDecaySteps: 9,
    decayRate: 0.5,
    boundaries: [1],
    values: [1, 2],
  };
  for (const [, make] of factories(schedules)) {
    const { className, config } = make(given);
    expect(differences(Object(config), KERAS.schedules?.[className], Object.keys(given)), className).toEqual(
      [],
    );
  }
});

// The defaults of callbacks stand in their code alone.
const CALLBACKS: Readonly<Record<string, string>> = {
  BackupAndRestore: 'backupAndRestore',
  CSVLogger: 'csvLogger',
  EarlyStopping: 'earlyStopping',
  ModelCheckpoint: 'modelCheckpoint',
  ReduceLROnPlateau: 'reduceLROnPlateau',
  TensorBoard: 'tensorBoard',
};
test.each(Object.entries(CALLBACKS))('the defaults of the callback %s are those of Keras', (name, file) => {
  const source = readFileSync(new URL(`../src/training/callbacks/${file}.ts`, import.meta.url), 'utf8');
  const ours: Record<string, unknown> = {};
  for (const [, key = '', value = ''] of source.matchAll(
    /\b(\w+) = ('[^']*'|[-\d.e]+|true|false|null|Number\.NaN)[,\s]/g,
  )) {
    ours[key] ??=
      value === 'Number.NaN' ? null : value.startsWith("'") ? value.slice(1, -1) : JSON.parse(value);
  }
  expect(differences(ours, KERAS.callbacks?.[name])).toEqual([]);
});
