import { Option } from 'commander';
import { biasVariance } from '../../../explain/index.ts';
import { ArgumentError } from '../../../index.ts';
import { notNegative } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, subject } from '../subject.ts';

interface BiasOptions extends ExplainOptions {
  readonly train?: number;
  readonly dev?: number;
  readonly base?: number;
}

/** The four columns of the lecture's table. */
const LECTURE = [
  { train: 1, dev: 10 },
  { train: 12, dev: 13 },
  { train: 12, dev: 24 },
  { train: 0.5, dev: 1 },
];

/** `pellucid explain bias-variance --train 1 --dev 10`: what two errors say, and what to try. */
export const BIAS_VARIANCE = subject<BiasOptions>({
  section: '1.7',
  description: 'the verdict from train and dev error, and its remedies',
  options: [
    new Option('--train <percent>', 'error in training').argParser(notNegative),
    new Option('--dev <percent>', 'error on new examples').argParser(notNegative),
    new Option('--base <percent>', 'the error that cannot be avoided').argParser(notNegative),
  ],
  show: ({ train, dev, base }) => {
    if ((train === undefined) !== (dev === undefined)) {
      throw new ArgumentError({ asked: 'explain bias-variance', expected: '--train and --dev together' });
    }
    const cases = train !== undefined && dev !== undefined ? [{ train, dev }] : LECTURE;
    const verdicts = cases.map((errors) => biasVariance({ ...errors, ...(base !== undefined && { base }) }));
    return {
      title: 'Bias and variance',
      blocks: [
        grid(
          ['train %', 'dev %', 'bias', 'variance', ''],
          verdicts.map(({ measured, severity }) => [
            measured.train ?? 0,
            measured.dev ?? 0,
            measured.bias ?? 0,
            measured.variance ?? 0,
            severity,
          ]),
        ),
        ...verdicts.map(({ sentence }) => paragraph(sentence)),
        ...(verdicts.length === 1 && (verdicts[0]?.remedies.length ?? 0) > 0
          ? [
              heading('What to try', 2),
              grid(['remedy'], verdicts[0]?.remedies.map((remedy) => [remedy]) ?? []),
            ]
          : []),
      ],
      json: { cases, verdicts },
    };
  },
});
