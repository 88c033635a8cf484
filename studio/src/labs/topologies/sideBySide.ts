import type { ExpressionData, FormulaData } from '../../worker/formulaData.ts';
import { alone, type Learning, withReward, withTeacher } from './learn.ts';
import { marked, RUNS, type RunName } from './marks.ts';
import type { TopologyProperties } from './properties.ts';
import { Sheet } from './sheet.ts';

type Run = (sheet: Sheet, properties: TopologyProperties) => ReturnType<typeof alone>;
const WAYS: Readonly<Record<RunName, Run>> = { teacher: withTeacher, alone, reward: withReward };

interface Outcome {
  readonly learnings: readonly Learning[];
  readonly length: number;
  readonly focus?: string;
  readonly said: string;
}

/** The three runs, each after as many steps; the shorter ones wait at their end. */
export function sideBySide(sheet: Sheet, properties: TopologyProperties): Outcome {
  const found = RUNS.map((run) => {
    const own = new Sheet();
    const outcome = WAYS[run](own, properties);
    const mark = (name: string) => marked(name, run);
    for (const [name, value] of Object.entries(own.quantities)) sheet.quantities[mark(name)] = value;
    for (const [name, formula] of Object.entries(own.formulas))
      sheet.formulas[mark(name)] = markedFormula(formula, mark);
    const { learning, length, focus } = outcome;
    return {
      learning: { ...learning, names: learning.names.map(mark) },
      ...{ length, focus: focus && mark(focus) },
    };
  });
  const [first] = found;
  const at = properties.at;
  return {
    learnings: found.map(({ learning }) => learning),
    length: Math.max(...found.map(({ length }) => length)),
    ...(first?.focus && { focus: first.focus }),
    said:
      at === 0
        ? 'Three runs, and nothing learned yet. Who gives each the signal?'
        : `Step ${at} of each: a teacher answers, nobody does, a world rewards.`,
  };
}

type Mark = (name: string) => string;

const markedFormula = (formula: FormulaData, mark: Mark): FormulaData => ({
  ...formula,
  symbol: mark(formula.symbol),
  expression: markedExpression(formula.expression, mark),
});

function markedExpression(expression: ExpressionData, mark: Mark): ExpressionData {
  if (expression.kind === 'operand') return { ...expression, symbol: mark(expression.symbol) };
  if (expression.kind === 'general') {
    const [term, filled] = [expression.term, expression.filled].map((part) => markedExpression(part, mark));
    return term && filled ? { ...expression, term, filled } : expression;
  }
  if (!('parts' in expression)) return expression;
  return { ...expression, parts: expression.parts.map((part) => markedExpression(part, mark)) };
}
