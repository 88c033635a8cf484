import * as data from '../src/data/index.ts';
import * as formats from '../src/formats/index.ts';
import * as pellucid from '../src/index.ts';
import * as node from '../src/node.ts';

/** The names Keras exports, by module: fixtures/keras/names.json. */
export interface KerasNames {
  readonly source: string;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Where the names of a module of Keras are here. */
const NAMESPACES: Readonly<Record<string, readonly [name: string, namespace: object]>> = {
  layers: ['layers', pellucid.layers],
  activations: ['activations', pellucid.activations],
  initializers: ['initializers', pellucid.initializers],
  regularizers: ['regularizers', pellucid.regularizers],
  constraints: ['constraints', pellucid.constraints],
  losses: ['losses', pellucid.losses],
  metrics: ['metrics', pellucid.metrics],
  optimizers: ['optimizers', pellucid.optimizers],
  'optimizers.schedules': ['schedules', pellucid.schedules],
  callbacks: ['callbacks', pellucid.callbacks],
  datasets: ['datasets', pellucid.datasets],
  ops: ['ops', pellucid.ops],
  'ops.image': ['ops.image', pellucid.ops.image],
};

/** What is called otherwise, or works otherwise, module by module; the word before the colon is ours. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  layers: {
    Input: 'layers.input: lengths of all axes are known',
    InputLayer: 'layers.input: the layer of what it returns',
    Lambda: 'lambda: a function of tensors, neither saved nor loaded',
    Layer: 'Layer: a class to extend, by setUp, call and config',
    StringLookup: 'layers.stringLookup: behind an input of the dtype string, or by lookup on the host',
    MixUp: 'layers.mixUp: of pictures and labels as two inputs',
    CutMix: 'layers.cutMix: of pictures and labels as two inputs',
  },
  initializers: {
    Initializer: 'initializers.Initializer: an object with make(shape, key)',
    get: 'initializers.initializerOf: by name',
  },
  regularizers: {
    Regularizer: 'Regularizer: an object with call(weight)',
    OrthogonalRegularizer: 'regularizers.orthogonal: a shorter name',
    orthogonal_regularizer: 'regularizers.orthogonal: a shorter name',
    get: 'regularizers.regularizerOf: by name',
  },
  constraints: {
    Constraint: 'Constraint: an object with call(weight)',
    get: 'constraints.constraintOf: by name',
  },
  activations: { get: 'ACTIVATIONS: by name' },
  losses: {
    Loss: 'Loss: an object, or a plain function of targets and outputs',
    get: 'losses.lossOf: by name',
  },
  metrics: {
    Metric: 'Metric: an object whose state is part of the compiled step',
    MeanMetricWrapper: 'meanMetric: from a function of targets and outputs',
    get: 'metrics.metricOf: by name',
  },
  optimizers: {
    Optimizer: 'optimizers.WeightOptimizer: a class to extend',
    get: 'optimizers.optimizerOf: by name',
    schedules: 'schedules: a namespace of its own',
  },
  'optimizers.schedules': { LearningRateSchedule: 'Schedule: an object with call(step)' },
  callbacks: {
    Callback: 'Callback: an object with any of the hooks',
    LambdaCallback: 'callbacks.lambda: the hooks as they are',
    ProgbarLogger: 'callbacks.progressBar: quiet without a terminal',
    ModelCheckpoint: 'callbacks.modelCheckpoint: given saveModel as its save',
  },
  models: {
    Model: 'model: a function of inputs and outputs; the class Model is to be extended',
    Sequential: 'sequential: a list of layers',
    model_from_json: 'modelFromJSON of pellucid/formats',
    load_model: 'loadModel of pellucid/formats: of bytes or a path, with warnings',
    save_model: 'saveModel of pellucid/formats: to bytes or a path',
  },
  saving: {
    load_model: 'loadModel of pellucid/formats: of bytes or a path, with warnings',
    save_model: 'saveModel of pellucid/formats: to bytes or a path',
    load_weights: 'loadWeights of pellucid/formats: of bytes or a path',
    save_weights: 'saveWeights of pellucid/formats: to bytes or a path',
  },
  ops: {
    convert_to_numpy: 'tensor.array(): nested lists, or dataSync() for a typed array',
    array: 'ops.convertToTensor: of nested lists or typed arrays',
    custom_gradient:
      'ops.customGradient: the rule takes what flows back, and gives one gradient for each argument',
    top_k: 'ops.topK: always sorted',
    scan: 'a loop: it is recorded, and becomes part of the compiled step',
    fori_loop: 'a loop: likewise',
    while_loop: 'a loop: likewise; values may be read in the middle of it',
    map: 'a loop: likewise',
    norm: 'ops.norm: of matrices the orders fro, 1 and Infinity',
    cumsum: 'ops.cumsum: without a dtype; cast first',
    cumprod: 'ops.cumprod: without a dtype; cast first',
    where: 'ops.where: of three arguments',
    multi_hot: 'ops.multiHot: dense',
    segment_sum: 'ops.segmentSum: told the number of segments',
    conv: 'ops.conv: strides and what follows in one object',
    depthwise_conv: 'ops.depthwiseConv: strides and what follows in one object',
    separable_conv: 'ops.separableConv: strides and what follows in one object',
    conv_transpose: 'ops.convTranspose: strides and what follows in one object',
    max_pool: 'ops.maxPool: strides and what follows in one object',
    average_pool: 'ops.averagePool: strides and what follows in one object',
    batch_normalization: 'ops.batchNormalization: offset and what follows in one object',
    layer_normalization: 'ops.layerNormalization: gamma and what follows in one object',
    rms_normalization: 'ops.rmsNormalization: scale and what follows in one object',
    dot_product_attention: 'ops.dotProductAttention: bias and what follows in one object',
    true_divide: 'ops.divide: one name of two',
    absolute: 'ops.abs: one name of two',
    fabs: 'ops.abs: one name of three',
    amax: 'ops.max: one name of two',
    amin: 'ops.min: one name of two',
    swish: 'ops.silu: one name of two',
    hard_swish: 'ops.hardSilu: one name of two',
    conjugate: 'the number itself: there are no complex ones',
    conj: 'the number itself: there are no complex ones',
    real: 'the number itself: there are no complex ones',
    get_item: 'ops.take: or ops.slice, of a tensor',
  },
  utils: {
    set_random_seed: 'setSeed',
    image_dataset_from_directory: 'imageDatasetFromDirectory of pellucid/node: lazy, in batches',
    PyDataset: 'Dataset: map, filter, shuffle, batch and prefetch over any source',
    Sequence: 'Dataset: map, filter, shuffle, batch and prefetch over any source',
    plot_model: 'plotModel: SVG',
  },
};

const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

/** What Keras has as function and as class is one factory here. */
const FUNCTIONS: ReadonlySet<string> = new Set(['losses', 'metrics', 'layers']);

interface Row {
  readonly name: string;
  readonly here: string;
  readonly differs: string;
}

/** Names of everything exported beside the namespaces, with where from. */
function otherNames(): Map<string, string> {
  const found = new Map<string, string>();
  const sources: [string, object][] = [
    ['', pellucid],
    [' of pellucid/formats', formats],
    [' of pellucid/data', data],
    [' of pellucid/node', node],
  ];
  for (const [where, exported] of sources) {
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === 'function' && !found.has(plain(name)))
        found.set(plain(name), `\`${name}\`${where}`);
    }
  }
  return found;
}

