import { sizeOf } from '../../../graph/ndarray.ts';
import { evaluate, multiply, operand, subtract, sum } from '../../../units/formula.ts';
import { LOSSES } from '../losses.ts';
import { LOCAL_NAMES } from '../names.ts';
import { firstTrue, formulaFor, type Quantity } from '../quantity.ts';
import type { RecordedEnd, Recording } from '../recording.ts';
import { type Ending, elementOf, gradientOf, type Section, type ViewContext } from '../section.ts';
import { densePartsOf } from './dense.ts';

/** What is put in. */
export function inputSection(recording: Recording, examples: number): Section {
  const many = recording.inputs.length > 1;
  return {
    key: 'input',
    name: 'input',
    title: 'input',
    quantities: recording.inputs.map((node, i) => ({
      key: many ? `input.x${i + 1}` : 'input.x',
      role: 'given',
      title: many ? `input ${i + 1}` : 'input',
      shape: node.shape.slice(1),
      symbol: many ? (flat) => `x_${i + 1}[${flat}]` : LOCAL_NAMES.input,
      value: elementOf(recording, node, examples),
      gradient: gradientOf(recording, node, examples),
    })),
  };
}

/** The target of each output; class labels become 1 for their class and 0 for the others. */
export function targetOf(recording: Recording, examples: number, end: RecordedEnd): Ending['target'] {
  const { target, output } = end;
  const units = sizeOf(output.shape) / examples;
  const { data } = recording.value(target);
  if (sizeOf(target.shape) === sizeOf(output.shape)) {
    return (flat, example) => data[example * units + flat] ?? Number.NaN;
  }
  const classes = output.shape.at(-1) ?? 1;
  const rows = units / classes;
  return (flat, example) => Number(data[example * rows + Math.floor(flat / classes)] === flat % classes);
}

/** An output's end as its section shows it. */
export interface ShownEnd {
  readonly end: RecordedEnd;
  readonly ending: Ending;
  /** The layer whose outputs they are. */
  readonly last: ViewContext | undefined;
  /** Counted from 1, where there are several. */
  readonly number: number | undefined;
}

const numbered = (name: string, { number }: ShownEnd) => (number === undefined ? name : `${name}${number}`);
const lossSymbol = ({ number }: ShownEnd) => (number === undefined ? 'L' : `L_${number}`);

/** Target, error and loss of an output. */
export function endSection(recording: Recording, examples: number, shown: ShownEnd): Section {
  const { end, ending, last, number } = shown;
  const { output } = end;
  const shape = output.shape.slice(1);
  const names = last?.names ?? LOCAL_NAMES;
  const parts = last && densePartsOf(last.call);
  const outputs = elementOf(recording, output, examples);
  const nets = parts ? elementOf(recording, parts.net, examples) : outputs;
  const key = numbered('target', shown);
  const target: Quantity = {
    key: `${key}.t`,
    role: 'given',
    title: 'target',
    shape,
    symbol: names.target,
    value: ending.target,
  };
  const apart: Quantity = {
    key: `${key}.error`,
    role: 'other',
    title: 'desired less estimated',
    shape,
    symbol: (flat) => names.error(flat).replace('Error', 'e'),
    value: (flat, example) => ending.target(flat, example) - outputs(flat, example),
    formula: (flat, example) =>
      formulaFor(
        apart,
        flat,
        example,
        subtract(
          operand(names.target(flat), ending.target(flat, example)),
          operand(names.output(flat), outputs(flat, example)),
        ),
      ),
  };
  const row = (example: number) => {
    const all = Array.from({ length: sizeOf(shape) }, (_, k) => k);
    return {
      nets: all.map((k) => operand(names.net(k), nets(k, example))),
      outputs: all.map((k) => operand(names.output(k), outputs(k, example))),
      targets: all.map((k) => operand(names.target(k), ending.target(k, example))),
      activation: parts?.activation ?? '',
    };
  };
  const loss: Quantity = {
    key: numbered('loss', shown),
    role: 'loss',
    title: `loss: ${ending.loss}`,
    shape: [],
    symbol: () => lossSymbol(shown),
    value: lossOf(recording, shown),
    formula: (flat, example) => {
      const rule = LOSSES[ending.loss];
      return firstTrue(loss, flat, example, rule?.loss.map((way) => () => way(row(example))) ?? []);
    },
  };
  const title = number === undefined ? 'target and loss' : `target and loss of ${end.name}`;
  return {
    key,
    name: number === undefined ? 'target' : `${end.name} target`,
    title,
    quantities: [target, apart, loss],
  };
}

const lossOf =
  (recording: Recording, { end }: ShownEnd) =>
  (_: number, example: number) =>
    recording.value(end.losses).data[example] ?? Number.NaN;

/** What several losses come to, each as often as it counts. */
export function totalSection(recording: Recording, ends: readonly ShownEnd[]): Section {
  const terms = (example: number) =>
    ends.map((shown) => {
      const loss = operand(lossSymbol(shown), lossOf(recording, shown)(0, example), {
        path: numbered('loss', shown),
      });
      const { weight } = shown.ending;
      return weight ? multiply(weight, loss) : loss;
    });
  const total: Quantity = {
    key: 'loss',
    role: 'loss',
    title: 'the losses of all outputs',
    shape: [],
    symbol: () => 'L',
    value: (_, example) => evaluate(sum(terms(example))),
    formula: (flat, example) => formulaFor(total, flat, example, sum(terms(example))),
  };
  return { key: 'loss', name: 'loss', title: 'loss', quantities: [total] };
}
