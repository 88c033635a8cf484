import { Option } from 'commander';
import { type DepthFigures, signalByDepth } from '../../../explain/index.ts';
import { type ActivationName, initializers } from '../../../index.ts';
import { initializerOf } from '../../../layers/initializers.ts';
import { nextKey } from '../../../tensor/random.ts';
import { ACTIVATION, DEPTH, SEED } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, subject } from '../subject.ts';

interface FlowOptions extends ExplainOptions {
  readonly activation?: ActivationName;
  readonly initializer?: string;
  readonly depth?: number;
  readonly batchNormalization?: boolean;
  readonly residual?: boolean;
  readonly seed?: number;
}

interface Case {
  readonly activation: ActivationName;
  readonly initializer: string;
  readonly batchNormalization?: boolean;
  readonly residual?: boolean;
}

const CASES: readonly Case[] = [
  { activation: 'sigmoid', initializer: 'glorotUniform' },
  { activation: 'sigmoid', initializer: 'glorotUniform', batchNormalization: true },
  { activation: 'sigmoid', initializer: 'glorotUniform', residual: true },
  { activation: 'tanh', initializer: 'glorotUniform' },
  { activation: 'tanh', initializer: 'orthogonal' },
  { activation: 'relu', initializer: 'glorotUniform' },
  { activation: 'relu', initializer: 'heNormal' },
  { activation: 'selu', initializer: 'lecunNormal' },
  { activation: 'relu', initializer: 'randomUniform' },
  { activation: 'relu', initializer: 'randomUniform', batchNormalization: true },
  { activation: 'relu', initializer: 'randomUniform', residual: true },
];

const remedyOf = ({ batchNormalization, residual }: Case): string =>
  [...(batchNormalization ? ['batch normalisation'] : []), ...(residual ? ['residual'] : [])].join(', ');

const direction = (flow: number) => (flow < 1e-3 ? 'vanishes' : flow > 1e3 ? 'explodes' : 'keeps its size');

/** `pellucid explain gradient-flow`: what depth makes of signals and gradients, by activation and first weights. */
export const GRADIENT_FLOW = subject<FlowOptions>({
  section: '1.6',
  description: 'gradients that vanish or explode with depth, by activation and initialiser',
  options: [
    ACTIVATION,
    new Option('--initializer <name>', 'of the weights, as heNormal').choices(Object.keys(initializers)),
    new Option('--batch-normalization', 'normalise net inputs before each activation'),
    new Option('--residual', 'add to the output of each layer what went in'),
    DEPTH,
    SEED,
  ],
  show: ({ activation, initializer, batchNormalization = false, residual = false, depth = 10, seed = 1 }) => {
    const isOne = activation !== undefined || initializer !== undefined || batchNormalization || residual;
    const asked: Case = {
      activation: activation ?? 'relu',
      initializer: initializer ?? 'glorotUniform',
      ...{ batchNormalization, residual },
    };
    const cases = isOne ? [asked] : CASES;
    const rows = cases.map((given) => ({ ...given, ...signalByDepth({ ...given, depth, seed }) }));
    const [only] = rows;
    return {
      title: `A signal through ${depth} dense layers, and its gradient back`,
      blocks: [
        grid(
          [
            'activation',
            'initialiser',
            'remedy',
            'variance, first',
            'variance, last',
            'gradient, first ÷ last',
            '',
          ],
          rows.map((row) => [
            row.activation,
            row.initializer,
            remedyOf(row),
            row.variances[0] ?? Number.NaN,
            row.variances.at(-1) ?? Number.NaN,
            row.flow,
            direction(row.flow),
          ]),
        ),
        ...(rows.length === 1 && only ? layersOf(only) : []),
        paragraph(
          'Glorot keeps variances for tanh, He for ReLU, which lets half pass, LeCun for SELU; orthogonal weights keep lengths. Batch normalisation gives every layer inputs of one size, whatever the weights; a residual connection gives the gradient a way around each layer.',
        ),
      ],
      json: { depth, rows },
    };
  },
});

function layersOf({ variances, gradientNorms }: DepthFigures) {
  return [
    heading('Layer by layer', 2),
    grid(
      ['layer', 'variance of outputs', '‖∂L/∂a‖'],
      variances.map((variance, at) => [at + 1, variance, gradientNorms[at] ?? Number.NaN]),
    ),
  ];
}

const FANS = { inputs: 200, outputs: 100 };
/** What each is meant to have as variance. */
const MEANT: Readonly<Record<string, readonly [text: string, value: number]>> = {
  glorotUniform: ['2/(in + out)', 2 / (FANS.inputs + FANS.outputs)],
  glorotNormal: ['2/(in + out)', 2 / (FANS.inputs + FANS.outputs)],
  heUniform: ['2/in', 2 / FANS.inputs],
  heNormal: ['2/in', 2 / FANS.inputs],
  lecunUniform: ['1/in', 1 / FANS.inputs],
  lecunNormal: ['1/in', 1 / FANS.inputs],
  orthogonal: ['1/max(in, out)', 1 / Math.max(FANS.inputs, FANS.outputs)],
};

/** `pellucid explain initialisers`: the variance each gives its weights, and the one it is meant to give. */
export const INITIALISERS = subject<FlowOptions>({
  section: '1.6',
  description: 'Glorot, He, LeCun, orthogonal: the variance of the weights they make',
  options: [SEED],
  show: ({ seed = 1 }) => {
    const shape = [FANS.inputs, FANS.outputs];
    const rows = Object.entries(MEANT).map(([name, [rule, meant]]) => {
      const values = Array.from(initializerOf(name).make(shape, nextKey(seed)).dataSync());
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      return { name, rule, meant, mean, variance };
    });
    return {
      title: `Weights from ${FANS.inputs} inputs to ${FANS.outputs} units`,
      blocks: [
        grid(
          ['initialiser', 'variance meant', 'that is', 'measured', 'mean'],
          rows.map(({ name, rule, meant, variance, mean }) => [name, rule, meant, variance, mean]),
        ),
        paragraph(`Measured on ${(FANS.inputs * FANS.outputs).toLocaleString('en-GB')} weights.`),
      ],
      json: { ...FANS, rows },
    };
  },
});
