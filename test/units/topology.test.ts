import { describe, expect, test } from 'vitest';
import { GATES } from '../../src/data/gates.ts';
import { ArgumentError } from '../../src/graph/errors.ts';
import { GATE_UNITS, gateTable, xorOfUnits } from '../../src/units/gateUnits.ts';
import { LECTURE_SLIPS } from '../../src/units/slips.ts';
import { thresholdUnit } from '../../src/units/thresholdUnit.ts';
import { type Edge, topology, unroll } from '../../src/units/topology.ts';

/** 4-2-1, as in the worked example. */
const LAYERED: readonly Edge[] = [
  ...['1', '2', '3', '4'].flatMap((x): Edge[] => [
    [x, '5'],
    [x, '6'],
  ]),
  ['5', '7'],
  ['6', '7'],
];

describe('a topology', () => {
  test('of layers is feedforward, in topological order', () => {
    const found = topology(LAYERED);
    expect(found).toMatchObject({ kind: 'feedforward', layers: [['1', '2', '3', '4'], ['5', '6'], ['7']] });
    if (found.kind !== 'feedforward') return;
    for (const [from, to] of LAYERED) expect(found.order.indexOf(from)).toBeLessThan(found.order.indexOf(to));
  });

  test('of one layer has two: inputs and outputs', () => {
    expect(topology([['x', 'y']], ['alone'])).toMatchObject({ layers: [['alone', 'x'], ['y']] });
  });

  test('puts a unit after the longest way to it', () => {
    const skipping = topology([
      ['a', 'c'],
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(skipping).toMatchObject({ layers: [['a'], ['b'], ['c']] });
  });

  test('with an edge back is feedback, and the loop is named', () => {
    const found = topology([...LAYERED, ['7', '5']]);
    expect(found).toEqual({ kind: 'feedback', cycle: ['5', '7', '5'], fullyRecurrent: false });
    expect(topology([['a', 'a']])).toMatchObject({ kind: 'feedback', cycle: ['a', 'a'] });
    const long: Edge[] = [
      ['in', 'a'],
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['c', 'out'],
    ];
    const loop = topology(long);
    if (loop.kind !== 'feedback') throw new Error('no loop found');
    expect(loop.cycle.length).toBe(4);
    for (const [at, to] of loop.cycle.slice(1).entries()) expect(long).toContainEqual([loop.cycle[at], to]);
  });

  test('in which each unit feeds every other is fully recurrent, as a Hopfield net', () => {
    const units = ['a', 'b', 'c'];
    const edges = units.flatMap((from) => units.filter((to) => to !== from).map((to): Edge => [from, to]));
    expect(topology(edges)).toMatchObject({ kind: 'feedback', fullyRecurrent: true });
    expect(topology(edges.slice(1))).toMatchObject({ kind: 'feedback', fullyRecurrent: false });
  });

  test('with a loop, unrolled in time, is feedforward', () => {
    const edges: Edge[] = [
      ['x', 'h'],
      ['h', 'y'],
      ['h', 'h'],
    ];
    const unrolled = unroll(edges, 3);
    expect(unrolled).toEqual([
      ['x@1', 'h@1'],
      ['h@1', 'y@1'],
      ['h@1', 'h@2'],
      ['x@2', 'h@2'],
      ['h@2', 'y@2'],
      ['h@2', 'h@3'],
      ['x@3', 'h@3'],
      ['h@3', 'y@3'],
    ]);
    expect(topology(unrolled).kind).toBe('feedforward');
    expect(() => unroll(edges, 0)).toThrow(ArgumentError);
  });
});

test('every gate but XOR is one unit; XOR is two layers of them', () => {
  for (const name of ['and', 'or', 'nand', 'nor', 'not'] as const) {
    const unit = GATE_UNITS[name];
    const { inputs, outputs } = gateTable(name);
    expect(inputs.map((x) => thresholdUnit(unit, x).output)).toEqual(outputs);
  }
  expect(gateTable('xor').inputs.map(([a = 0, b = 0]) => xorOfUnits(a, b))).toEqual(GATES.xor);
});

test('the slips of the course are named, each with its place and reason', () => {
  const text = LECTURE_SLIPS.map(
    ({ where, printed, correct, why }) => `${where}: ${printed}: ${correct}: ${why}`,
  );
  for (const word of [
    'step 7 belongs inside the loop',
    'The index j of the output unit was lost',
    'fires on equality',
    'dead zone',
    'hidden layer was left out',
    'α is the learning rate',
    'the parameters are updated, by the gradients',
    'large, negative or positive',
    'test set',
    'patience p is a hyperparameter',
  ])
    expect(
      text.some((slip) => slip.includes(word)),
      word,
    ).toBe(true);
});
