/** What labs that show any network may make small. ½ Σ (t − O)² is the lecture's. */
export const LOSSES = ['half', 'crossentropy', 'mse', 'mae', 'huber'] as const;
export type LossName = (typeof LOSSES)[number];

export const LOSS_NAMES: Readonly<Record<LossName, string>> = {
  half: '½ Σ (t − O)²',
  crossentropy: 'cross-entropy',
  mse: 'mean squared error',
  mae: 'mean absolute error',
  huber: 'Huber',
};

/** Whose outputs the cross-entropy can be one of: probabilities, or logits. */
const PROBABLE: readonly (string | undefined)[] = ['sigmoid', 'softmax', 'linear'];

/** The losses that outputs of an activation can have. */
export const lossesOf = (output: string | undefined): LossName[] =>
  LOSSES.filter((loss) => loss !== 'crossentropy' || PROBABLE.includes(output));

/** The loss asked for, where outputs of an activation can have it. */
export const possibleLoss = (loss: LossName, output: string | undefined): LossName =>
  lossesOf(output).includes(loss) ? loss : 'mse';
