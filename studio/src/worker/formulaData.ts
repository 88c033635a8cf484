import { type Expression, evaluate, type Formula, partsOf, shownTerms } from 'pellucid/units';

/** A formula as plain data, as it travels from the worker to the page. */
export interface FormulaData {
  readonly symbol: string;
  readonly value: number;
  readonly expression: ExpressionData;
  /** Decimals of the numbers filled in, where they are not the course's; Infinity for all. */
  readonly digits?: number;
}

/** An expression as plain data: the tree of `pellucid/units` with its functions replaced by how they are written. */
export type ExpressionData =
  | { readonly kind: 'operand'; readonly symbol: string; readonly value: number; readonly words?: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'rest'; readonly count: number; readonly value: number }
  | {
      readonly kind: 'general';
      readonly index: string;
      readonly term: ExpressionData;
      readonly filled: ExpressionData;
    }
  | { readonly kind: 'power'; readonly parts: readonly ExpressionData[]; readonly exponent: number }
  | {
      readonly kind: 'call';
      readonly name: string;
      /** How it is written, each argument as `{0}`, `{1}`, … */
      readonly template: string;
      readonly parts: readonly ExpressionData[];
    }
  | {
      readonly kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'negate';
      readonly parts: readonly ExpressionData[];
    };

export function formulaData(formula: Formula, digits?: number): FormulaData {
  const { symbol, value } = formula.result;
  const expression = expressionData(formula.expression);
  return { symbol, value, expression, ...(digits !== undefined && { digits }) };
}

function expressionData(expression: Expression): ExpressionData {
  switch (expression.kind) {
    case 'operand': {
      const { kind, symbol, value, words } = expression;
      return { kind, symbol, value, ...(words !== undefined && { words }) };
    }
    case 'number':
      return { kind: 'number', value: expression.value };
    case 'sum': {
      const { first, left, last } = shownTerms(expression);
      const rest: ExpressionData[] =
        left.length > 0
          ? [{ kind: 'rest', count: left.length, value: evaluate({ kind: 'sum', terms: left }) }]
          : [];
      const parts = [...first.map(expressionData), ...rest, ...last.map(expressionData)];
      const filled: ExpressionData = { kind: 'add', parts };
      if (left.length === 0 || !expression.general) return filled;
      const index = expression.index ?? 'i';
      return { kind: 'general', index, term: expressionData(expression.general), filled };
    }
    case 'power':
      return { kind: 'power', parts: [expressionData(expression.base)], exponent: expression.exponent };
    case 'call': {
      const { callee } = expression;
      const holes = expression.arguments.map((_, at) => `{${at}}`);
      const parts = expression.arguments.map(expressionData);
      return { kind: 'call', name: callee.name, template: callee.text(...holes), parts };
    }
    default:
      return { kind: expression.kind, parts: partsOf(expression).map(expressionData) };
  }
}

/** The operands that an expression shows, each symbol once. */
export function operandsIn(expression: ExpressionData): { symbol: string; value: number }[] {
  const found = new Map<string, number>();
  const visit = (part: ExpressionData): void => {
    if (part.kind === 'operand') found.set(part.symbol, part.value);
    else if (part.kind === 'general') visit(part.filled);
    else if ('parts' in part) part.parts.forEach(visit);
  };
  visit(expression);
  return [...found].map(([symbol, value]) => ({ symbol, value }));
}
