import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { abs, add, arange, div, equal, minimum, mul, sqrt, square, sum, where } from '../tensor/functions.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A penalty on large weights, or large outputs, that is added to the loss. */
export interface Regularizer {
  /** As Keras names it. */
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The penalty, one number. */
  call(weight: Tensor): Tensor;
}

/** λ·Σ|w|: draws weights to exactly 0. */
export function l1({ l1: strength = 0.01 }: { l1?: number } = {}): Regularizer {
  checkStrength('l1', strength);
  return {
    className: 'L1',
    config: { l1: strength },
    call: (weight) => mul(abs(weight).sum(), strength),
  };
}

/** λ·Σw²: keeps weights small. */
export function l2({ l2: strength = 0.01 }: { l2?: number } = {}): Regularizer {
  checkStrength('l2', strength);
  return {
    className: 'L2',
    config: { l2: strength },
    call: (weight) => mul(square(weight).sum(), strength),
  };
}

/** λ₁·Σ|w| + λ₂·Σw², both strengths 0 by default. */
export function l1L2({ l1: first = 0, l2: second = 0 }: { l1?: number; l2?: number } = {}): Regularizer {
  const parts = [l1({ l1: first }), l2({ l2: second })] as const;
  return {
    className: 'L1L2',
    config: { l1: first, l2: second },
    call: (weight) => add(parts[0].call(weight), parts[1].call(weight)),
  };
}

export interface OrthogonalArguments {
  readonly factor?: number;
  /** What is to become orthogonal to one another. */
  readonly mode?: 'rows' | 'columns';
}

/**
 * `factor` times the mean |cos| of the angles between the rows, or columns, of a matrix.
 *
 * @throws ShapeError for a weight that is not a matrix
 */
export function orthogonal({ factor = 0.01, mode = 'rows' }: OrthogonalArguments = {}): Regularizer {
  checkStrength('factor', factor);
  if (mode !== 'rows' && mode !== 'columns') {
    throw new ArgumentError({ asked: `orthogonal regularizer by ${mode}`, expected: 'rows or columns' });
  }
  return {
    className: 'OrthogonalRegularizer',
    config: { factor, mode },
    call(weight) {
      if (weight.shape.length !== 2) {
        throw new ShapeError({
          asked: 'orthogonal regularizer',
          expected: 'a matrix',
          received: `[${weight.shape.join(', ')}]`,
        });
      }
      const rows = mode === 'rows' ? weight : weight.transpose();
      const count = rows.shape[0] ?? 0;
      const inverse = div(1, sqrt(sum(square(rows), 1, true)));
      const unit = mul(rows, minimum(inverse, 1e7));
      const cosines = unit.matmul(unit.transpose());
      const isSelf = equal(arange(count).reshape([count, 1]), arange(count));
      return mul(abs(where(isSelf, 0, cosines)).sum(), factor / (count * (count - 1)));
    },
  };
}

function checkStrength(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new ArgumentError({
    asked: `regularizer with ${name} ${value}`,
    expected: 'a number of at least 0',
  });
}

const REGULARIZERS = { l1, l2, l1L2, orthogonal, orthogonalRegularizer: orthogonal };

/**
 * A regulariser, or the one of a name with its defaults, in camel case or as Keras writes it.
 *
 * @throws ArgumentError for a name that is none, listing them
 */
export function regularizerOf(given: Regularizer | string): Regularizer {
  if (typeof given !== 'string') return given;
  const plain = given.replaceAll('_', '').toLowerCase();
  const found = Object.entries(REGULARIZERS).find(([name]) => name.toLowerCase() === plain);
  if (found) return found[1]();
  throw new ArgumentError({ asked: `regularizer "${given}"`, expected: 'one of l1, l2, l1L2, orthogonal' });
}
