import type { Dtype } from '../graph/dtypes.ts';
import type { Shape } from '../graph/ndarray.ts';
import type { Node, Op } from '../graph/ops.ts';
import { type View, viewText } from './views.ts';

/** A place in the arena that holds one node's value. */
export interface Buffer {
  readonly node: Node;
  readonly dtype: Dtype;
  readonly elements: number;
  /**
   * Where it is no memory of its own but the rest of another buffer, from so many elements on: a kernel that reads
   * the t-th slice of an array is then the same code for every t.
   */
  readonly within?: { readonly buffer: Buffer; readonly offset: number };
}

/**
 * What is computed at one point of a kernel's loops. Views are over the loops: the output axes, then, inside a
 * reduction, the reduced ones. Expressions are shared where values are: identity means "computed once".
 */
export type Expression =
  | { readonly kind: 'constant'; readonly dtype: Dtype; readonly value: number }
  /** A stored number. */
  | { readonly kind: 'load'; readonly dtype: Dtype; readonly buffer: Buffer; readonly view: View }
  /** The index itself, for `iota`. */
  | { readonly kind: 'index'; readonly dtype: Dtype; readonly view: View }
  /** The number drawn at a counter, for `uniform`. */
  | {
      readonly kind: 'random';
      readonly dtype: Dtype;
      readonly view: View;
      readonly key: Buffer;
      readonly stream: Buffer;
    }
  /** A number of the row that another array points to, for `gather`. */
  | {
      readonly kind: 'row';
      readonly dtype: Dtype;
      readonly buffer: Buffer;
      readonly view: View;
      readonly index: { readonly buffer: Buffer; readonly view: View };
      readonly rows: number;
      readonly rowStride: number;
    }
  | { readonly kind: 'apply'; readonly dtype: Dtype; readonly op: Op; readonly inputs: readonly Expression[] }
  /** What the kernel's root has accumulated. */
  | { readonly kind: 'root'; readonly dtype: Dtype };

/**
 * A stored array as matrices: the view's first `batches` axes are those of the kernel's space, the next `rows` axes
 * together are a matrix's rows, the rest its columns. So the patches of a convolution are a matrix as they lie.
 */
export interface Matrix {
  readonly buffer: Buffer;
  readonly view: View;
  readonly batches: number;
  readonly rows: number;
}

/** What a kernel accumulates before the rest of its body runs. */
export type Root =
  | {
      readonly kind: 'reduce';
      readonly op: 'sum' | 'reduceMax';
      readonly dtype: Dtype;
      /** The lengths of the reduced axes, innermost last. */
      readonly lengths: Shape;
      readonly body: Expression;
    }
  | {
      readonly kind: 'matmul';
      readonly dtype: Dtype;
      /** [… m, k] and [… k, n]; the kernel's space is [… m, n]. */
      readonly a: Matrix;
      readonly b: Matrix;
      readonly depth: number;
    }
  | {
      readonly kind: 'scatter';
      readonly dtype: Dtype;
      readonly indices: Buffer;
      readonly updates: Buffer;
      readonly rows: number;
      readonly width: number;
    }
  | {
      /** Elements of overlapping windows, each added at its place. */
      readonly kind: 'unwindow';
      readonly dtype: Dtype;
      /** Leading axes, then the places inside of a window, then all else: for one place in all windows, targets differ. */
      readonly lengths: Shape;
      readonly body: Expression;
      /** Where in the result an element is added. */
      readonly view: View;
    };

/** Roots that add to the result where it is stored: nothing can be computed from it in the same kernel. */
export function addsInPlace(root: Root | undefined): boolean {
  return root?.kind === 'scatter' || root?.kind === 'unwindow';
}

/** A result to write: through a view over the kernel's space, or at the same flat position as there. */
export interface Store {
  readonly buffer: Buffer;
  readonly value: Expression;
  /** Of no two equal positions and without padding. */
  readonly view?: View;
}

/** One loop nest over `space`: accumulate the root, compute the stores' values, write them. */
export interface Kernel {
  readonly space: Shape;
  readonly root?: Root;
  readonly stores: readonly Store[];
}

