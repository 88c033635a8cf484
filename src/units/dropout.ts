import { ArgumentError } from '../graph/errors.ts';
import { checkLength } from './check.ts';

export interface ThinnedNetwork {
  /** Which inputs of the unit stay. */
  readonly mask: readonly (0 | 1)[];
  /** How often dropout draws it. */
  readonly probability: number;
  readonly net: number;
  readonly output: number;
}

export interface ThinnedNetworks {
  /** All 2ⁿ. */
  readonly networks: readonly ThinnedNetwork[];
  /** Their mean output, each by its probability. */
  readonly average: number;
  /** The output of the whole network, which stands for them afterwards. */
  readonly whole: number;
  /** For a sigmoid: the normalised geometric mean of their outputs, which the whole network hits exactly. */
  readonly geometric: number;
}

/** Of more units there are too many networks to try them all. */
const MOST_UNITS = 16;

/**
 * The 2ⁿ thinned networks that dropout trains at once, all tried: n units feed an output unit, each is left out with
 * probability `rate`, and those that stay count 1/(1 − rate).
 *
 *     average = Σ_mask P(mask)·f(b + Σ wᵢ·maskᵢ·xᵢ/(1 − rate)),   whole = f(b + Σ wᵢxᵢ)
 *
 * For a linear unit the two are equal. For a sigmoid they nearly are; the geometric mean is.
 *
 * @param unit n weights, and a bias
 * @param x Input shape: n numbers
 * @param options.rate from 0 up to 1, 0.5 by default
 * @throws ArgumentError for more than 16 units, or a rate that leaves none
 * @see Srivastava et al., "Dropout", 2014; Baldi and Sadowski, "Understanding dropout", 2013, equation 11
 */
export function thinnedNetworks(
  unit: { readonly weights: readonly number[]; readonly bias?: number },
  x: readonly number[],
  { rate = 0.5, activation = 'linear' }: { rate?: number; activation?: 'linear' | 'sigmoid' } = {},
): ThinnedNetworks {
  const { weights, bias = 0 } = unit;
  checkLength('inputs of thinned networks', x, weights.length);
  if (!(rate >= 0 && rate < 1) || weights.length > MOST_UNITS) {
    throw new ArgumentError({
      asked: `2^${weights.length} thinned networks at rate ${rate}`,
      expected: `at most ${MOST_UNITS} units, and a rate from 0 up to, not including, 1`,
    });
  }
  const f = (net: number) => (activation === 'linear' ? net : 1 / (1 + Math.exp(-net)));
  const netOf = (mask: readonly number[]) =>
    weights.reduce((sum, w, i) => sum + (w * (x[i] ?? 0) * (mask[i] ?? 0)) / (1 - rate), bias);
  const networks = Array.from({ length: 2 ** weights.length }, (_, code): ThinnedNetwork => {
    const mask = weights.map((_, i) => ((code >> i) & 1) as 0 | 1);
    const kept = mask.filter((bit) => bit === 1).length;
    const probability = (1 - rate) ** kept * rate ** (weights.length - kept);
    const net = netOf(mask);
    return { mask, probability, net, output: f(net) };
  });
  const mean = (of: (network: ThinnedNetwork) => number) =>
    networks.reduce((sum, network) => sum + network.probability * of(network), 0);
  const [yes, no] = [1, -1].map((sign) => Math.exp(mean(({ net }) => -Math.log1p(Math.exp(-sign * net)))));
  return {
    networks,
    average: mean(({ output }) => output),
    whole: f(weights.reduce((sum, w, i) => sum + w * (x[i] ?? 0), bias)),
    geometric: (yes ?? Number.NaN) / ((yes ?? Number.NaN) + (no ?? Number.NaN)),
  };
}
