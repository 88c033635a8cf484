import { RandomStream } from '../../graph/threefry.ts';
import { type Arrays, takeRows } from '../../training/arrays.ts';
import { examplesOf, mapParts } from '../../training/examples.ts';
import type { Model } from '../../training/model.ts';
import { columnVerdicts } from './columns.ts';
import { curvatureVerdict, lossCurvature } from './curvature.ts';
import { signalVerdicts } from './flow.ts';
import { biasVariance, type ErrorsInPercent } from './generalisation.ts';
import { numbersVerdict } from './nonFinite.ts';
import { Diagnosis } from './report.ts';
import { measureSignals } from './signals.ts';

export interface DiagnoseOptions {
  /** Examples to look at, drawn by `seed`; 256 by default. */
  readonly examples?: number;
  readonly seed?: number;
  /** Names of the columns of x. */
  readonly columnNames?: readonly string[];
  /** Products with the Hessian for the curvature, 30 by default; 0 to leave it out. */
  readonly curvatureSteps?: number;
  /** Errors in percent, for the verdict on bias and variance. */
  readonly errors?: ErrorsInPercent;
}

/**
 * Looks for what may be wrong with a model and its data: numbers that are none, columns that are constant or not
 * scaled, gradients that vanish or explode, units that are dead or saturated, steps that are too long or too short, the
 * curvature of the loss, bias and variance. The model is left as it was.
 *
 * @param model compiled; it may be trained or not
 * @param x inputs [examples, …]
 * @param y targets [examples, …]
 * @throws ArgumentError for a model that is not compiled, or when there are not as many targets as inputs
 */
export function diagnose(model: Model, x: Arrays, y: Arrays, options: DiagnoseOptions = {}): Diagnosis {
  const { examples = 256, seed = 0, columnNames, curvatureSteps = 30, errors } = options;
  const all = examplesOf(model, x, y);
  const data = all.inputs.flatMap((input, i) => columnVerdicts(input, i === 0 ? columnNames : undefined));
  const rows = new RandomStream(seed).permutation(all.count).slice(0, examples);
  const part = mapParts(all, (array) => takeRows(array, rows));
  const numbers = numbersVerdict(model, part);
  const verdicts = [numbers, ...data, ...(errors ? [biasVariance(errors)] : [])];
  // With numbers that are none there is nothing to measure.
  if (numbers.severity === 'problem') return new Diagnosis(verdicts);
  const targets = part.targets.filter((target) => target !== undefined);
  const layers = measureSignals(model, part.inputs, targets);
  const verdictOnCurvature =
    curvatureSteps > 0
      ? curvatureVerdict(
          lossCurvature(model, part.inputs, targets, { steps: curvatureSteps }),
          model.compiled.optimizer,
        )
      : undefined;
  const curvature = verdictOnCurvature ? [verdictOnCurvature] : [];
  return new Diagnosis([...verdicts, ...signalVerdicts(layers), ...curvature], layers);
}
