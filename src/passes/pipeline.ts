import type { Node } from '../graph/ops.ts';
import { verify } from '../graph/verify.ts';
import { dedupe } from './dedupe.ts';
import { fold } from './fold.ts';
import { type Pass, rewrite } from './rewrite.ts';
import { simplify } from './simplify.ts';
import { windows } from './windows.ts';

/** The passes in the order a node is offered to them; read it as a table of contents. */
export const PASSES: readonly Pass[] = [
  { name: 'fold', rule: fold },
  { name: 'dedupe', rule: dedupe },
  { name: 'simplify', rule: simplify },
  { name: 'windows', rule: windows },
];

export interface PipelineOptions {
  /** Verify the graph afterwards. */
  readonly verify?: boolean;
  /** Called for each node that a pass replaced, for printing. */
  readonly onRewrite?: (pass: string, from: Node, to: Node) => void;
}

/** Runs every pass over the graph of `outputs`. */
export function optimise(outputs: readonly Node[], options: PipelineOptions = {}): Node[] {
  const optimised = rewrite(outputs, PASSES, options.onRewrite);
  if (options.verify) verify(optimised, 'the passes');
  return optimised;
}
