import { DRAWING_STYLE, graph } from '../../explain/index.ts';
import { ArgumentError } from '../../index.ts';
import type { Terminal } from '../train.ts';
import { type ExplainOptions, present } from './present.ts';

/** `pellucid explain "(a+b)*(b-c)" --at a=2,b=3,c=1`: forward and backward, step by step. */
export async function explainExpression(
  source: string,
  options: ExplainOptions,
  terminal: Terminal,
): Promise<void> {
  const expression = graph(source);
  const { variables } = expression;
  if (options.at === undefined && variables.length > 0) {
    throw new ArgumentError({
      asked: `explain ${source}`,
      expected: `values of ${variables.join(', ')}`,
      received: 'none',
      fix: `Add --at ${variables.map((name) => `${name}=1`).join(',')}.`,
    });
  }
  const evaluation = expression.evaluate(options.at ?? {});
  await present(
    {
      title: source,
      blocks: evaluation.blocks,
      toHTML: () => evaluation.toHTML(),
      toJSON: () => ({ ...evaluation.toJSON(), dot: evaluation.toDOT(), svg: evaluation.toSVG() }),
      style: DRAWING_STYLE,
    },
    options,
    terminal,
  );
}
