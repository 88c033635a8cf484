import { InvalidArgumentError, Option } from 'commander';
import { hopfieldNet, recall } from '../../../units/index.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, subject } from '../subject.ts';
import { stepRecord } from '../workedExample.ts';

interface HopfieldOptions extends ExplainOptions {
  readonly patterns?: readonly (readonly number[])[];
  readonly from?: readonly (readonly number[])[];
}

/** A cross and a ring, three by three. */
const CROSS = [1, -1, 1, -1, 1, -1, 1, -1, 1];
const RING = [1, 1, 1, 1, -1, 1, 1, 1, 1];

function signs(text: string): number[][] {
  return text.split(',').map((pattern) => {
    if (!/^[01]{2,64}$/.test(pattern.trim()))
      throw new InvalidArgumentError(`expected 0s and 1s, as 101010101,111101111, found "${pattern}".`);
    return [...pattern.trim()].map((bit) => (bit === '1' ? 1 : -1));
  });
}

const drawn = (state: readonly number[]): string => {
  const side = Math.sqrt(state.length);
  const marks = state.map((value) => (value > 0 ? '#' : '·')).join('');
  return Number.isInteger(side) ? (marks.match(new RegExp(`.{${side}}`, 'g'))?.join(' ') ?? marks) : marks;
};

/** `pellucid explain hopfield`: patterns are stored, and a damaged one falls into the nearest. */
export const HOPFIELD = subject<HopfieldOptions>({
  section: '1.1',
  description: 'a net that remembers patterns: recall, and the energy that never rises',
  options: [
    new Option('--patterns <bits>', 'what is stored, as 101010101,111101111').argParser(signs),
    new Option('--from <bits>', 'the damaged pattern (default: the first, its first bit flipped)').argParser(
      signs,
    ),
  ],
  show: ({ patterns = [CROSS, RING], from }) => {
    const start = from?.[0] ?? (patterns[0] ?? CROSS).map((value, i) => (i === 0 ? -value : value));
    const net = hopfieldNet(patterns);
    const { state, states, energies, end, trace } = recall(net, start, { order: start.map((_, i) => i) });
    return {
      title: `A Hopfield net remembers ${patterns.length} patterns`,
      blocks: [
        paragraph(`Stored: ${patterns.map(drawn).join(' and ')}. Shown: ${drawn(start)}.`),
        grid(
          ['sweep', 'state', 'energy'],
          states.map((one, at) => [String(at), drawn(one), energies[at] ?? Number.NaN]),
          { follows: true },
        ),
        paragraph(`It comes to rest (${end}) at ${drawn(state)}: no step raises E = −½ Σ wᵢⱼ sᵢ sⱼ.`),
        heading('The first sweep, step by step', 2),
        grid(
          ['step', 'formula'],
          trace.steps
            .filter(({ group }) => Object.values(group).includes(1))
            .slice(0, 3 * start.length)
            .map(({ title, formula }) => [title, formula.toString()]),
        ),
      ],
      json: {
        patterns,
        start,
        weights: net.weights,
        ...{ state, states, energies, end },
        steps: trace.steps.map(stepRecord),
      },
    };
  },
});
