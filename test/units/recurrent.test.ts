import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ArgumentError } from '../../src/graph/errors.ts';
import { RandomStream } from '../../src/graph/threefry.ts';
import {
  type ContextNet,
  elmanNet,
  jordanNet,
  runSequence,
  trainSequence,
} from '../../src/units/recurrent.ts';
import { checkTrace } from './checkTrace.ts';

interface Case {
  kind: 'elman' | 'jordan';
  memory: number;
  learningRate: number;
  inputs: number[][];
  targets: number[][];
  initial: Parameters;
  outputs: number[][];
  learned: Parameters;
}
type Parameters = [number[][], number[][], number[], number[]];

// Made by fixtures/units/generate.py with PyTorch.
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/units/recurrent.json', import.meta.url), 'utf8'),
) as Case[];
const SIZES = { inputs: 2, hidden: 3, outputs: 2 };

function netOf({ kind, memory, initial: [first, second, hidden, output] }: Case): ContextNet {
  const net = kind === 'elman' ? elmanNet(SIZES) : jordanNet({ ...SIZES, memory });
  return { ...net, network: { ...net.network, weights: [first, second], biases: [hidden, output] } };
}
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe.each(CASES)('$kind', (example) => {
  test('runs a sequence as PyTorch does', () => {
    const { outputs, contexts, trace } = runSequence(netOf(example), example.inputs);
    expect(outputs).toEqual(example.outputs.map(near));
    expect(contexts[0]?.every((value) => value === 0)).toBe(true);
    checkTrace(trace);
  });

  test('learns a sequence as PyTorch does, the context detached', () => {
    const { learningRate, inputs, targets, learned } = example;
    const { net, trace } = trainSequence(netOf(example), inputs, targets, { learningRate, epochs: 1 });
    const [first, second, hidden, output] = learned;
    expect(net.network.weights).toEqual([first.map(near), second.map(near)]);
    expect(net.network.biases).toEqual([near(hidden), near(output)]);
    checkTrace(trace);
  });
});

test('an Elman net learns to say what it saw a moment ago, which no net without memory can', () => {
  const random = new RandomStream(1);
  const bits = Array.from({ length: 60 }, () => random.integer(2));
  const sequence = bits.map((bit) => [bit]);
  const targets = bits.map((_, t) => [bits[t - 1] ?? 0]);
  const start = elmanNet({ inputs: 1, hidden: 4, outputs: 1, seed: 2 });
  const { net, errors } = trainSequence(start, sequence, targets, { learningRate: 1, epochs: 300, steps: 0 });
  expect(errors[0]).toBeGreaterThan(0.2);
  const said = runSequence(net, sequence).outputs.map(([output]) => Math.round(output ?? Number.NaN));
  const right = said.filter((bit, t) => bit === targets[t]?.[0]).length;
  expect(right).toBe(60);
});

test('refuses moments that do not fit', () => {
  const net = elmanNet(SIZES);
  expect(() => runSequence(net, [[1]])).toThrow(ArgumentError);
  expect(() => trainSequence(net, [[1, 2]], [])).toThrow(ArgumentError);
});
