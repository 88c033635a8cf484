import { InvalidArgumentError, Option } from 'commander';
import type { Block } from '../../explain/index.ts';
import {
  LECTURE_SLIPS,
  type PerceptronResult,
  type PerceptronRow,
  trainPerceptron,
} from '../../units/index.ts';
import { truthTableOf } from './gateOption.ts';
import { ALPHA, EPOCHS, GATE, notNegative } from './options.ts';
import type { ExplainOptions } from './present.ts';
import { heading, paragraph, point, type Shown, shown, slipBlocks, subject } from './subject.ts';
import { verdictOn, verdictRecord, verdictText } from './verdict.ts';
import { stepRecord } from './workedExample.ts';

type InputKind = '0/1' | '±1';

export interface PerceptronOptions extends ExplainOptions {
  readonly gate?: string;
  readonly alpha?: number;
  readonly theta?: number;
  readonly order?: string;
  readonly inputs?: InputKind;
  readonly epochs?: number;
}

/** Whether a gate's inputs are 0 and 1 or −1 and 1. */
export const INPUTS = new Option('--inputs <kind>', '0/1 or ±1 (default: 0/1)').argParser(
  (text: string): InputKind => {
    if (text === '0/1' || text === 'binary') return '0/1';
    if (['±1', '+-1', '-1/1', 'bipolar'].includes(text)) return '±1';
    throw new InvalidArgumentError(`expected 0/1 or ±1, found "${text}".`);
  },
);

/** `pellucid explain perceptron --gate and`: the eight steps of section 1.3, until an epoch changes nothing. */
export const PERCEPTRON = subject<PerceptronOptions>({
  section: '1.3',
  description: 'the learning of a gate in eight steps, until an epoch changes nothing',
  options: [
    GATE,
    ALPHA,
    new Option('--theta <width>', 'the dead zone reaches from −θ to θ (default: 0.2)').argParser(notNegative),
    new Option('--order <rows>', 'the rows in the order of learning (default: 11,10,01,00)'),
    INPUTS,
    EPOCHS,
  ],
  show: showPerceptron,
});

function showPerceptron(options: PerceptronOptions): Shown {
  const { alpha = 1, theta = 0.2, epochs = 100, inputs: kind = '0/1' } = options;
  const table = truthTableOf(options.gate ?? 'and', options.order);
  const inputs = kind === '0/1' ? table.inputs : table.inputs.map((row) => row.map((x) => 2 * x - 1));
  const targets = table.outputs.map((output) => 2 * output - 1);
  const verdict = verdictOn(table, inputs);
  const result = trainPerceptron(inputs, targets, { learningRate: alpha, theta, epochs });
  return {
    title: `A perceptron learns ${table.name}`,
    blocks: [
      paragraph(
        `α = ${shown(alpha)}, θ = ${shown(theta)}, inputs ${kind}, targets ±1, weights and bias from 0.`,
      ),
      paragraph(verdictText(verdict, inputs, table.outputs)),
      ...learningBlocks(result),
      heading('Where the text of 1.3 slips', 2),
      ...slipBlocks(LECTURE_SLIPS.filter(({ where }) => where.includes('1.3'))),
    ],
    json: {
      gate: table.name,
      ...{ alpha, theta, kind, inputs, targets },
      separability: verdictRecord(verdict),
      ...{ epochs: result.epochs, stopped: result.stopped, weights: result.weights, bias: result.bias },
      rows: result.rows,
      steps: result.trace.steps.map(stepRecord),
      stepsComplete: result.trace.complete,
    },
  };
}

/** Epochs that a terminal shows: the first and the last. */
const FIRST = 8;
const LAST = 2;

function learningBlocks(result: PerceptronResult): Block[] {
  const { epochs, stopped, weights, bias, rows, trace } = result;
  const isShown = ({ epoch }: PerceptronRow) => epoch <= FIRST || epoch > epochs - LAST;
  const left = Math.max(0, epochs - FIRST - LAST);
  const names = weights.map((_, i) => '₁₂₃₄₅₆'[i] ?? '');
  const end = `w = ${point(weights)}, b = ${shown(bias)}`;
  const outcome = stopped
    ? `Stopped in epoch ${epochs}, which changed nothing: ${end}.`
    : `Not stopped after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}: ${end}, and still changing.`;
  const omitted =
    left === 0 ? '' : ` Epochs ${FIRST + 1} to ${FIRST + left} are left out here; --json has all.`;
  return [
    { kind: 'heading', text: 'The first example, step by step', level: 2 },
    {
      kind: 'table',
      columns: [{ title: 'step' }, { title: 'formula' }],
      rows: trace.steps
        .filter(({ group }) => group.epoch === 1 && group.example === 1)
        .map(({ title, formula }) => [title, formula.toString()]),
    },
    { kind: 'heading', text: 'Every example', level: 2 },
    {
      kind: 'table',
      columns: [
        'epoch',
        ...names.map((i) => `x${i}`),
        't',
        'y_in',
        'y',
        '',
        ...names.map((i) => `w${i}`),
        'b',
      ].map((title) => ({
        title,
        align: title === '' ? 'left' : 'right',
        follows: /^[wb]/.test(title),
      })),
      rows: rows.filter(isShown).map(rowText),
    },
    { kind: 'paragraph', text: `${outcome}${omitted}` },
  ];
}

function rowText({ epoch, x, target, net, output, corrected, weights, biases }: PerceptronRow): string[] {
  const numbers = (values: readonly number[] = []) => values.map(shown);
  return [
    String(epoch),
    ...numbers(x),
    ...numbers(target),
    ...numbers(net),
    ...numbers(output),
    corrected[0] ? 'corrected' : '',
    ...numbers(weights[0]),
    ...numbers(biases),
  ];
}
