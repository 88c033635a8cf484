import type { Block } from '../../../explain/index.ts';
import { competitiveLearning, kMeans, kohonenMap, type Trace } from '../../../units/index.ts';
import { ALPHA, EPOCHS, POINTS, SEED, UNITS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, shown, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface ClusterOptions extends ExplainOptions {
  readonly points?: readonly (readonly number[])[];
  readonly units?: number;
  readonly alpha?: number;
  readonly epochs?: number;
  readonly seed?: number;
}

/** Two heaps. */
const HEAPS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [9, 9],
  [9, 8],
  [8, 9],
];

/** `pellucid explain competitive`: only the unit nearest to an input learns from it. */
export const COMPETITIVE = subject<ClusterOptions>({
  section: '1.1',
  description: 'units compete, and only the nearest moves towards an input',
  options: [POINTS, UNITS, ALPHA, EPOCHS, SEED],
  show: ({ points = HEAPS, units = 2, alpha = 0.1, epochs = 20, seed = 0 }) => {
    const { weights, winners, dead, trace } = competitiveLearning(points, {
      ...{ units, learningRate: alpha, epochs, seed },
    });
    return {
      title: `Competitive learning: ${units} units, α = ${shown(alpha)}`,
      blocks: [
        paragraph('winner = argmin_j ‖x − w_j‖²; of the winner alone w += α·(x − w).'),
        grid(
          ['unit', 'weights', 'wins', ''],
          weights.map((row, j) => [
            String(j + 1),
            point(row),
            winners.filter((winner) => winner === j).length,
            dead.includes(j) ? 'dead' : '',
          ]),
        ),
        ...firstSteps(trace),
      ],
      json: { points, alpha, weights, winners, dead, steps: trace.steps.map(stepRecord) },
    };
  },
});

/** `pellucid explain kohonen`: the winner takes its neighbours on the grid along. */
export const KOHONEN = subject<ClusterOptions>({
  section: '1.1',
  description: 'a map: the winner takes its neighbours along',
  options: [POINTS, UNITS, ALPHA, EPOCHS, SEED],
  show: ({ points = HEAPS, units = 4, alpha = 0.5, epochs = 20, seed = 1 }) => {
    const result = kohonenMap(points, { rows: 1, columns: units, learningRate: alpha, epochs, seed });
    const { weights, quantisationErrors, topographicError, trace } = result;
    return {
      title: `A Kohonen map of ${units} units in a row`,
      blocks: [
        paragraph('w += α·h_j·(x − w), where h_j falls with the distance from the winner on the map.'),
        grid(
          ['place', 'weights'],
          weights.map((row, j) => [String(j + 1), point(row)]),
        ),
        paragraph(
          `Mean distance of an input from its unit: ${shown(quantisationErrors[0] ?? 0)} in the first epoch, ${shown(quantisationErrors.at(-1) ?? 0)} in the last. Inputs whose two nearest units are no neighbours: ${shown(topographicError * 100)} %.`,
        ),
        ...firstSteps(trace),
      ],
      json: { points, weights, quantisationErrors, topographicError, steps: trace.steps.map(stepRecord) },
    };
  },
});

/** `pellucid explain k-means`: the baseline of statistics. */
export const K_MEANS = subject<ClusterOptions>({
  section: '1.1',
  description: 'the baseline: centres at the mean of what is nearest to them',
  options: [POINTS, UNITS, EPOCHS, SEED],
  show: ({ points = HEAPS, units = 2, epochs = 100, seed = 0 }) => {
    const result = kMeans(points, { clusters: units, epochs, seed });
    const { centres, assignments, inertias, stopped, trace } = result;
    return {
      title: `k-means with ${units} clusters`,
      blocks: [
        grid(
          ['cluster', 'centre', 'inputs'],
          centres.map((row, j) => [
            String(j + 1),
            point(row),
            points
              .filter((_, i) => assignments[i] === j)
              .map(point)
              .join(' '),
          ]),
        ),
        paragraph(
          `Sum of squared distances ${inertias.map(shown).join(' → ')}; ${stopped ? `at rest after ${result.epochs} epochs` : 'not at rest yet'}.`,
        ),
        ...firstSteps(trace),
      ],
      json: { points, centres, assignments, inertias, stopped, steps: trace.steps.map(stepRecord) },
    };
  },
});

function firstSteps({ steps }: Trace): Block[] {
  return [
    heading('The first steps', 2),
    grid(
      ['step', 'formula'],
      steps.slice(0, 10).map(({ title, formula }) => [title, formula.toString()]),
    ),
  ];
}
