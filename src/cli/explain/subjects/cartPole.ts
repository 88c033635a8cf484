import { setSeed } from '../../../index.ts';
import {
  cartPole,
  dqn,
  type EpisodeRecord,
  evaluateAgent,
  reaches,
  reinforce,
  trainAgent,
} from '../../../reinforce/index.ts';
import { fixed } from '../../../units/formula.ts';
import { EPISODES, SEED } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, paragraph, shown, subject } from '../subject.ts';

interface CartPoleOptions extends ExplainOptions {
  readonly episodes?: number;
  readonly seed?: number;
}

/** Rows of a table of progress. */
const ROWS = 10;

const cartPoleSubject = (name: 'REINFORCE' | 'DQN') =>
  subject<CartPoleOptions>({
    section: '1.1',
    description:
      name === 'REINFORCE'
        ? 'a network of actions that balances a pole, made bolder by what went well'
        : 'a network in the place of the table, on the same pole',
    options: [EPISODES, SEED],
    show: async ({ episodes = 600, seed = 4 }) => {
      setSeed(seed);
      const agent = (name === 'REINFORCE' ? reinforce : dqn)(cartPole(), { seed });
      const until = reaches(500, agent, cartPole());
      const history: EpisodeRecord[] = await trainAgent<ArrayLike<number>, EpisodeRecord>(agent, {
        episodes,
        until,
      });
      const { mean, returns } = evaluateAgent(agent, cartPole(), { episodes: 100, seed: 1000 });
      const size = Math.ceil(history.length / ROWS);
      const parts = Array.from({ length: Math.ceil(history.length / size) }, (_, i) =>
        history.slice(i * size, (i + 1) * size),
      );
      return {
        title: `${name} balances a pole on a cart`,
        blocks: [
          paragraph('A reward of 1 for every step that the pole stands, 500 at most.'),
          grid(
            ['episodes', 'mean return'],
            parts.map((part) => [
              `${part[0]?.episode} to ${part.at(-1)?.episode}`,
              fixed(part.reduce((sum, record) => sum + record.return, 0) / part.length, 1),
            ]),
          ),
          paragraph(
            `Over 100 episodes without exploring its mean return is ${shown(mean)}: ${mean >= 475 ? 'solved, for which 475 are asked' : 'not solved yet, for which 475 are asked; give it more --episodes'}.`,
          ),
        ],
        json: { history, evaluation: { mean, returns } },
      };
    },
  });

export const REINFORCE = cartPoleSubject('REINFORCE');
export const DQN = cartPoleSubject('DQN');
