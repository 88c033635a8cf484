import type { CallContext } from '../../layers/layer.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model } from '../../training/model.ts';

/** What training makes small, on one batch and without dropout: the mean loss and the penalties on weights and outputs. */
export function meanLoss(
  model: Model,
  x: Tensor,
  y: Tensor,
  onApplied?: NonNullable<CallContext['onApplied']>,
): Tensor {
  const added: Tensor[] = [];
  const addLoss = (more: Tensor) => void added.push(more);
  const { outputs } = model.forward([x], { training: false, addLoss, ...(onApplied && { onApplied }) });
  for (const { variable, regularizer } of model.ownedWeights) {
    if (regularizer && variable.trainable) added.push(regularizer.call(variable.read()));
  }
  const mean = model.compiled.loss.call(y, outputs[0] as Tensor).mean();
  return added.reduce((total, more) => total.add(more), mean);
}
