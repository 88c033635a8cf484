/** Sums of products over named axes. */
import { ArgumentError, ShapeError } from '../../graph/errors.ts';
import { sizeOf } from '../../graph/ndarray.ts';
import { matmul, mul, pad, reshape, slice } from '../functions.ts';
import { type Tensor, type TensorLike, tensor } from '../tensor.ts';

/** A tensor whose axes have names. */
interface Named {
  readonly value: Tensor;
  readonly axes: readonly string[];
}

/**
 * Einstein's summation: products of tensors, summed over every name that the result does not have.
 *
 *     einsum('bij,bjk->bik', a, b)   // a batched matrix product
 *     einsum('ii', a)                // the trace
 *     einsum('...ij->...ji', a)      // a transpose
 *
 * Two tensors at a time become one (batched) matmul, from left to right.
 *
 * @param equation letters for axes, `...` for any others; without `->` the result has the names that occur once, in
 *   alphabetical order, as in NumPy
 * @throws ArgumentError when the equation cannot be read or does not fit the tensors
 * @throws ShapeError when one name stands for two lengths
 */
export function einsum(equation: string, ...operands: TensorLike[]): Tensor {
  const tensors = operands.map((operand) => tensor(operand));
  const { inputs, output } = parse(equation, tensors);
  checkLengths(equation, tensors, inputs);
  let named = tensors.map((value, i): Named => withoutRepeats({ value, axes: inputs[i] ?? [] }));
  while (named.length > 1) {
    const [a, b, ...rest] = named as [Named, Named, ...Named[]];
    const needed = new Set([...output, ...rest.flatMap(({ axes }) => axes)]);
    named = [product(a, b, needed), ...rest];
  }
  const [last] = named as [Named];
  return inOrder(summed(last, new Set(output)), output).value;
}

/** The sum of products over the last axes of `a` and the first of `b`, or over the axes listed for each. */
export function tensordot(
  a: TensorLike,
  b: TensorLike,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [left, right] = [tensor(a), tensor(b)];
  const rank = left.shape.length;
  const pairs =
    typeof axes === 'number'
      ? Array.from({ length: axes }, (_, i): [number, number] => [rank - axes + i, i])
      : axes[0].map((axis, i): [number, number] => [
          axis < 0 ? axis + rank : axis,
          ((axes[1][i] ?? 0) + right.shape.length) % right.shape.length,
        ]);
  const leftNames = left.shape.map((_, axis) => `a${axis}`);
  const rightNames = right.shape.map((_, axis) => {
    const pair = pairs.find(([, there]) => there === axis);
    return pair ? `a${pair[0]}` : `b${axis}`;
  });
  const contracted = new Set(pairs.map(([axis]) => `a${axis}`));
  const output = [...leftNames, ...rightNames].filter((name) => !contracted.has(name));
  checkLengths('tensordot', [left, right], [leftNames, rightNames]);
  const result = product(
    { value: left, axes: leftNames },
    { value: right, axes: rightNames },
    new Set(output),
  );
  return inOrder(result, output).value;
}

/** Every product of an element of `a` and one of `b`, both flattened: [m] and [n] → [m, n]. */
export const outer = (a: TensorLike, b: TensorLike): Tensor => mul(reshape(a, [-1, 1]), reshape(b, [1, -1]));

/** Reads an equation; axes under `...` are named by their distance from the end. */
function parse(equation: string, tensors: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const fits = terms.length === tensors.length && [...terms, right ?? ''].every((term) => TERM.test(term));
  if (!fits) {
    throw new ArgumentError({
      asked: `einsum '${equation}'`,
      expected: `letters and at most one "..." for each of ${tensors.length} tensors`,
    });
  }
  let widest = 0;
  const inputs = terms.map((term, i) => {
    const rank = tensors[i]?.shape.length ?? 0;
    const letters = [...term.replace('...', '')].length;
    const others = rank - letters;
    if (others < 0 || (others > 0 && !term.includes('...'))) {
      throw new ArgumentError({
        asked: `einsum '${equation}'`,
        expected: `${letters} axes for '${term}'`,
        received: `[${tensors[i]?.shape.join(', ')}]`,
      });
    }
    widest = Math.max(widest, others);
    return expand(term, others);
  });
  if (right !== undefined) return { inputs, output: expand(right, widest) };
  const all = inputs.flat();
  const single = [...new Set(all)].filter(
    (name) => name.length === 1 && all.indexOf(name) === all.lastIndexOf(name),
  );
  return { inputs, output: [...expand('...', widest), ...single.sort()] };
}

const TERM = /^[a-zA-Z]*(\.\.\.[a-zA-Z]*)?$/;

function expand(term: string, others: number): string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: others }, (_, i) => `…${others - i}`), ...after];
}

