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
import { fixed } from '../../../units/formula.ts';
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

/** Q + α·(r + γ·Q′ − Q), of which the end of an episode has no Q′. */
function formulaOf(
  { before, alpha, reward, target, after, nextAction }: TabularUpdate,
  gamma: number,
): string {
  const signed = (value: number) => (value < 0 ? `(${shown(value)})` : shown(value));
  const worth = gamma === 0 ? 0 : (target - reward) / gamma;
  const later = nextAction === undefined ? '' : ` + ${shown(gamma)}·${signed(worth)}`;
  return `${shown(before)} + ${shown(alpha)}·(${shown(reward)}${later} − ${signed(before)}) = ${shown(after)}`;
}

/** What each learns by. SARSA counts on its own random moves, and comes to rest at a smaller rate only. */
const KINDS = {
  'Q-learning': { make: qLearning, rule: 'Q + α·(r + γ·max Q′ − Q)', rate: 0.5 },
  SARSA: { make: sarsa, rule: 'Q + α·(r + γ·Q(s′, a′) − Q)', rate: 0.1 },
} as const;

const tabularSubject = (name: keyof typeof KINDS) => {
  const { make, rule, rate } = KINDS[name];
  return subject<TabularOptions>({
    section: '1.1',
    description:
      name === 'Q-learning'
        ? `a table of what each action is worth: ${rule}`
        : `the same, counting on what is really done next: ${rule}`,
    options: [WORLD, ALPHA, GAMMA, EPSILON, EPISODES, SEED],
    show: ({ world = 'cliff', alpha = rate, gamma = 1, epsilon = 0.1, episodes = 500, seed = 1 }) => {
      const place = worldOf(world);
      const agent = make(place, { alpha, gamma, epsilon, seed });
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
            ['state', 'move', 'reward', 'next', `Q = ${rule}`],
            updates
              .slice(0, 8)
              .map((update) => [
                update.state,
                MOVE_NAMES[update.action] ?? '',
                update.reward,
                update.nextState,
                formulaOf(update, gamma),
              ]),
          ),
          heading(`After ${episodes} episodes`, 2),
          grid(
            ['episodes', 'mean return'],
            Array.from({ length: Math.ceil(episodes / tenth) }, (_, i) => [
              `${i * tenth + 1} to ${Math.min(episodes, (i + 1) * tenth)}`,
              fixed(mean(i * tenth, (i + 1) * tenth), 1),
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
};

export const Q_LEARNING = tabularSubject('Q-learning');
export const SARSA = tabularSubject('SARSA');
