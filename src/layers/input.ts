import type { Dtype } from '../graph/dtypes.ts';
import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer } from './layer.ts';
import { BATCHES, type SymbolicTensor } from './symbolic.ts';

export interface InputOptions {
  readonly name?: string;
  /** float32 by default; int32 for the numbers of tokens that an embedding takes; `string` for a `stringLookup`. */
  readonly dtype?: Dtype | 'string';
  /** The number of examples in every batch, where it must be fixed. */
  readonly batchSize?: number;
}

/** Where a model begins. */
export class InputLayer extends Layer {
  readonly className = 'InputLayer';
  override readonly takesAnyDtype = true;
  override readonly supportsMasking = true;
  readonly dtype: Dtype;
  /** Whether it takes texts, which tensors hold as numbers that stand for them. */
  readonly takesTexts: boolean;
  readonly batchSize: number | null;

  constructor(shape: Shape, { name = '', dtype = 'float32', batchSize }: InputOptions) {
    super({ name });
    if (shape.some((length) => !Number.isInteger(length) || length < 1)) {
      throw new ArgumentError({
        asked: 'input',
        expected: 'the lengths of the axes of one example, each a whole number of at least 1',
        received: `[${shape.map(String).join(', ')}]`,
        fix: 'Leave the batch out, and give every other axis its length: pad sequences to one by padSequences.',
      });
    }
    this.takesTexts = dtype === 'string';
    this.dtype = dtype === 'string' ? 'int32' : dtype;
    this.batchSize = batchSize ?? null;
    this.build(shape);
    const batches = batchSize === undefined ? BATCHES : ([batchSize, batchSize] as const);
    this.addCall([], {}, [{ dtype: this.dtype, shape }], batches);
  }

  protected setUp(inputShape: Shape): Shape {
    return inputShape;
  }

  call(x: Tensor): Tensor {
    return x;
  }

  config() {
    return {
      batchShape: [this.batchSize, ...this.inputShape],
      dtype: this.takesTexts ? 'string' : this.dtype,
    };
  }
}

/**
 * Where a model begins: the shape of one example, without the batch. Layers are called on it —
 * `dense(10)(input([28, 28]))` — or it is put first in `sequential([input([4]), …])`.
 */
export function input(shape: Shape, options?: InputOptions): SymbolicTensor;
export function input(options: InputOptions & { readonly shape: Shape }): SymbolicTensor;
export function input(
  given: Shape | (InputOptions & { readonly shape: Shape }),
  options: InputOptions = {},
): SymbolicTensor {
  return 'shape' in given ? new InputLayer(given.shape, given).output : new InputLayer(given, options).output;
}
