import type { RandomStream } from '../graph/threefry.ts';

/** The position of the greatest value: of equals any by lot, or the first without `random`. */
export function bestAction(values: ArrayLike<number>, random?: RandomStream): number {
  let best = 0;
  let equals = 1;
  for (let i = 1; i < values.length; i++) {
    const [value, greatest] = [values[i] ?? Number.NaN, values[best] ?? Number.NaN];
    if (value > greatest) {
      best = i;
      equals = 1;
    } else if (value === greatest && random && random.integer(++equals) === 0) best = i;
  }
  return best;
}

/** An action drawn with probabilities in proportion to e^logit. */
export function drawAction(logits: ArrayLike<number>, random: RandomStream): number {
  const values = Array.from(logits);
  const greatest = Math.max(...values);
  const shares = values.map((logit) => Math.exp(logit - greatest));
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0);
  for (const [action, share] of shares.entries()) {
    left -= share;
    if (left < 0) return action;
  }
  return values.length - 1;
}
