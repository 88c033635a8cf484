import type { RunReport } from '../../../src/cli/report/run.ts';

/** A small run on the iris flowers, for the tests to alter. */
export function sampleRun(changes: Partial<RunReport> = {}): RunReport {
  return {
    name: 'iris',
    createdAt: '2026-05-03T10:20:00Z',
    command: 'pellucid train iris.csv --target species',
    model: 'model.keras',
    dataset: { name: 'iris.csv', examples: 150, features: ['sepal', 'petal'], target: 'species' },
    task: 'classification',
    classNames: ['setosa', 'versicolor', 'virginica'],
    splits: { train: 105, dev: 15, test: 30 },
    history: [
      { epoch: 1, metrics: { loss: 1.1, accuracy: 0.4, val_loss: 1.2, val_accuracy: 0.3 } },
      { epoch: 2, metrics: { loss: 0.5, accuracy: 0.8, val_loss: 0.6, val_accuracy: 0.75 } },
      { epoch: 3, metrics: { loss: 0.25, accuracy: 0.95, val_loss: 0.7, val_accuracy: 0.7 } },
    ],
    epochs: 3,
    bestEpoch: 2,
    train: { loss: 0.5, accuracy: 0.8 },
    dev: { loss: 0.6, accuracy: 0.75 },
    test: { loss: 0.55, accuracy: 0.9 },
    confusion: [
      [10, 0, 0],
      [0, 9, 1],
      [0, 2, 8],
    ],
    mistakes: [
      {
        index: 7,
        loss: 2.1,
        truth: 'virginica',
        predicted: 'versicolor',
        probability: 0.88,
        truthProbability: 0.12,
        row: { sepal: 6.1, petal: 4.7, species: 'virginica' },
      },
    ],
    layers: [
      { name: 'dense', kind: 'Dense', outputShape: [null, 8], parameters: 24, detail: 'relu' },
      { name: 'dense_1', kind: 'Dense', outputShape: [null, 3], parameters: 27, detail: 'softmax' },
    ],
    parameters: 51,
    seconds: 0.42,
    seed: 7,
    settings: { optimizer: 'adam', 'learning rate': 0.001 },
    ...changes,
  };
}
