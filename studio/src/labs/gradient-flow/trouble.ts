import type { LayerPass } from './blocks.ts';
import { valuesOf } from './layers.ts';
import type { Pass } from './training.ts';

const areFinite = (values: readonly number[]): boolean => values.every(Number.isFinite);
const GREATEST = 'the greatest float32, 3.4×10³⁸';

/** Why the first number that is none is none, in one line; undefined where all are. */
export function troubleOf(losses: readonly number[], pass: Pass, at: number): string | undefined {
  const broken = losses.findIndex((loss) => !Number.isFinite(loss));
  if (broken >= 0 && broken < at) {
    return `The loss is no number since step ${broken}: undo to there, lower α, or clip the gradients.`;
  }
  const after = at === 0 ? 'At the start' : `After step ${at}`;
  const layer = pass.layers.findIndex(({ variances }) => !areFinite(valuesOf(variances)));
  if (layer >= 0)
    return `${after}, the outputs of layer ${layer + 1} are so large that their squares pass ${GREATEST}.`;
  if (broken >= 0) return `${after}, the losses of the examples pass ${GREATEST}: the loss is no number.`;
  const back = pass.layers.findLastIndex((each: LayerPass) => !areFinite(valuesOf(each.weightLengths)));
  return back < 0 ? undefined : `${after}, the gradients of layer ${back + 1} pass ${GREATEST}.`;
}
