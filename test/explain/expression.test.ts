import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backward } from '../../src/autodiff/backward.ts';
import { evaluate } from '../../src/backends/reference/evaluate.ts';
import { ExpressionError, graph } from '../../src/explain/index.ts';
import { isInput } from '../../src/graph/graph.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';
import type { Node } from '../../src/graph/ops.ts';
import { type Tensor, tensor, valueAndGrad } from '../../src/index.ts';
import { evaluate as evaluated, formula, operand } from '../../src/units/index.ts';

describe('the figures of section 1.5', () => {
  test('Y = (a+b)(b−c) at (2, 3, 1): d = 5, e = 2, Y = 10, derivatives (2, 7, −5)', () => {
    const at = graph('(a+b)*(b-c)').evaluate({ a: 2, b: 3, c: 1 });
    expect(['d', 'e', 'Y'].map((name) => at.valueOf(name))).toEqual([5, 2, 10]);
    expect(['a', 'b', 'c'].map((name) => at.gradientOf(name))).toEqual([2, 7, -5]);
  });

  test('f = x₁x₂ + sin x₁ at (2, 5): 10.9093, derivatives (4.5839, 2)', () => {
    const at = graph('f = x₁*x₂ + sin(x₁)').evaluate({ x1: 2, x2: 5 });
    expect(at.value).toBeCloseTo(10.9093, 4);
    expect(at.gradientOf('x1')).toBeCloseTo(4.5839, 4);
    expect(at.gradientOf('x2')).toBe(2);
  });
});

test('what two users send back adds, and each step is shown', () => {
  const at = graph('(a+b)*(b-c)').evaluate({ a: 2, b: 3, c: 1 });
  const back = at.contributions.filter(({ to }) => to.name === 'b');
  expect(back.map(({ from, local, upstream, value }) => [from.name, local, upstream, value])).toEqual([
    ['e', 1, 5, 5],
    ['d', 1, 2, 2],
  ]);
  const text = at.toText();
  expect(text).toContain('d = a + b  2 + 3 = 5');
  expect(text).toMatch(/∂Y\/∂b = ∂Y\/∂e·∂e\/∂b \+ ∂Y\/∂d·∂d\/∂b {2}5·1 \+ 2·1 = 7/);
});

test('what occurs twice is one node, used twice', () => {
  const twice = graph('(a+b)*(a+b)');
  expect(twice.steps.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'Y']);
  const at = twice.evaluate({ a: 1, b: 2 });
  expect([at.value, at.gradientOf('c'), at.gradientOf('a')]).toEqual([9, 6, 6]);
});

test('precedence is that of arithmetic: powers, then signs, then products, then sums', () => {
  const value = (source: string) => graph(source).evaluate({}).value;
  expect(value('-2^2')).toBe(-4);
  expect(value('2^3^2')).toBeCloseTo(512, 9);
  expect(value('2^-1')).toBe(0.5);
  expect(value('8/4/2')).toBe(1);
  expect(value('1-2-3')).toBe(-4);
  expect(value('2+3*4')).toBe(14);
  expect(value('2·3 − 1')).toBe(5);
  expect(value('max(1, 4, 3) - min(2, 5)')).toBe(2);
  expect(value('(-3)^2')).toBe(9);
  expect(value('1.5e1 + .5')).toBe(15.5);
  // Φ(1), of every table of the normal distribution.
  expect(value('(1 + erf(1/sqrt(2)))/2')).toBeCloseTo(0.8413447, 6);
});

describe('an expression that cannot be read points at the character', () => {
  test.each([
    ['(a+b*)', 6, 'found ")"'],
    ['a +', 4, 'found the end'],
    ['a b', 3, 'found "b"'],
    ['(a+b', 5, 'found the end'],
    ['2 $ 3', 3, 'found "$"'],
    ['foo(a)', 1, 'found "foo"'],
    ['max(a)', 6, 'found ")"'],
    ['', 1, 'found the end'],
    ['sin(a, b)', 9, 'found 2'],
  ])('%s', (source, column, received) => {
    const problem = failure(() => graph(source));
    expect(problem).toBeInstanceOf(ExpressionError);
    expect((problem as ExpressionError).column).toBe(column);
    const lines = (problem as ExpressionError).message.split('\n');
    expect(lines[0]).toContain(received);
    expect(lines[2]?.indexOf('^')).toBe(column + 1);
  });

  test('also when it is nested without end', () => {
    expect(failure(() => graph('('.repeat(5000)))).toBeInstanceOf(ExpressionError);
    expect(failure(() => graph('-'.repeat(5000)))).toBeInstanceOf(ExpressionError);
    expect(failure(() => graph('a+'.repeat(50_000)))).toBeInstanceOf(ExpressionError);
  });
});

test('values must be those of the variables', () => {
  expect(() => graph('a*b').evaluate({ a: 1 })).toThrow(/values of a, b, found a/);
  expect(() => graph('a').evaluate({ a: 1, q: 1 })).toThrow(/values of a, found a, q/);
});

