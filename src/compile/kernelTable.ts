import type { Buffer, Expression, Kernel, Matrix, Store } from './kernels.ts';
import type { View } from './views.ts';

/** What has been made of kernels: found again for every kernel that is the same code at other places. */
export class KernelTable<T> {
  readonly #entries = new Map<number, Entry<T>[]>();
  readonly #writer = new KeyWriter();
  #size = 0;

  /** How many kernels differ. */
  get size(): number {
    return this.#size;
  }

  /**
   * What was made of a kernel of the same code, or what `make` makes of this one.
   *
   * @param buffers that the kernel touches, each once
   */
  get(kernel: Kernel, buffers: readonly Buffer[], make: () => T): T {
    const key = this.#writer.keyOf(kernel, buffers);
    const hash = hashOf(key);
    const alike = this.#entries.get(hash) ?? [];
    const known = alike.find((entry) => isSame(entry.key, key));
    if (known) return known.value;
    const entry = { key: key.slice(), value: make() };
    this.#size++;
    this.#entries.set(hash, [...alike, entry]);
    return entry.value;
  }
}

interface Entry<T> {
  readonly key: readonly number[];
  readonly value: T;
}

function hashOf(key: readonly number[]): number {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + (key[at] ?? 0)) | 0;
  return hash;
}

/** Of numbers as they are: −0 is another constant than 0. */
function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at])) return false;
  return true;
}

/** Writes all that a kernel's code depends on as numbers: lists with their lengths, buffers and expressions by first use. */
class KeyWriter {
  readonly #key: number[] = [];
  readonly #words = new Map<string, number>();
  readonly #expressions = new Map<Expression, number>();
  #buffers: readonly Buffer[] = [];

  /** The key of a kernel, which changes as the next is asked for: most are known, and need not be kept. */
  keyOf({ space, root, stores }: Kernel, buffers: readonly Buffer[]): readonly number[] {
    this.#key.length = 0;
    this.#expressions.clear();
    this.#buffers = buffers;
    this.#list(space);
    this.#word(root?.kind ?? 'no root');
    switch (root?.kind) {
      case 'reduce':
        this.#word(root.op);
        this.#list(root.lengths);
        this.#expression(root.body);
        break;
      case 'matmul':
        this.#matrix(root.a);
        this.#matrix(root.b);
        break;
      case 'scatter':
        this.#key.push(root.rows, root.width, root.indices.elements);
        this.#buffer(root.indices);
        this.#buffer(root.updates);
        break;
      case 'unwindow':
        this.#list(root.lengths);
        this.#expression(root.body);
        this.#view(root.view);
    }
    if (root) this.#word(root.dtype);
    for (let at = 0; at < stores.length; at++) {
      const { buffer, value, view } = stores[at] as Store;
      this.#buffer(buffer);
      this.#expression(value);
      if (view) this.#view(view);
      else this.#word('dense');
    }
    return this.#key;
  }

  #expression(expression: Expression): void {
    const known = this.#expressions.get(expression);
    this.#key.push(known ?? -1);
    if (known !== undefined) return;
    this.#expressions.set(expression, this.#expressions.size);
    this.#word(expression.kind);
    this.#word(expression.dtype);
    switch (expression.kind) {
      case 'constant':
        this.#key.push(expression.value);
        break;
      case 'apply':
        this.#word(expression.op);
        this.#key.push(expression.inputs.length);
        for (let at = 0; at < expression.inputs.length; at++)
          this.#expression(expression.inputs[at] as Expression);
        break;
      case 'load':
        this.#buffer(expression.buffer);
        this.#view(expression.view);
        break;
      case 'index':
        this.#view(expression.view);
        break;
      case 'random':
        this.#view(expression.view);
        this.#buffer(expression.key);
        this.#buffer(expression.stream);
        break;
      case 'row':
        this.#buffer(expression.buffer);
        this.#view(expression.view);
        this.#buffer(expression.index.buffer);
        this.#view(expression.index.view);
        this.#key.push(expression.rows, expression.rowStride);
    }
  }

  #matrix({ buffer, view, batches, rows }: Matrix): void {
    this.#buffer(buffer);
    this.#view(view);
    this.#key.push(batches, rows);
  }

  #view({ shape, strides, offset, valid }: View): void {
    this.#list(shape);
    const key = this.#key;
    for (let axis = 0; axis < shape.length; axis++) {
      const range = valid[axis];
      key.push(strides[axis] ?? 0, range?.low ?? 0, range?.high ?? 0);
    }
    key.push(offset);
  }

  #buffer(buffer: Buffer): void {
    this.#key.push(this.#buffers.indexOf(buffer));
    this.#word(buffer.dtype);
  }

  #list(numbers: readonly number[]): void {
    this.#key.push(numbers.length);
    for (let at = 0; at < numbers.length; at++) this.#key.push(numbers[at] ?? 0);
  }

  #word(word: string): void {
    let number = this.#words.get(word);
    if (number === undefined) {
      number = this.#words.size;
      this.#words.set(word, number);
    }
    this.#key.push(number);
  }
}
