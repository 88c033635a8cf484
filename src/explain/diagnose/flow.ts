import type { LayerSignal } from './signals.ts';
import { percent, shown, type Verdict } from './verdict.ts';

const FLOW_LIMIT = 1e3;
const FLOW_GRAVE = 1e6;

const AGAINST_VANISHING = [
  'Put ReLU or one of its kin in the place of sigmoid and tanh: its slope is 1 wherever it is on.',
  'Start the weights to fit the activation: Glorot for tanh and sigmoid, He for ReLU, LeCun for SELU.',
  'Normalise between layers (batch or layer normalisation), which keeps sums where slopes are large.',
  'Add residual connections, so that gradients have a way around each block.',
];
const AGAINST_EXPLODING = [
  'Clip gradients: by value, by norm, or by the norm of all of them (globalClipnorm).',
  'Start with smaller weights: Glorot or He, by the number of inputs.',
  'Lower the learning rate.',
  'Normalise between layers (batch or layer normalisation).',
];

/** All verdicts on what goes through the layers of a network, from the input to the output. */
export function signalVerdicts(layers: readonly LayerSignal[]): Verdict[] {
  const verdicts = [flowVerdict, activationVerdict, deadVerdict, saturationVerdict, stepVerdict];
  return verdicts.map((verdict) => verdict(layers)).filter((verdict) => verdict !== undefined);
}

/** Whether gradients grow or shrink between the last layer with weights and the first. */
export function flowVerdict(layers: readonly LayerSignal[]): Verdict | undefined {
  const weighted = layers.filter(({ weightGradientNorm }) => weightGradientNorm !== undefined);
  const [first, last] = [weighted[0], weighted.at(-1)];
  if (!first || !last || first === last || last.gradientNorm === 0) return undefined;
  const ratio = first.gradientNorm / last.gradientNorm;
  const measured = { first: first.gradientNorm, last: last.gradientNorm, ratio };
  const threshold = `first over last between ${1 / FLOW_LIMIT} and ${FLOW_LIMIT}`;
  const between = `from ${shown(last.gradientNorm)} at "${last.name}" to ${shown(first.gradientNorm)} at "${first.name}"`;
  const grave = ratio < 1 / FLOW_GRAVE || ratio > FLOW_GRAVE;
  const common = { topic: 'gradient flow', measured, threshold } as const;
  if (ratio < 1 / FLOW_LIMIT) {
    return {
      ...common,
      severity: grave ? 'problem' : 'warning',
      sentence: `Gradients vanish on their way back, ${between}: the first layers hardly learn.`,
      remedies: AGAINST_VANISHING,
    };
  }
  if (ratio > FLOW_LIMIT) {
    return {
      ...common,
      severity: grave ? 'problem' : 'warning',
      sentence: `Gradients explode on their way back, ${between}: steps of the first layers are far too long.`,
      remedies: AGAINST_EXPLODING,
    };
  }
  return {
    ...common,
    severity: 'good',
    sentence: `Gradients reach the first layer, ${between}.`,
    remedies: [],
  };
}

const SPREAD_LIMIT = 100;

/** Whether the outputs of hidden layers spread out or shrink together with depth. */
export function activationVerdict(layers: readonly LayerSignal[]): Verdict | undefined {
  const hidden = layers.slice(0, -1).filter(({ activation }) => activation !== undefined);
  const [first, last] = [hidden[0], hidden.at(-1)];
  if (!first || !last || first === last || first.deviation === 0) return undefined;
  const ratio = last.deviation / first.deviation;
  const healthy = ratio >= 1 / SPREAD_LIMIT && ratio <= SPREAD_LIMIT;
  const change = `from a deviation of ${shown(first.deviation)} in "${first.name}" to ${shown(last.deviation)} in "${last.name}"`;
  return {
    topic: 'activations',
    severity: healthy ? 'good' : 'warning',
    measured: { first: first.deviation, last: last.deviation, ratio },
    threshold: `last over first between ${1 / SPREAD_LIMIT} and ${SPREAD_LIMIT}`,
    sentence: healthy
      ? `Signals keep their size through the layers, ${change}.`
      : `Signals ${ratio < 1 ? 'fade' : 'swell'} through the layers, ${change}.`,
    remedies: healthy ? [] : AGAINST_VANISHING.slice(1),
  };
}

const DEAD_SHARES = { note: 0.05, warning: 0.2, problem: 0.5 };

