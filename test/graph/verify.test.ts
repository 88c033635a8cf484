import { expect, test } from 'vitest';
import * as build from '../../src/graph/build.ts';
import { VerifyError } from '../../src/graph/errors.ts';
import { input } from '../../src/graph/graph.ts';
import type { Node } from '../../src/graph/ops.ts';
import { verify } from '../../src/graph/verify.ts';
import { optimise } from '../../src/passes/pipeline.ts';
import { randomGraph } from '../support/randomGraph.ts';

const x = input('float32', [2, 3], 'x');
/** A node as no constructor would make it. */
const broken = (node: Node, changes: object): Node => ({ ...node, ...changes }) as Node;
/** Node numbers depend on what was made before. */
const messageOf = (node: Node): string => {
  try {
    verify([node], 'a pass');
  } catch (error) {
    if (error instanceof VerifyError) return error.message.replaceAll(/%\d+/g, '%n');
    throw error;
  }
  return 'no error';
};

test('takes whole graphs, before and after the passes', () => {
  for (let seed = 0; seed < 50; seed++) {
    const { outputs } = randomGraph(seed);
    verify(outputs);
    verify(optimise(outputs));
  }
});

test('finds a wrong shape', () => {
  expect(messageOf(broken(build.exp(x), { shape: [3, 2] }))).toMatchInlineSnapshot(
    `"node %n exp after a pass: expected float32[2, 3], found float32[3, 2]."`,
  );
});

test('finds a wrong dtype', () => {
  expect(messageOf(broken(build.exp(x), { dtype: 'float64' }))).toMatchInlineSnapshot(
    `"node %n exp after a pass: expected float32[2, 3], found float64[2, 3]."`,
  );
});

test('finds inputs that do not fit', () => {
  const other = input('float32', [4], 'other');
  const sum = build.add(x, x);
  expect(messageOf(broken(sum, { inputs: [x, other], id: other.id + 1 }))).toMatchInlineSnapshot(
    `"node %n add after a pass: expected inputs that fit, found add of [2, 3] and [4]: expected equal lengths at axis 1, or one of them 1, found 3 and 4."`,
  );
});

test('finds an input made after what uses it', () => {
  const node = build.exp(x);
  expect(messageOf(broken(node, { inputs: [input('float32', [2, 3])] }))).toMatchInlineSnapshot(
    `"node %n exp after a pass: expected inputs that were made before it."`,
  );
});

test('finds a broken node below others', () => {
  const wrong = broken(build.exp(x), { shape: [6] });
  const above = broken(build.neg(build.exp(x)), { inputs: [wrong], shape: [6] });
  expect(messageOf(above)).toContain('exp after a pass');
});

test('is asked for by the pipeline after each pass', () => {
  const wrong = broken(build.exp(x), { dtype: 'int32' });
  const above = broken(build.neg(build.exp(x)), { inputs: [wrong], dtype: 'int32' });
  expect(() => optimise([above], { verify: true })).toThrow(VerifyError);
});
