import type { NDArray } from '../../graph/ndarray.ts';
import { compile } from '../../tensor/compile.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import type { Model } from '../../training/model.ts';
import { explainNonFinite } from '../../training/nonFinite.ts';
import { meanLoss } from './loss.ts';
import type { Verdict } from './verdict.ts';

/** Whether the loss of a batch is a number, and if not, where the first that is none was made. */
export function numbersVerdict(model: Model, x: NDArray, y: NDArray): Verdict {
  const loss = lossOn(model, x, y);
  const common = { topic: 'numbers', measured: { loss }, threshold: 'a finite loss' } as const;
  if (Number.isFinite(loss)) {
    return { ...common, severity: 'good', sentence: 'All numbers are finite.', remedies: [] };
  }
  // The search takes steps: they are taken back.
  model.compiled.optimizer.build(model.trainableWeights);
  const state = model.getState();
  try {
    const { received = 'the loss', fix } = explainNonFinite(model, () => ({ x, y }), 0, 1);
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

function lossOn(model: Model, x: NDArray, y: NDArray): number {
  model.buildFor([x]);
  const measure = compile((inputs: Tensor, targets: Tensor) => meanLoss(model, inputs, targets));
  return measure(tensor(x), tensor(y)).item();
}