/** The layer in which the most units are on for no example. */
export function deadVerdict(layers: readonly LayerSignal[]): Verdict | undefined {
  const worst = greatest(layers, ({ dead }) => dead);
  if (!worst) return undefined;
  const { layer, value } = worst;
  const severity = graded(value, DEAD_SHARES);
  return {
    topic: 'dead units',
    severity,
    measured: { dead: value, units: Math.round(value * layer.units) },
    threshold: `at most ${percent(DEAD_SHARES.note)} of the units of a layer`,
    sentence:
      severity === 'good'
        ? `No layer has many dead units: at most ${percent(value)}, in "${layer.name}".`
        : `In "${layer.name}" ${percent(value)} of the units are positive for no example: no gradient reaches them.`,
    remedies:
      severity === 'good'
        ? []
        : [
            'Lower the learning rate: one long step can push a unit below 0 for all examples.',
            'Let negative sums through a little: leaky ReLU, ELU or GELU.',
            'Start with He weights and biases at 0 or slightly above.',
            'Normalise inputs, and between layers.',
          ],
  };
}

const SATURATED_SHARES = { note: 0.1, warning: 0.3, problem: 0.7 };

/** The layer whose outputs lie most at the bounds of its activation. */
export function saturationVerdict(layers: readonly LayerSignal[]): Verdict | undefined {
  // At the end a sigmoid near 0 or 1 is certain, not saturated: its loss takes the slope back out.
  const worst = greatest(layers.slice(0, -1), ({ saturated }) => saturated);
  if (!worst) return undefined;
  const { layer, value } = worst;
  const severity = graded(value, SATURATED_SHARES);
  return {
    topic: 'saturation',
    severity,
    measured: { saturated: value },
    threshold: `at most ${percent(SATURATED_SHARES.note)} of outputs with a slope below a hundredth of the greatest`,
    sentence:
      severity === 'good'
        ? `Units work where their slope is: at most ${percent(value)} of outputs are saturated, in "${layer.name}".`
        : `In "${layer.name}" ${percent(value)} of the outputs of ${layer.activation} lie where its slope is almost 0.`,
    remedies:
      severity === 'good'
        ? []
        : [
            'Scale the inputs to mean 0 and deviation 1.',
            'Start with smaller weights: Glorot, by the number of inputs and outputs.',
            'Normalise between layers, or put ReLU in its place.',
          ],
  };
}

const STEP_RANGE = { tooShort: 1e-5, short: 1e-4, long: 1e-2, tooLong: 1e-1 };

/** Whether the next step moves weights by about a thousandth of their size. */
export function stepVerdict(layers: readonly LayerSignal[]): Verdict | undefined {
  const ratios = layers.flatMap(({ name, updateRatio }) =>
    updateRatio === undefined ? [] : [{ name, updateRatio }],
  );
  if (ratios.length === 0) return undefined;
  const sorted = [...ratios].sort((a, b) => a.updateRatio - b.updateRatio);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (!least || !most) return undefined;
  const common = {
    topic: 'step size',
    measured: { least: least.updateRatio, greatest: most.updateRatio },
    threshold: `‖Δw‖/‖w‖ around 0.001, between ${STEP_RANGE.short} and ${STEP_RANGE.long}`,
  } as const;
  if (most.updateRatio > STEP_RANGE.long) {
    return {
      ...common,
      severity: most.updateRatio > STEP_RANGE.tooLong ? 'warning' : 'note',
      sentence: `The next step moves the weights of "${most.name}" by ${percent(most.updateRatio)} of their size.`,
      remedies: [
        'Lower the learning rate.',
        'Raise it slowly over the first steps (a warm-up schedule).',
        'Clip gradients by norm.',
      ],
    };
  }
  if (most.updateRatio < STEP_RANGE.short) {
    return {
      ...common,
      severity: most.updateRatio < STEP_RANGE.tooShort ? 'warning' : 'note',
      sentence: `The next step moves no weights by more than ${percent(most.updateRatio)} of their size: at its end a training looks like this, at its beginning it is too slow.`,
      remedies: [
        'Raise the learning rate.',
        'Use an optimizer with a rate of its own for each weight, such as Adam.',
      ],
    };
  }
  return {
    ...common,
    severity: 'good',
    sentence: `The next step moves weights by ${percent(least.updateRatio)} to ${percent(most.updateRatio)} of their size.`,
    remedies: [],
  };
}

function greatest(
  layers: readonly LayerSignal[],
  of: (layer: LayerSignal) => number | undefined,
): { layer: LayerSignal; value: number } | undefined {
  let found: { layer: LayerSignal; value: number } | undefined;
  for (const layer of layers) {
    const value = of(layer);
    if (value !== undefined && (!found || value > found.value)) found = { layer, value };
  }
  return found;
}

function graded(value: number, at: { note: number; warning: number; problem: number }): Verdict['severity'] {
  if (value > at.problem) return 'problem';
  if (value > at.warning) return 'warning';
  return value > at.note ? 'note' : 'good';
}
