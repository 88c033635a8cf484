import type { Node } from '../graph/ops.ts';
import { verify } from '../graph/verify.ts';
import { dedupe } from './dedupe.ts';
import { fold } from './fold.ts';
import { type Rule, rewrite } from './rewrite.ts';
import { simplify } from './simplify.ts';
import { windows } from './windows.ts';

/** The passes in the order they run; read it as a table of contents. */
export const PASSES: readonly { readonly name: string; readonly rule: Rule }[] = [
  { name: 'fold', rule: fold },
  { name: 'dedupe', rule: dedupe },
  { name: 'simplify', rule: simplify },
  { name: 'windows', rule: windows },
  { name: 'fold again', rule: fold },
];

export interface PipelineOptions {
  /** Verify the graph after each pass. */
  readonly verify?: boolean;
  /** Called after each pass, for printing. */
  readonly onPass?: (name: string, outputs: readonly Node[], milliseconds: number) => void;
}

/** Runs every pass over the graph of `outputs`. */
export function optimise(outputs: readonly Node[], options: PipelineOptions = {}): Node[] {
  let current = [...outputs];
  for (const { name, rule } of PASSES) {
    const start = performance.now();
    current = rewrite(current, rule, name);
    if (options.verify) verify(current, name);
    options.onPass?.(name, current, performance.now() - start);
  }
  return current;
}
