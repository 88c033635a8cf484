import { sizeOf } from '../../../graph/ndarray.ts';
import { type Operand, operand, subtract } from '../../../units/formula.ts';
import { LOSSES } from '../losses.ts';
import { LOCAL_NAMES } from '../names.ts';
import { firstTrue, formulaFor, type Quantity } from '../quantity.ts';
import type { Recording } from '../recording.ts';
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
export function targetOf(recording: Recording, examples: number): Ending['target'] {
  const { target, output } = recording;
  const units = sizeOf(output.shape) / examples;
  const { data } = recording.value(target);
  if (sizeOf(target.shape) === sizeOf(output.shape)) {
    return (flat, example) => data[example * units + flat] ?? Number.NaN;
  }
  const classes = output.shape.at(-1) ?? 1;
  const rows = units / classes;
  return (flat, example) => Number(data[example * rows + Math.floor(flat / classes)] === flat % classes);
}

/** Target, error and loss. */
export function endSection(
  recording: Recording,
  examples: number,
  ending: Ending,
  last: ViewContext | undefined,
): Section {
  const { output, losses } = recording;
  const shape = output.shape.slice(1);
  const names = last?.names ?? LOCAL_NAMES;
  const parts = last?.ending && densePartsOf(last.call);
  const outputs = elementOf(recording, output, examples);
  const nets = parts ? elementOf(recording, parts.net, examples) : outputs;
  const named = (symbol: string, value: number): Operand => operand(symbol, value);
  const target: Quantity = {
    key: 'target.t',
    role: 'given',
    title: 'target',
    shape,
    symbol: names.target,
    value: ending.target,
  };
  const apart: Quantity = {
    key: 'target.error',
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
          named(names.target(flat), ending.target(flat, example)),
          named(names.output(flat), outputs(flat, example)),
        ),
      ),
  };
  const row = (example: number) => {
    const all = Array.from({ length: sizeOf(shape) }, (_, k) => k);
    return {
      nets: all.map((k) => named(names.net(k), nets(k, example))),
      outputs: all.map((k) => named(names.output(k), outputs(k, example))),
      targets: all.map((k) => named(names.target(k), ending.target(k, example))),
      activation: parts?.activation ?? '',
    };
  };
  const loss: Quantity = {
    key: 'loss',
    role: 'loss',
    title: `loss: ${ending.loss}`,
    shape: [],
    symbol: () => 'L',
    value: (_, example) => recording.value(losses).data[example] ?? Number.NaN,
    formula: (flat, example) => {
      const rule = LOSSES[ending.loss];
      const expression = firstTrue(loss.value(flat, example), [() => rule?.loss(row(example))]);
      return expression && formulaFor(loss, flat, example, expression);
    },
  };
  return { key: 'target', name: 'target', title: 'target and loss', quantities: [target, apart, loss] };
}
