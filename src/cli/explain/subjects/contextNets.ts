import { Option } from 'commander';
import { elmanNet, jordanNet, runSequence, trainSequence } from '../../../units/index.ts';
import { ALPHA, EPOCHS, SEED, UNITS, X } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, point, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface ContextOptions extends ExplainOptions {
  readonly x?: readonly number[];
  readonly units?: number;
  readonly alpha?: number;
  readonly epochs?: number;
  readonly seed?: number;
  readonly memory?: number;
}

const MEMORY = new Option(
  '--memory <share>',
  'how much of a Jordan net’s context stays (default: 0.5)',
).argParser(Number);

const contextSubject = (kind: 'elman' | 'jordan') =>
  subject<ContextOptions>({
    section: '1.1',
    description:
      kind === 'elman'
        ? 'a net whose memory is its hidden layer, learning what it was told a moment ago'
        : 'a net whose memory is its output',
    options: [X, UNITS, ALPHA, EPOCHS, SEED, ...(kind === 'jordan' ? [MEMORY] : [])],
    show: ({
      x = [1, 0, 0, 1, 1, 0, 1, 0],
      units = 4,
      alpha = 0.5,
      epochs = 500,
      seed = 1,
      memory = 0.5,
    }) => {
      const options = { inputs: 1, hidden: units, outputs: 1, seed };
      const start = kind === 'elman' ? elmanNet(options) : jordanNet({ ...options, memory });
      const sequence = x.map((value) => [value]);
      const targets = x.map((_, t) => [x[t - 1] ?? 0]);
      const first = runSequence(start, sequence);
      const { net, errors } = trainSequence(start, sequence, targets, {
        learningRate: alpha,
        epochs,
        steps: 0,
      });
      const last = runSequence(net, sequence);
      return {
        title: `${kind === 'elman' ? 'Elman' : 'Jordan'}'s net, ${units} hidden units`,
        blocks: [
          paragraph(
            kind === 'elman'
              ? 'hidden(t) = σ(W·x(t) + U·hidden(t − 1) + θ): the context is a copy of the hidden layer.'
              : `hidden(t) = σ(W·x(t) + U·context(t − 1) + θ), context(t) = ${memory}·context(t − 1) + output(t).`,
          ),
          paragraph(
            `Its target is the input one moment ago, which no net without a memory can say. Mean squared error ${errors[0]?.toFixed(3)} → ${errors.at(-1)?.toFixed(3)} in ${errors.length} epochs.`,
          ),
          grid(
            ['t', 'x', 'context it reads', 'target', 'output at first', 'output now'],
            x.map((value, t) => [
              t + 1,
              value,
              point(last.contexts[t] ?? []),
              targets[t]?.[0] ?? 0,
              first.outputs[t]?.[0] ?? Number.NaN,
              last.outputs[t]?.[0] ?? Number.NaN,
            ]),
          ),
          heading('The first two moments, step by step, before training', 2),
          grid(
            ['step', 'formula'],
            first.trace.steps
              .filter(({ group }) => Number(group.moment) <= 2)
              .map(({ title, formula }) => [title, formula.toString()]),
          ),
        ],
        json: {
          net: kind,
          sequence,
          targets,
          before: { net: start, outputs: first.outputs, contexts: first.contexts },
          after: { net, outputs: last.outputs, contexts: last.contexts },
          errors,
          steps: first.trace.steps.map(stepRecord),
        },
      };
    },
  });

export const ELMAN = contextSubject('elman');
export const JORDAN = contextSubject('jordan');
