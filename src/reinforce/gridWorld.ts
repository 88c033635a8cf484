import { ArgumentError } from '../graph/errors.ts';
import type { RandomStream } from '../graph/threefry.ts';
import { type Discrete, type Outcome, World } from './environment.ts';

/** One of the things that may follow an action. */
export interface Transition {
  readonly probability: number;
  readonly state: number;
  readonly reward: number;
  readonly terminated: boolean;
}

export interface GridWorldOptions {
  /** Rows of cells: `S` start, `G` goal, `H` hole, `C` cliff, `#` wall, `.` or `F` free. */
  readonly map: readonly string[];
  readonly name?: string;
  /** On ice a third of all steps goes to either side of where they were meant to go. */
  readonly slippery?: boolean;
  /** The reward of a step to a free cell, into the goal, into a hole and over a cliff. */
  readonly rewards?: {
    readonly step?: number;
    readonly goal?: number;
    readonly hole?: number;
    readonly cliff?: number;
  };
  readonly maxSteps?: number;
}

/** The actions, in Gymnasium's order for FrozenLake: [rows, columns]. */
const MOVES = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;
export const MOVE_NAMES = ['left', 'down', 'right', 'up'] as const;

/** Cells side by side; the goal and holes end the episode, a cliff sends back to the start. */
export class GridWorld extends World<number> {
  readonly name: string;
  readonly actionSpace: Discrete = { kind: 'discrete', n: MOVES.length };
  /** Cells are numbered row by row. */
  readonly observationSpace: Discrete;
  readonly map: readonly string[];
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
  readonly #rewards: { step: number; goal: number; hole: number; cliff: number };
  readonly #slippery: boolean;
  #state = 0;

  constructor(options: GridWorldOptions) {
    super(options.maxSteps ?? 100);
    const { map, name = 'grid world', slippery = false, rewards = {} } = options;
    this.map = map;
    this.name = name;
    this.rows = map.length;
    this.columns = map[0]?.length ?? 0;
    checkMap(map, this.columns);
    this.start = map.join('').indexOf('S');
    this.observationSpace = { kind: 'discrete', n: this.rows * this.columns };
    const { step = 0, goal = 1, hole = 0, cliff = -100 } = rewards;
    this.#rewards = { step, goal, hole, cliff };
    this.#slippery = slippery;
  }

  /** Everything that may follow an action: the model that learners do without and planners start from. */
  transitions(state: number, action: number): Transition[] {
    if (this.isFinal(state)) return [{ probability: 1, state, reward: 0, terminated: true }];
    if (!this.#slippery) return [{ probability: 1, ...this.#arrive(state, action) }];
    return [action + 3, action, action + 1].map((move) => ({
      probability: 1 / 3,
      ...this.#arrive(state, move % MOVES.length),
    }));
  }

  /** Whether an episode ends here. */
  isFinal(state: number): boolean {
    return 'GH'.includes(this.cell(state));
  }

  /** The letter of the map at a state. */
  cell(state: number): string {
    return this.map[Math.floor(state / this.columns)]?.[state % this.columns] ?? '#';
  }

  protected begin(): number {
    this.#state = this.start;
    return this.#state;
  }

  protected act(action: number, random: RandomStream): Outcome<number> {
    const outcomes = this.transitions(this.#state, action);
    const chosen = outcomes[outcomes.length > 1 ? random.integer(outcomes.length) : 0];
    const { state, reward, terminated, probability } = chosen as Transition;
    this.#state = state;
    return { observation: state, reward, terminated, info: { probability } };
  }

  #arrive(from: number, action: number): Omit<Transition, 'probability'> {
    const [down, right] = MOVES[action] ?? [0, 0];
    const row = Math.floor(from / this.columns) + down;
    const column = (from % this.columns) + right;
    const inside = row >= 0 && row < this.rows && column >= 0 && column < this.columns;
    const to = row * this.columns + column;
    const state = inside && this.cell(to) !== '#' ? to : from;
    const { step, goal, hole, cliff } = this.#rewards;
    const cell = this.cell(state);
    if (cell === 'G') return { state, reward: goal, terminated: true };
    if (cell === 'H') return { state, reward: hole, terminated: true };
    if (cell === 'C') return { state: this.start, reward: cliff, terminated: false };
    return { state, reward: step, terminated: false };
  }
}

function checkMap(map: readonly string[], columns: number): void {
  const cells = map.join('');
  const even = columns > 0 && map.every((row) => row.length === columns);
  if (even && /^[SGHC#.F]+$/.test(cells) && cells.split('S').length === 2) return;
  throw new ArgumentError({
    asked: 'grid world',
    expected: 'rows of one length made of S G H C # . F, with one S',
    received: map.map((row) => `"${row}"`).join(', ') || 'no rows',
  });
}

/**
 * A grid of cells to walk on. Actions: 0 left, 1 down, 2 right, 3 up; into a wall or over the edge, one stays.
 *
 * Observation: the number of the cell, row by row.
 */
export function gridWorld(options: GridWorldOptions): GridWorld {
  return new GridWorld(options);
}

/** The 4 × 4 lake of Gymnasium's FrozenLake-v1: a reward of 1 at the goal; slippery unless said otherwise. */
export function frozenLake({ slippery = true }: { slippery?: boolean } = {}): GridWorld {
  return new GridWorld({ name: 'frozen lake', map: ['SFFF', 'FHFH', 'FFFH', 'HFFG'], slippery });
}

/**
 * A walk along a cliff: −1 for each step, −100 and back to the start for one over the edge.
 *
 * @see Sutton and Barto, "Reinforcement learning", 2nd edition, 2018, example 6.6
 */
export function cliffWalking({ maxSteps = 1000 }: { maxSteps?: number } = {}): GridWorld {
  const free = '.'.repeat(12);
  return new GridWorld({
    name: 'cliff walking',
    map: [free, free, free, `S${'C'.repeat(10)}G`],
    rewards: { step: -1, goal: -1, cliff: -100 },
    maxSteps,
  });
}
