import { slopeProduct } from '../../../explain/index.ts';
import { ACTIVATIONS, type ActivationName, compute, grad, tensor } from '../../../index.ts';
import { ACTIVATION, DEPTH, X } from '../options.ts';
import type { ExplainOptions } from '../present.ts';
import { grid, heading, paragraph, shown, slipsAbout, subject } from '../subject.ts';

interface ActivationOptions extends ExplainOptions {
  readonly activation?: ActivationName;
  readonly x?: readonly number[];
  readonly depth?: number;
}

/** A slope below this lets next to nothing back. */
const FLAT = 0.05;

const COMMON: readonly ActivationName[] = ['sigmoid', 'tanh', 'relu', 'linear', 'step'];
/** Functions of a whole row, not of one number. */
const OF_ROWS: ReadonlySet<string> = new Set(['softmax', 'logSoftmax', 'glu']);

function figures(name: ActivationName, x: readonly number[], depth: number) {
  const of = ACTIVATIONS[name];
  const [outputs, slopes] = compute([of(tensor(x)), grad((at) => of(at).sum())(tensor(x))]);
  return x.map((at, i) => ({
    x: at,
    output: outputs?.data[i] ?? Number.NaN,
    slope: slopes?.data[i] ?? Number.NaN,
    throughDepth: slopeProduct(name, depth, at),
  }));
}

/** `pellucid explain activation --activation tanh`: f, f′, where it saturates, and what ten layers leave. */
export const ACTIVATION_FUNCTION = subject<ActivationOptions>({
  section: '1.2',
  description: "f and f′ of an activation, saturation, and the product of f′ over depth; all of Keras's",
  options: [ACTIVATION, X, DEPTH],
  show: ({ activation, x = [-6, -3, -1, 0, 1, 3, 6], depth = 10 }) => {
    if (activation !== undefined && OF_ROWS.has(activation)) return ofRow(activation, x);
    const names = activation === undefined ? COMMON : [activation];
    const tables = names.map((name) => ({ name, rows: figures(name, x, depth) }));
    const greatest = names.map((name) => [name, slopeProduct(name, depth)] as const);
    return {
      title: activation ?? 'Activation functions',
      blocks: [
        ...tables.flatMap(({ name, rows }) => [
          heading(name, 2),
          grid(
            ['x', 'f(x)', 'f′(x)', `f′(x)^${depth}`, ''],
            rows.map((row) => [
              row.x,
              row.output,
              row.slope,
              row.throughDepth,
              Math.abs(row.slope) < FLAT ? 'saturated' : '',
            ]),
          ),
        ]),
        paragraph(
          `Backward propagation multiplies by f′ once a layer. At x = 0 there is left after ${depth} layers: ${greatest.map(([name, value]) => `${name} ${shown(value)}`).join(', ')}.`,
        ),
        ...(activation === undefined
          ? [paragraph(`Others by --activation: ${Object.keys(ACTIVATIONS).join(', ')}.`)]
          : []),
        ...slipsAbout('1.2'),
      ],
      json: { depth, activations: tables, flat: FLAT },
    };
  },
});

/** Softmax and its kin: of the row as a whole, which a shift of all of it does not change. */
function ofRow(name: ActivationName, x: readonly number[]) {
  const of = ACTIVATIONS[name];
  const SHIFT = 10;
  const [plain, shifted] = compute([of(tensor(x)), of(tensor(x.map((value) => value + SHIFT)))]);
  const outputs = Array.from(plain?.data ?? []);
  const total = outputs.reduce((sum, value) => sum + value, 0);
  return {
    title: name,
    blocks: [
      grid(
        ['output', 'of x', `of x + ${SHIFT}`],
        outputs.map((value, i) => [String(i + 1), value, shifted?.data[i] ?? Number.NaN]),
      ),
      paragraph(`Of x = ${x.map(shown).join(', ')}; the outputs add up to ${shown(total)}.`),
    ],
    json: { activation: name, x, outputs, shifted: Array.from(shifted?.data ?? []), total },
  };
}