/** One name, one length; but under `...` lengths of 1 stretch. */
function checkLengths(
  equation: string,
  tensors: readonly Tensor[],
  inputs: readonly (readonly string[])[],
): void {
  const lengths = new Map<string, number>();
  for (const [i, names] of inputs.entries()) {
    for (const [axis, name] of names.entries()) {
      const length = tensors[i]?.shape[axis] ?? 1;
      const known = lengths.get(name);
      const stretches = name.startsWith('…') && (known === 1 || length === 1);
      if (known !== undefined && known !== length && !stretches) {
        throw new ShapeError({
          asked: `einsum '${equation}'`,
          expected: `the same length for '${name}' everywhere`,
          received: `${known} and ${length}`,
        });
      }
      lengths.set(name, Math.max(length, known ?? 1));
    }
  }
}

/** A name that occurs twice in one tensor stands for its diagonal. */
function withoutRepeats({ value, axes }: Named): Named {
  const second = axes.findIndex((name, at) => axes.indexOf(name) !== at);
  if (second < 0) return { value, axes };
  const first = axes.indexOf(axes[second] ?? '');
  const left = axes.filter((_, at) => at !== second && at !== first);
  return withoutRepeats({ value: diagonal(value, first, second), axes: [...left, axes[second] ?? ''] });
}

/** The elements whose places along two axes are the same, along a new last axis. */
export function diagonal(x: TensorLike, axis1 = 0, axis2 = 1): Tensor {
  const value = tensor(x);
  const rank = value.shape.length;
  const [first, second] = [(axis1 + rank) % rank, (axis2 + rank) % rank];
  const others = value.shape.flatMap((_, axis) => (axis === first || axis === second ? [] : [axis]));
  const leading = others.map((axis) => value.shape[axis] ?? 1);
  const [rows, columns] = [value.shape[first] ?? 0, value.shape[second] ?? 0];
  const length = Math.min(rows, columns);
  // Rows one element longer than they are: the diagonal is then the first column.
  const flat = value.transpose([...others, first, second]).reshape([...leading, rows * columns]);
  const zeros = leading.map(() => 0);
  const needed = length * (columns + 1);
  const longer = pad(flat, [...zeros, 0], [...zeros, Math.max(needed - rows * columns, 0)]);
  const rowsOnly = slice(longer, [...zeros, 0], [...leading, needed]).reshape([
    ...leading,
    length,
    columns + 1,
  ]);
  return slice(rowsOnly, [...zeros, 0, 0], [...leading, length, 1]).reshape([...leading, length]);
}

/** Sums over the axes nobody needs. */
function summed({ value, axes }: Named, needed: ReadonlySet<string>): Named {
  const gone = axes.flatMap((name, axis) => (needed.has(name) ? [] : [axis]));
  if (gone.length === 0) return { value, axes };
  return { value: value.sum(gone), axes: axes.filter((name) => needed.has(name)) };
}

/** The product of two, summed over what only they have and nobody needs. */
function product(left: Named, right: Named, needed: ReadonlySet<string>): Named {
  const a = summed(left, new Set([...needed, ...right.axes]));
  const b = summed(right, new Set([...needed, ...left.axes]));
  const shared = a.axes.filter((name) => b.axes.includes(name));
  const contracted = shared.filter((name) => !needed.has(name));
  const batch = shared.filter((name) => needed.has(name));
  const onlyA = a.axes.filter((name) => !shared.includes(name));
  const onlyB = b.axes.filter((name) => !shared.includes(name));
  const lengthIn = ({ value, axes }: Named, name: string) => value.shape[axes.indexOf(name)] ?? 1;
  const axes = [...batch, ...onlyA, ...onlyB];
  if (contracted.length === 0) {
    const spread = (one: Named) =>
      inOrder(
        one,
        axes.filter((name) => one.axes.includes(name)),
      ).value.reshape(axes.map((name) => (one.axes.includes(name) ? lengthIn(one, name) : 1)));
    return { value: mul(spread(a), spread(b)), axes };
  }
  const lengths = (one: Named, names: readonly string[]) => names.map((name) => lengthIn(one, name));
  const depth = sizeOf(lengths(a, contracted));
  const matrixA = inOrder(a, [...batch, ...onlyA, ...contracted]).value.reshape([
    ...lengths(a, batch),
    sizeOf(lengths(a, onlyA)),
    depth,
  ]);
  const matrixB = inOrder(b, [...batch, ...contracted, ...onlyB]).value.reshape([
    ...lengths(b, batch),
    depth,
    sizeOf(lengths(b, onlyB)),
  ]);
  const result = matmul(matrixA, matrixB);
  const stretched = result.shape.slice(0, batch.length);
  return { value: result.reshape([...stretched, ...lengths(a, onlyA), ...lengths(b, onlyB)]), axes };
}

function inOrder({ value, axes }: Named, names: readonly string[]): Named {
  return { value: value.transpose(names.map((name) => axes.indexOf(name))), axes: names };
}