/** Calls `visit` once for each distinct expression under `expressions`, inputs first. */
export function eachExpression(
  expressions: readonly Expression[],
  visit: (expression: Expression) => void,
): void {
  const seen = new Set<Expression>();
  const walkAll = (all: readonly Expression[]) => {
    for (let at = 0; at < all.length; at++) {
      const expression = all[at] as Expression;
      if (seen.has(expression)) continue;
      seen.add(expression);
      if (expression.kind === 'apply') walkAll(expression.inputs);
      visit(expression);
    }
  };
  walkAll(expressions);
}

/** The expressions of a kernel that are computed over its space; a reduction's body is over more axes. */
export function bodyOf(kernel: Kernel): Expression[] {
  return kernel.stores.map(({ value }) => value);
}

/** The text form of a kernel. */
export function kernelText(kernel: Kernel, nameOf: (buffer: Buffer) => string): string {
  const lines: string[] = [`over [${kernel.space.join(', ')}]`];
  const { root } = kernel;
  const print = new Printer(nameOf, lines);
  if (root?.kind === 'reduce') {
    lines[0] += `, ${root.op} over [${root.lengths.join(', ')}]`;
    lines.push(`  accumulate ${print.value(root.body)}`);
  } else if (root?.kind === 'matmul') {
    const side = ({ buffer, view, batches, rows }: Matrix) => {
      const stored = buffer.dtype === root.dtype ? '' : `${buffer.dtype} `;
      const over = view.shape.length - batches === 2 ? '' : `, rows over ${rows} axes`;
      return `${stored}${nameOf(buffer)} ${viewText(view)}${over}`;
    };
    lines.push(`  accumulate ${root.dtype} matmul of ${side(root.a)} and ${side(root.b)}`);
  } else if (root?.kind === 'scatter') {
    lines.push(
      `  add ${root.indices.elements} ${root.dtype} rows of ${nameOf(root.updates)} at ${nameOf(root.indices)}, ${root.rows}×${root.width}`,
    );
  } else if (root?.kind === 'unwindow') {
    lines.push(`  add ${print.value(root.body)} over [${root.lengths.join(', ')}] at ${viewText(root.view)}`);
  }
  for (const { buffer, value, view } of kernel.stores) {
    const place = view ? `${nameOf(buffer)} ${viewText(view)}` : nameOf(buffer);
    lines.push(`  ${place} = ${print.value(value)}`);
  }
  return lines.join('\n');
}

/** Prints expressions, naming those that are used twice. */
class Printer {
  readonly #names = new Map<Expression, string>();
  readonly #nameOf: (buffer: Buffer) => string;
  readonly #lines: string[];

  constructor(nameOf: (buffer: Buffer) => string, lines: string[]) {
    this.#nameOf = nameOf;
    this.#lines = lines;
  }

  value(expression: Expression): string {
    const known = this.#names.get(expression);
    if (known) return known;
    if (expression.kind === 'constant')
      return `${expression.dtype} ${Object.is(expression.value, -0) ? '-0' : expression.value}`;
    if (expression.kind === 'root') return 'root';
    const text = this.#text(expression);
    const name = `t${this.#names.size}`;
    this.#names.set(expression, name);
    this.#lines.push(`  ${name} = ${text} : ${expression.dtype}`);
    return name;
  }

  #text(expression: Exclude<Expression, { kind: 'constant' | 'root' }>): string {
    switch (expression.kind) {
      case 'load':
        return `${this.#nameOf(expression.buffer)} ${viewText(expression.view)}`;
      case 'index':
        return `index ${viewText(expression.view)}`;
      case 'random':
        return `random(${this.#nameOf(expression.key)}, ${this.#nameOf(expression.stream)}) at ${viewText(expression.view)}`;
      case 'row': {
        const { index, buffer, rows, rowStride, view } = expression;
        const at = `${this.#nameOf(index.buffer)} ${viewText(index.view)}`;
        return `${this.#nameOf(buffer)} ${viewText(view)} + ${rowStride} × row (${at} of ${rows})`;
      }
      case 'apply':
        return `${expression.op}(${expression.inputs.map((from) => this.value(from)).join(', ')})`;
    }
  }
}
