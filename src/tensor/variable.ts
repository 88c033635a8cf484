import type { Executable } from '../compile/backend.ts';
import { type Dtype, isFloating } from '../graph/dtypes.ts';
import { ShapeError } from '../graph/errors.ts';
import { input } from '../graph/graph.ts';
import type { NDArray, Shape } from '../graph/ndarray.ts';
import type { Node } from '../graph/ops.ts';
import { sameShape, typeText } from '../graph/shapes.ts';
import { readingAs } from './autocast.ts';
import { leafOf } from './runtime.ts';
import { Tensor, type TensorLike, tensor } from './tensor.ts';
import { assigningTrace, currentTrace } from './trace.ts';

/**
 * A value that changes: a weight, a counter, a moving average. Between runs its numbers live where they were
 * written last, on the host or in a program's arena, and move only when something else asks for them.
 */
export class Variable {
  name: string;
  trainable: boolean;
  /** Stands for the variable in compiled graphs. */
  readonly node: Node;
  #value: NDArray | undefined;
  #holder: Executable | undefined;

  constructor(value: TensorLike, options: { name?: string; trainable?: boolean } = {}) {
    this.#value = tensor(value).value();
    this.name = options.name ?? 'variable';
    this.trainable = options.trainable ?? true;
    this.node = input(this.#value.dtype, this.#value.shape, this.name);
  }

  get shape(): Shape {
    return this.node.shape;
  }

  get dtype(): Dtype {
    return this.node.dtype;
  }

  /** The variable as a tensor: inside of `compile` and `grad` the variable itself, else the value it has now. Cast, inside of `autocast`. */
  read(): Tensor {
    const trace = currentTrace();
    const read = trace ? new Tensor(trace.nodeOf(this), true) : new Tensor(leafOf(this.value()));
    const dtype = readingAs();
    return dtype && isFloating(this.dtype) ? read.cast(dtype) : read;
  }

  /** The numbers it holds now. Shared: do not write to them. */
  value(): NDArray {
    this.#value ??= this.#holder?.read(this.node);
    return this.#value as NDArray;
  }

  /** A copy of the numbers it holds now. @param into an earlier copy, to be overwritten */
  copy(into?: NDArray): NDArray {
    if (!this.#value && this.#holder) return this.#holder.read(this.node, into);
    const { dtype, shape, data } = this.value();
    if (!into) return { dtype, shape, data: data.slice() };
    into.data.set(data);
    return into;
  }

  /**
   * Gives it another value of the same shape and dtype; inside of `compile`, at the end of the step.
   *
   * @throws ShapeError when shape or dtype differ
   */
  assign(value: TensorLike): void {
    const next = tensor(value, { dtype: this.dtype });
    if (next.dtype !== this.dtype || !sameShape(next.shape, this.shape)) {
      throw new ShapeError({
        asked: `assignment to "${this.name}"`,
        expected: typeText(this.node),
        received: typeText(next.node),
      });
    }
    const trace = assigningTrace();
    if (trace?.assign) {
      trace.assign(this, next);
      return;
    }
    this.#value = next.value();
    this.#holder = undefined;
  }

  /** Brings its numbers into a program, unless they are there. */
  bringTo(program: Executable): void {
    if (this.#holder === program) return;
    program.write(this.node, this.value());
    this.#holder = program;
  }

  /** Says that a run of `program` changed it there. */
  changedIn(program: Executable): void {
    this.#holder = program;
    this.#value = undefined;
  }
}

export function variable(value: TensorLike, options: { name?: string; trainable?: boolean } = {}): Variable {
  return new Variable(value, options);
}
