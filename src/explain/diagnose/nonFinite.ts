import type { NDArray } from '../../graph/ndarray.ts';
import { compile } from '../../tensor/compile.ts';
import { tensor } from '../../tensor/tensor.ts';
import { mapParts, type Parts } from '../../training/examples.ts';
import type { Model } from '../../training/model.ts';
import { explainNonFinite } from '../../training/nonFinite.ts';
import { lossOn } from '../../training/program.ts';
import type { Verdict } from './verdict.ts';

/** Whether the loss of a batch is a number, and if not, where the first that is none was made. */
export function numbersVerdict(model: Model, batch: Parts<NDArray>): Verdict {
  model.buildFor(batch.inputs);
  const tensors = mapParts(batch, (array) => tensor(array));
  const loss = compile(() => lossOn(model, tensors, { training: false }).total)().item();
  const common = { topic: 'numbers', measured: { loss }, threshold: 'a finite loss' } as const;
  if (Number.isFinite(loss)) {
    return { ...common, severity: 'good', sentence: 'All numbers are finite.', remedies: [] };
  }
  // The search takes steps: they are taken back.
  model.compiled.optimizer.build(model.trainableWeights);
  const state = model.getState();
  try {
    const { received = 'the loss', fix } = explainNonFinite(model, () => batch, 0, 1);
    return {
      ...common,
      severity: 'problem',
      sentence: `The loss is ${loss}: ${received}.`,
      remedies: fix === undefined ? [] : [fix],
    };
  } finally {
    model.setState(state);
  }
}