/** Random expressions over two variables, away from where functions are not smooth. */
const sources = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom('a', 'b', 'x1'),
    fc.double({ min: 0.5, max: 2, noNaN: true }).map((x) => x.toFixed(2)),
  ),
  tree: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc
      .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree'))
      .map(([a, sign, b]) => `(${a}${sign}${b})`),
    fc
      .tuple(fc.constantFrom('sin', 'cos', 'exp', 'tanh', 'sigmoid', 'relu', 'erf'), tie('tree'))
      .map(([name, x]) => `${name}(${x})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('tree'), tie('tree'))
      .map(([name, a, b]) => `${name}(${a},${b})`),
    fc.tuple(tie('tree'), fc.constantFrom('2', '3', '-1')).map(([x, n]) => `(${x})^${n}`),
    tie('tree').map((x) => `ln(1+exp(${x}))`),
    tie('tree').map((x) => `sqrt(1+(${x})^2)`),
    tie('tree').map((x) => `(1+exp(${x}))^1.5`),
    tie('tree').map((x) => `(-${x})`),
  ),
})).tree;

test('step by step gives the gradients of the whole graph, and every formula holds as it is shown', () => {
  fc.assert(
    fc.property(sources, (source) => {
      const expression = graph(source);
      const given: Record<string, number> = { a: 0.7, b: 1.3, x1: -0.4 };
      const at = expression.evaluate(
        Object.fromEntries(expression.variables.map((name) => [name, given[name] ?? 0])),
      );
      fc.pre(
        expression.steps.every(
          (step) => Math.abs(at.valueOf(step)) < 1e6 && Math.abs(at.gradientOf(step)) < 1e6,
        ),
      );
      const leaves = expression.steps.filter(({ kind }) => kind === 'variable').map(({ node }) => node);
      const bindings = new Map<Node, NDArray>(
        leaves
          .filter(isInput)
          .map((leaf) => [
            leaf,
            { dtype: 'float64', shape: [], data: Float64Array.of(given[leaf.attributes.name] ?? 0) },
          ]),
      );
      const [value, ...gradients] = evaluate(
        [expression.node, ...backward(expression.node, leaves)],
        bindings,
      ).map(({ data }) => data[0] ?? Number.NaN);
      expect(at.value).toBeCloseTo(value ?? Number.NaN, 8);
      leaves.filter(isInput).forEach((leaf, i) => {
        const expected = gradients[i] ?? Number.NaN;
        expect(Math.abs(at.gradientOf(leaf.attributes.name) - expected)).toBeLessThan(
          1e-6 * (1 + Math.abs(expected)),
        );
      });
      for (const step of expression.steps) {
        expect(at.formulaOf(step)?.holds() ?? true).toBe(true);
        expect(at.gradientFormulaOf(step).holds()).toBe(true);
      }
      for (const { formula, local } of at.contributions) {
        expect(formula.holds()).toBe(true);
        expect(Math.abs(formula.evaluate() - local)).toBeLessThan(1e-6 * (1 + Math.abs(local)));
      }
    }),
    { numRuns: 300 },
  );
});

describe('a graph is drawn', () => {
  const at = graph('(a+b)*(b-c)').evaluate({ a: 2, b: 3, c: 1 });

  test('in the language of Graphviz', () => {
    expect(at.toDOT()).toContain('"variable b" -> "operation d" [label="∂ 7"];');
    expect(graph('a*b').toDOT()).toContain('"operation Y" [label="·  Y", shape=box];');
  });

  test('as SVG with values and derivatives on its edges', () => {
    const svg = at.toSVG();
    const shown = (kind: string) =>
      [...svg.matchAll(new RegExp(`class="${kind}"[^>]*>([^<]*)<`, 'g'))].map(([, text]) => text);
    expect(shown('forward')).toEqual(['2', '3', '3', '1', '5', '2', '10']);
    expect(shown('backward')).toEqual(['2', '2', '5', '−5', '2', '5', '1']);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toContain('NaN');
  });

  test('with text that cannot be taken for markup', () => {
    expect(graph('a*1').evaluate({ a: 1 }).toHTML()).not.toMatch(/<script/);
  });
});

function failure(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (problem) {
    return problem;
  }
  return undefined;
}

describe('an expression as a function of tensors', () => {
  const bend = graph('(x - y)^2 + π*y');

  test('is computed over a grid, broadcasting', () => {
    const values = bend.apply({ x: tensor([[1], [2]]), y: tensor([[0, 1, 3]]) });
    const wanted = [1, 2].map((x) => [0, 1, 3].map((y) => (x - y) ** 2 + Math.PI * y));
    expect(values.shape).toEqual([2, 3]);
    values.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(wanted.flat()[i] ?? Number.NaN, 5);
    });
  });

  test('is differentiated', () => {
    const [value, [dx, dy]] = valueAndGrad((x: Tensor, y: Tensor) => bend.apply({ x, y }))(3, 1);
    expect(value.item()).toBeCloseTo(4 + Math.PI, 5);
    expect([dx?.item(), dy?.item()]).toEqual([4, expect.closeTo(-4 + Math.PI, 5)]);
  });

  test('wants a value for each variable, and no other', () => {
    expect(() => bend.apply({ x: 1 })).toThrow('values of x, y');
    expect(() => bend.apply({ x: 1, y: 1, z: 1 })).toThrow('values of x, y');
  });

  test('is written as a whole, with what stands for its variables', () => {
    const expression = bend.written({ x: operand('x_t', 3), y: operand('y_t', 1) });
    expect(formula(operand('f', evaluated(expression)), expression).symbols()).toMatch(
      /^f = \(xₜ − yₜ\)² \+ 3\.14\d*·yₜ$/,
    );
    expect(evaluated(expression)).toBeCloseTo(4 + Math.PI, 12);
  });
});
