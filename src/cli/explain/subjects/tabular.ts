import { Option } from 'commander';
import {
  cliffWalking,
  type EpisodeRecord,
  evaluateAgent,
  frozenLake,
  type GridWorld,
  gridWorld,
  MOVE_NAMES,
  qLearning,
  sarsa,
  type TabularAgent,
  type TabularUpdate,
} from '../../../reinforce/index.ts';
import { ALPHA, EPISODES, EPSILON, GAMMA, SEED } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, shown, subject } from '../subject.ts';

interface TabularOptions extends ExplainOptions {
  readonly world?: string;
  readonly alpha?: number;
  readonly gamma?: number;
  readonly epsilon?: number;
  readonly episodes?: number;
  readonly seed?: number;
}

const WORLDS: Readonly<Record<string, () => GridWorld>> = {
  cliff: () => cliffWalking(),
  lake: () => frozenLake({ slippery: false }),
};
const WORLD = new Option(
  '--world <map>',
  'cliff, lake, or rows of S (start), . (floor), H (hole), C (cliff), G (goal), as S..,.H.,..G (default: cliff)',
);

const ARROWS = { left: '←', down: '↓', right: '→', up: '↑' } as const;

function worldOf(name: string): GridWorld {
  const known = Object.hasOwn(WORLDS, name) ? WORLDS[name] : undefined;
  return known?.() ?? gridWorld({ map: name.split(','), maxSteps: 1000 });
}

/** The best move in each cell that was visited. */
function policy({ map, columns }: GridWorld, agent: TabularAgent): string[][] {
  return map.map((row, y) =>
    [...row].map((mark, x) => {
      const cell = y * columns + x;
      const known = agent.row(cell).some((value) => value !== 0);
      return 'GHC'.includes(mark) || !known ? mark : ARROWS[MOVE_NAMES[agent.act(cell)] ?? 'left'];
    }),
  );
}

function formulaOf({ before, alpha, reward, target, after }: TabularUpdate): string {
  const from = before < 0 ? `(${shown(before)})` : shown(before);
  return `${shown(before)} + ${shown(alpha)}·(${shown(target)} − ${from}) = ${shown(after)}, target from reward ${shown(reward)}`;
}

const tabularSubject = (name: 'Q-learning' | 'SARSA') =>
  subject<TabularOptions>({
    section: '1.1',
    description:
      name === 'Q-learning'
        ? 'a table of what each action is worth: Q += α·(r + γ·max Q′ − Q)'
        : 'the same, counting on what is really done next: Q += α·(r + γ·Q(s′, a′) − Q)',
    options: [WORLD, ALPHA, GAMMA, EPSILON, EPISODES, SEED],
    show: ({ world = 'cliff', alpha = 0.5, gamma = 1, epsilon = 0.1, episodes = 500, seed = 1 }) => {
      const place = worldOf(world);
      const agent = (name === 'Q-learning' ? qLearning : sarsa)(place, { alpha, gamma, epsilon, seed });
      const updates: TabularUpdate[] = [];
      const history: EpisodeRecord[] = [];
      const first = agent.episode();
      for (let next = first.next(); ; next = first.next()) {
        if (next.done) {
          history.push(next.value);
          break;
        }
        updates.push(next.value);
      }
      while (history.length < episodes) history.push(agent.learnEpisode());
      const greedy = evaluateAgent(agent, worldOf(world), { episodes: 1 }).mean;
      const mean = (from: number, to: number) => {
        const part = history.slice(from, to);
        return part.reduce((sum, record) => sum + record.return, 0) / Math.max(1, part.length);
      };
      const tenth = Math.max(1, Math.floor(episodes / 10));
      return {
        title: `${name} in ${place.name}, α = ${shown(alpha)}, γ = ${shown(gamma)}, ε = ${shown(epsilon)}`,
        blocks: [
          heading('The first steps', 2),
          grid(
            ['state', 'move', 'reward', 'next', 'Q(s, a)'],
            updates
              .slice(0, 8)
              .map((update) => [
                update.state,
                MOVE_NAMES[update.action] ?? '',
                update.reward,
                update.nextState,
                formulaOf(update),
              ]),
          ),
          heading(`After ${episodes} episodes`, 2),
          grid(
            ['episodes', 'mean return'],
            Array.from({ length: Math.ceil(episodes / tenth) }, (_, i) => [
              `${i * tenth + 1} to ${Math.min(episodes, (i + 1) * tenth)}`,
              mean(i * tenth, (i + 1) * tenth),
            ]),
          ),
          paragraph(`Without exploring, its return is ${shown(greedy)}. Its moves:`),
          grid(policy(place, agent)[0]?.map(() => '') ?? [], policy(place, agent)),
        ],
        json: {
          world: place.name,
          map: place.map,
          updates,
          history,
          greedy,
          values: Array.from(agent.values),
        },
      };
    },
  });

export const Q_LEARNING = tabularSubject('Q-learning');
export const SARSA = tabularSubject('SARSA');
