import { Option } from 'commander';
import { bandit, epsilonGreedy, type Pull } from '../../../reinforce/index.ts';
import { EPSILON, numbers, SEED, STEPS } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, shown, subject } from '../subject.ts';

interface BanditOptions extends ExplainOptions {
  readonly means?: readonly number[];
  readonly epsilon?: number;
  readonly steps?: number;
  readonly seed?: number;
}

const estimate = ({ action, count, before, reward, after }: Pull) =>
  `Q(${action + 1}) = ${shown(before)} + (${shown(reward)} − ${bracketed(before)})/${count} = ${shown(after)}`;
const bracketed = (value: number) => (value < 0 ? `(${shown(value)})` : shown(value));

/** `pellucid explain bandit`: arms that pay by chance, and an agent that must find the best while it plays. */
export const BANDIT = subject<BanditOptions>({
  section: '1.1',
  description: 'ε-greedy learning from rewards alone: which arm pays best',
  options: [
    new Option('--means <numbers>', 'what the arms pay on average').argParser(numbers),
    EPSILON,
    STEPS,
    SEED,
  ],
  show: ({ means = [0.2, 1, 0.5], epsilon = 0.1, steps = 500, seed = 1 }) => {
    const arms = bandit({ means, seed });
    const agent = epsilonGreedy(arms, { epsilon, seed });
    const pulls = agent.run(steps);
    const best = pulls.filter(({ optimal }) => optimal).length / steps;
    const late = pulls.slice(-Math.ceil(steps / 5));
    const bestLate = late.filter(({ optimal }) => optimal).length / late.length;
    return {
      title: `A bandit of ${means.length} arms, ε = ${shown(epsilon)}`,
      blocks: [
        paragraph(
          'No teacher says which arm is right: there are only rewards. Q(a) += (r − Q(a))/N(a), the mean of what the arm paid.',
        ),
        grid(
          ['pull', 'arm', 'reward', '', 'estimate'],
          pulls
            .slice(0, 10)
            .map((pull) => [
              pull.step,
              pull.action + 1,
              pull.reward,
              pull.explored ? 'explored' : 'greedy',
              estimate(pull),
            ]),
        ),
        heading(`After ${steps} pulls`, 2),
        grid(
          ['arm', 'pays', 'estimate', 'pulls'],
          means.map((mean, arm) => [
            arm + 1,
            mean,
            agent.estimates[arm] ?? Number.NaN,
            agent.counts[arm] ?? 0,
          ]),
        ),
        paragraph(
          `The best arm was pulled in ${shown(100 * best)} % of all pulls, and in ${shown(100 * bestLate)} % of the last fifth.`,
        ),
      ],
      json: { means, epsilon, pulls, estimates: agent.estimates, counts: agent.counts, best, bestLate },
    };
  },
});
