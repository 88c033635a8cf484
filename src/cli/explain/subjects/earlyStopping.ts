import { Option } from 'commander';
import { earlyStoppingPoint } from '../../../explain/index.ts';
import { numbers, PATIENCE } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, slipsAbout, subject } from '../subject.ts';

interface StoppingOptions extends ExplainOptions {
  readonly errors?: readonly number[];
  readonly patience?: number;
}

/** `pellucid explain early-stopping --errors .9,.7,.6,.61,.62,.63 --patience 3`. */
export const EARLY_STOPPING = subject<StoppingOptions>({
  section: '1.7',
  description: 'stop at step k, return the weights of step k − p',
  options: [new Option('--errors <numbers>', 'dev errors, step by step').argParser(numbers), PATIENCE],
  show: ({ errors = [0.9, 0.7, 0.6, 0.61, 0.62, 0.63], patience = 3 }) => {
    const { stop, best } = earlyStoppingPoint(errors, patience);
    let least = 0;
    const rows = errors.slice(0, stop).map((error, i) => {
      if (error < (errors[least] ?? 0)) least = i;
      return [i + 1, error, least + 1, i - least, i + 1 === stop ? '← stop' : ''];
    });
    return {
      title: `Early stopping with patience ${patience}`,
      blocks: [
        grid(['step', 'dev error', 'best step', 'steps since', ''], rows),
        paragraph(
          stop === undefined
            ? `Patience never ended: all ${errors.length} steps were taken, and step ${best} was best.`
            : `Stopped at step ${stop}; the weights of step ${best} are returned.`,
        ),
        ...slipsAbout('early stopping'),
      ],
      json: { errors, patience, stop: stop ?? null, best },
    };
  },
});
