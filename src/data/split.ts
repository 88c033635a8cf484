import { ArgumentError } from '../graph/errors.ts';
import { RandomStream } from '../graph/threefry.ts';

export interface Fractions {
  readonly train: number;
  readonly dev: number;
  readonly test: number;
}

export interface SplitOptions {
  /** The number of rows; or instead `labels`. */
  readonly rows?: number;
  /** The class of every row: then each part gets its share of every class. */
  readonly labels?: ArrayLike<number | string>;
  readonly seed?: number;
  /** The share of each part; they sum to 1. */
  readonly fractions?: Fractions;
}

/** Row numbers: every row is in exactly one part. */
export interface Split {
  /** To learn from. */
  readonly train: Int32Array;
  /** To choose between models by. */
  readonly dev: Int32Array;
  /** To measure the chosen one on, once. */
  readonly test: Int32Array;
}

/**
 * Deals rows at random to three parts, each class on its own, so that a rare class is not lost to one part. A class
 * with at least as many rows as there are parts is represented in every part; of a smaller one `train` gets the
 * first rows. Sizes are as exact as that allows: what rounding takes from one class, the next one gives back.
 *
 * @returns The parts, each in random order; the same seed gives the same parts.
 * @throws ArgumentError when there are no rows, or the fractions are negative, without training part, or do not sum to 1.
 */
export function splitRows({
  rows,
  labels,
  seed = 0,
  fractions = { train: 0.7, dev: 0.15, test: 0.15 },
}: SplitOptions): Split {
  checkFractions(fractions);
  const total = labels?.length ?? rows ?? 0;
  if (total < 1 || !Number.isInteger(total) || (rows !== undefined && rows !== total)) {
    throw new ArgumentError({
      asked: 'splitting rows',
      expected: labels === undefined ? 'a whole number of rows, at least one' : 'as many labels as rows',
      received:
        labels === undefined ? `${total}` : `${total} labels${rows === undefined ? '' : ` and ${rows} rows`}`,
    });
  }
  const random = new RandomStream(seed);
  const parts = (['test', 'dev', 'train'] as const).filter((name) => fractions[name] > 0);
  const dealt = { train: [] as number[], dev: [] as number[], test: [] as number[] };
  const owed = { train: 0, dev: 0, test: 0 };
  for (const members of groupByLabel(total, labels)) {
    const order = random.permutation(members.length);
    const least = members.length >= parts.length ? 1 : 0;
    let at = 0;
    for (const [i, name] of parts.entries()) {
      const others = parts.length - 1 - i;
      const left = members.length - at;
      const share = members.length * fractions[name] + owed[name];
      // `train` comes last and takes what is left.
      const size =
        others === 0
          ? left
          : clamp(Math.round(share), least, Math.max(0, left - Math.max(1, others * least)));
      owed[name] = share - size;
      for (const place of order.subarray(at, at + size)) dealt[name].push(members[place] ?? 0);
      at += size;
    }
  }
  const shuffle = (chosen: readonly number[]) =>
    random.permutation(chosen.length).map((place) => chosen[place] ?? 0);
  return { train: shuffle(dealt.train), dev: shuffle(dealt.dev), test: shuffle(dealt.test) };
}

/** The rows of each class, classes in the order in which they first appear. */
function groupByLabel(total: number, labels: ArrayLike<number | string> | undefined): number[][] {
  const groups = new Map<number | string | undefined, number[]>();
  for (let row = 0; row < total; row++) {
    const label = labels?.[row];
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function checkFractions({ train, dev, test }: Fractions): void {
  const fine = train > 0 && dev >= 0 && test >= 0 && Math.abs(train + dev + test - 1) < 1e-6;
  if (fine) return;
  throw new ArgumentError({
    asked: 'splitting rows',
    expected: 'fractions from 0 to 1 that sum to 1, with a part to train on',
    received: `train ${train}, dev ${dev}, test ${test}`,
  });
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
