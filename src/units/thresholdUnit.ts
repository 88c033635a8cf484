import { checkLength } from './check.ts';
import { fires, netInput } from './formulas.ts';
import { inputName, named, weightName } from './names.ts';
import { Recorder, type Trace } from './trace.ts';

/** Weights and a threshold. */
export interface ThresholdUnit {
  readonly weights: readonly number[];
  readonly threshold: number;
}

export interface ThresholdResult {
  /** Σ wᵢxᵢ. */
  readonly sum: number;
  /** Σ wᵢxᵢ − T: how far the unit is beyond its threshold. */
  readonly net: number;
  readonly output: 0 | 1;
  readonly trace: Trace;
}

/**
 * The threshold unit of McCulloch and Pitts: it fires when its weighted inputs reach the threshold, equality included.
 *
 *     Y = 1 if Σ wᵢxᵢ − T ≥ 0, else 0
 *
 * @param unit n weights and the threshold T
 * @param x Input shape: n numbers
 * @returns Output shape: one number, 0 or 1
 * @throws ArgumentError when there are not as many inputs as weights
 * @see McCulloch and Pitts, "A logical calculus of the ideas immanent in nervous activity", 1943
 */
export function thresholdUnit(unit: ThresholdUnit, x: readonly number[]): ThresholdResult {
  checkLength('inputs of a threshold unit', x, unit.weights.length);
  const recorder = new Recorder({
    ...named(weightName, unit.weights),
    ...named(inputName, x),
    T: unit.threshold,
  });
  const sum = unit.weights.reduce((total, weight, i) => total + weight * (x[i] ?? 0), 0);
  const net = sum - unit.threshold;
  const output = net >= 0 ? 1 : 0;
  const products = unit.weights.map(
    (weight, i) =>
      [
        [weightName(i + 1), weight],
        [inputName(i + 1), x[i] ?? 0],
      ] as const,
  );
  recorder.step({}, 'weigh the inputs and take the threshold away', 'net', net, () =>
    netInput('net', net, products, { minus: ['T', unit.threshold] }),
  );
  recorder.step({}, output === 1 ? 'fire' : 'stay silent', 'Y', output, () =>
    fires('Y', output, ['net', net]),
  );
  return { sum, net, output, trace: recorder.finish() };
}
