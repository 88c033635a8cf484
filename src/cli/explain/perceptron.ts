import { InvalidArgumentError, Option } from 'commander';
import { type Block, documentHTML } from '../../explain/index.ts';
import { ArgumentError } from '../../index.ts';
import {
  displayed,
  LECTURE_SLIPS,
  type PerceptronResult,
  type PerceptronRow,
  type Separable,
  separability,
  trainPerceptron,
  type Verdict,
} from '../../units/index.ts';
import type { Terminal } from '../train.ts';
import type { Subject } from './command.ts';
import { type TruthTable, truthTableOf } from './gateOption.ts';
import { notNegative, positive, whole } from './options.ts';
import { type ExplainOptions, present } from './present.ts';
import { slipBlocks, stepRecord } from './workedExample.ts';

type InputKind = '0/1' | '±1';

export interface PerceptronOptions extends ExplainOptions {
  readonly gate?: string;
  readonly alpha?: number;
  readonly theta?: number;
  readonly order?: string;
  readonly inputs?: InputKind;
  readonly epochs?: number;
}

/** `pellucid explain perceptron --gate and`: the eight steps of section 1.3, until an epoch changes nothing. */
export const PERCEPTRON: Subject = {
  description: 'the learning of a gate',
  options: [
    new Option(
      '--gate <name>',
      'for perceptron: and, or, nand, nor, xor, not, or rows as 00:0,01:1,10:1,11:0 (default: and)',
    ),
    new Option('--alpha <rate>', 'for perceptron: the learning rate (default: 1)').argParser(positive),
    new Option(
      '--theta <width>',
      'for perceptron: the dead zone reaches from −θ to θ (default: 0.2)',
    ).argParser(notNegative),
    new Option('--order <rows>', 'for perceptron: the rows in the order of learning (default: 11,10,01,00)'),
    new Option('--inputs <kind>', 'for perceptron: 0/1 or ±1 (default: 0/1)').argParser(inputKind),
    new Option('--epochs <count>', 'for perceptron: epochs at most (default: 100)').argParser(whole),
  ],
  run: explainPerceptron,
};

function inputKind(text: string): InputKind {
  if (text === '0/1' || text === 'binary') return '0/1';
  if (['±1', '+-1', '-1/1', 'bipolar'].includes(text)) return '±1';
  throw new InvalidArgumentError(`expected 0/1 or ±1, found "${text}".`);
}

async function explainPerceptron(options: PerceptronOptions, terminal: Terminal): Promise<void> {
  const { alpha = 1, theta = 0.2, epochs = 100, inputs: kind = '0/1' } = options;
  const table = truthTableOf(options.gate ?? 'and', options.order);
  const inputs = kind === '0/1' ? table.inputs : table.inputs.map((row) => row.map((x) => 2 * x - 1));
  const targets = table.outputs.map((output) => 2 * output - 1);
  const verdict = separability(inputs, table.outputs);
  if (verdict.kind === 'contradictory') throw contradiction(table, verdict.rows);
  const result = trainPerceptron(inputs, targets, { learningRate: alpha, theta, epochs });
  const settings = `α = ${shown(alpha)}, θ = ${shown(theta)}, inputs ${kind}, targets ±1, weights and bias from 0.`;
  const blocks: Block[] = [
    { kind: 'heading', text: `A perceptron learns ${table.name}` },
    { kind: 'paragraph', text: settings },
    { kind: 'paragraph', text: verdictText(verdict, inputs, table.outputs) },
    ...learningBlocks(result),
    { kind: 'heading', text: 'Where the text of 1.3 slips', level: 2 },
    ...slipBlocks(LECTURE_SLIPS.filter(({ where }) => where.includes('1.3'))),
  ];
  await present(
    {
      title: `A perceptron learns ${table.name}`,
      blocks,
      toHTML: () => documentHTML(blocks),
      toJSON: () => ({
        gate: table.name,
        ...{ alpha, theta, kind, inputs, targets },
        separability: verdictRecord(verdict),
        ...{ epochs: result.epochs, stopped: result.stopped, weights: result.weights, bias: result.bias },
        rows: result.rows,
        steps: result.trace.steps.map(stepRecord),
        stepsComplete: result.trace.complete,
      }),
    },
    options,
    terminal,
  );
}

function contradiction({ inputs, outputs }: TruthTable, [first, second]: readonly [number, number]) {
  return new ArgumentError({
    asked: `This table is contradictory: rows ${first + 1} and ${second + 1} both have the inputs ${inputs[first]?.join('')}, but the outputs ${outputs[first]} and ${outputs[second]}.`,
  });
}

function verdictRecord(verdict: Verdict) {
  return verdict.kind === 'separable'
    ? verdict
    : { ...verdict, multipliers: verdict.multipliers.map(Number) };
}

const shown = (value: number) => displayed(value).text;
const point = (values: readonly number[]) => `(${values.map(shown).join(', ')})`;

function verdictText(
  verdict: Exclude<Verdict, { kind: 'contradictory' }>,
  inputs: readonly (readonly number[])[],
  outputs: readonly number[],
): string {
  if (verdict.kind === 'separable') return separableText(verdict);
  const side = (label: number) =>
    verdict.multipliers
      .flatMap((value, row) =>
        value > 0n && outputs[row] === label ? [`${value}·${point(inputs[row] ?? [])}`] : [],
      )
      .join(' + ');
  return `Not linearly separable, and this proves it: the rows for 1 and the rows for 0 have a mixture in common. ${side(1)} = ${side(0)}, with the same number of rows on both sides: both average to ${point(verdict.point)}, where no threshold can tell them apart.`;
}

function separableText({ weights, threshold, margin }: Separable): string {
  if (margin === Number.POSITIVE_INFINITY) return 'Every row has the same output: no line is needed.';
  const terms = weights.flatMap((weight, i) =>
    weight === 0
      ? []
      : [`${weight === 1 ? '' : weight === -1 ? '−' : `${shown(weight)}·`}x${'₁₂₃₄₅₆'[i] ?? ''}`],
  );
  const line = terms.join(' + ').replaceAll('+ −', '− ');
  return `Linearly separable: ${line} = ${shown(threshold)} is a line between, ${shown(margin)} away from the nearest row.`;
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
      ].map((title) => ({ title, align: title === '' ? 'left' : 'right' })),
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