function rowOf(group: string, exported: string, others: ReadonlyMap<string, string>): Row {
  const [name = '', alias] = exported.replace(')', '').split('(=');
  const difference = DIFFERENCES[group]?.[name];
  if (difference) {
    const [here = '', ...rest] = difference.split(': ');
    return {
      name,
      here: /^(a|the) /.test(here) ? here : here.replace(/^\w[\w.]*(\(\))?/, '`$&`'),
      differs: rest.join(': '),
    };
  }
  const space = NAMESPACES[group];
  const own = space && Object.keys(space[1]).find((key) => plain(key) === plain(alias ?? name));
  if (space && own) {
    const isFunction = /^[a-z]/.test(name) && FUNCTIONS.has(group) && alias === undefined;
    const differs = isFunction ? 'made first, then called' : alias ? `the name is ${alias}` : '';
    return { name, here: `\`${space[0]}.${own}\``, differs };
  }
  const other = space ? undefined : others.get(plain(name));
  return { name, here: other ?? '', differs: '' };
}

/** The table of every name: what it is here, how that differs, or that it is not here yet. */
export function kerasTable({ groups }: KerasNames): string {
  const others = otherNames();
  const sections = Object.entries(groups).map(([group, names]) => {
    const rows = names.map((name) => rowOf(group, name, others));
    const missing = rows.filter(({ here }) => here === '').map(({ name }) => `\`${name}\``);
    const present = rows.filter(({ here }) => here !== '');
    const table = present.map(({ name, here, differs }) => `| \`${name}\` | ${here} | ${differs} |`);
    return [
      `## keras.${group}`,
      `${present.length} of ${rows.length}.`,
      ...(table.length > 0
        ? [['| Keras | here | differs |', '| --- | --- | --- |', ...table].join('\n')]
        : []),
      ...(missing.length > 0 ? [`Not yet: ${missing.join(', ')}.`] : []),
    ].join('\n\n');
  });
  return [
    '# Keras, name by name',
    'What each name of Keras 3 is here. Arguments are Keras’s in camel case, with its defaults; classes are made by factories.',
    'This page is generated from the code by `npm run keras-table`.',
    ...sections,
  ]
    .join('\n\n')
    .concat('\n');
}
