import { InvalidArgumentError, Option } from 'commander';
import { ACTIVATIONS } from '../../index.ts';

/** Reads a number of an option, or says what it should have been. */
export function numberOption(allowed: (value: number) => boolean, expected: string) {
  return (text: string): number => {
    const value = Number(text.replace('−', '-'));
    if (text.trim() === '' || !allowed(value)) {
      throw new InvalidArgumentError(`expected ${expected}, found "${text}".`);
    }
    return value;
  };
}

export const whole = numberOption(
  (value) => Number.isInteger(value) && value >= 1 && value <= 10_000,
  'a whole number from 1 to 10,000',
);
export const positive = numberOption((value) => value > 0 && Number.isFinite(value), 'a number above 0');
export const notNegative = numberOption(
  (value) => value >= 0 && Number.isFinite(value),
  'a number, at least 0',
);
const finite = numberOption(Number.isFinite, 'a number');
const share = numberOption((value) => value >= 0 && value <= 1, 'a number from 0 to 1');
const seed = numberOption((value) => Number.isSafeInteger(value) && value >= 0, 'a whole number, at least 0');

/** The most numbers that an option takes. */
const MOST = 1000;

/** `1, 0.5,-2` as numbers. */
export function numbers(text: string): number[] {
  const parts = text.split(',');
  if (parts.length > MOST) throw new InvalidArgumentError(`expected at most ${MOST} numbers.`);
  return parts.map(finite);
}

/** `0,0;0,1;9,9` as rows of numbers, all of one length. */
export function rows(text: string): number[][] {
  const list = text.split(';').map(numbers);
  const [first] = list;
  if (list.length > MOST || list.some((row) => row.length !== first?.length)) {
    throw new InvalidArgumentError(`expected rows of one length, as 0,0;0,1;9,9, found "${text}".`);
  }
  return list;
}

const sizes = (text: string): number[] => text.split(',').map(whole);

// Options that several subjects share; the help says which.
export const ALPHA = new Option('--alpha <rate>', 'the learning rate α').argParser(positive);
export const EPOCHS = new Option('--epochs <count>', 'epochs at most').argParser(whole);
export const EPISODES = new Option('--episodes <count>', 'episodes to learn from').argParser(whole);
export const EPSILON = new Option('--epsilon <share>', 'the share of random actions ε').argParser(share);
export const GAMMA = new Option('--gamma <factor>', 'what a later reward counts γ').argParser(share);
export const SEED = new Option('--seed <number>', 'of everything random').argParser(seed);
export const GATE = new Option(
  '--gate <name>',
  'and, or, nand, nor, xor, not, or rows as 00:0,01:1,10:1,11:0',
);
export const X = new Option('--x <numbers>', 'inputs, as 1,0,1').argParser(numbers);
export const WEIGHTS = new Option('--weights <numbers>', 'weights, as 1,1').argParser(numbers);
export const POINTS = new Option('--points <rows>', 'examples, as 0,0;0,1;9,9').argParser(rows);
export const UNITS = new Option('--units <count>', 'units, or clusters').argParser(whole);
export const DEPTH = new Option('--depth <layers>', 'layers, one after the other').argParser(whole);
export const SIZES = new Option('--sizes <units>', 'units of each layer, inputs first, as 4,2,1').argParser(
  sizes,
);
export const RATE = new Option('--rate <share>', 'the share of units dropped').argParser(share);
export const STEPS = new Option('--steps <count>', 'steps to take').argParser(whole);
export const PATIENCE = new Option('--patience <steps>', 'steps without improvement').argParser(whole);
export const EIGENVALUES = new Option(
  '--eigenvalues <numbers>',
  'curvatures of the loss along its axes, as 1,25',
).argParser((text) => text.split(',').map(positive));
export const ACTIVATION = new Option('--activation <name>', 'an activation').choices(
  Object.keys(ACTIVATIONS),
);
