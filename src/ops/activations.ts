/** The activations with their arguments by place, as `keras.ops` has them. */
import * as activations from '../layers/activationFunctions.ts';
import { operation } from '../layers/operation.ts';
import type { Tensor, TensorLike } from '../tensor/tensor.ts';
import { floating } from './promotion.ts';

/** max(x, 0). @see Keras `keras.ops.relu` */
export const relu = operation('nn.Relu', 'x', (x: TensorLike): Tensor => activations.relu(floating(x)));
/** min(max(x, 0), 6). @see Keras `keras.ops.relu6` */
export const relu6 = operation('nn.Relu6', 'x', (x: TensorLike): Tensor => activations.relu6(floating(x)));
/** x where it is positive, negativeSlope·x where it is not; 0.2 by default. @see Keras `keras.ops.leaky_relu` */
export const leakyRelu = operation(
  'nn.LeakyRelu',
  'x negativeSlope=',
  (x: TensorLike, negativeSlope = 0.2): Tensor => activations.leakyRelu(floating(x), { negativeSlope }),
);
/** x where it is positive, α·(eˣ − 1) where it is not; α = 1 by default. @see Keras `keras.ops.elu` */
export const elu = operation(
  'nn.Elu',
  'x alpha=',
  (x: TensorLike, alpha = 1): Tensor => activations.elu(floating(x), { alpha }),
);
/** 1.0507·elu(x) with α = 1.6733. @see Keras `keras.ops.selu` */
export const selu = operation('nn.Selu', 'x', (x: TensorLike): Tensor => activations.selu(floating(x)));
/** max(x, 0) + min(α·(e^(x/α) − 1), 0); α = 1 by default. @see Keras `keras.ops.celu` */
export const celu = operation(
  'nn.Celu',
  'x alpha=',
  (x: TensorLike, alpha = 1): Tensor => activations.celu(floating(x), { alpha }),
);
/** x·Φ(x); by tanh unless `approximate`, true here by default, is false. @see Keras `keras.ops.gelu` */
export const gelu = operation(
  'nn.Gelu',
  'x approximate=',
  (x: TensorLike, approximate = true): Tensor => activations.gelu(floating(x), { approximate }),
);
/** Halves a and b along an axis, the last by default: a·σ(b). @see Keras `keras.ops.glu` */
export const glu = operation(
  'nn.Glu',
  'x axis=',
  (x: TensorLike, axis = -1): Tensor => activations.glu(floating(x), { axis }),
);
/** 1/(1 + e⁻ˣ). @see Keras `keras.ops.sigmoid` */
export const sigmoid = operation(
  'nn.Sigmoid',
  'x',
  (x: TensorLike): Tensor => activations.sigmoid(floating(x)),
);
/** log(1/(1 + e⁻ˣ)). @see Keras `keras.ops.log_sigmoid` */
export const logSigmoid = operation(
  'nn.LogSigmoid',
  'x',
  (x: TensorLike): Tensor => activations.logSigmoid(floating(x)),
);
/** min(max(x + 3, 0), 6)/6. @see Keras `keras.ops.hard_sigmoid` */
export const hardSigmoid = operation(
  'nn.HardSigmoid',
  'x',
  (x: TensorLike): Tensor => activations.hardSigmoid(floating(x)),
);
/** x·σ(x). @see Keras `keras.ops.silu` */
export const silu = operation('nn.Silu', 'x', (x: TensorLike): Tensor => activations.silu(floating(x)));
/** x·hardSigmoid(x). @see Keras `keras.ops.hard_silu` */
export const hardSilu = operation(
  'nn.HardSilu',
  'x',
  (x: TensorLike): Tensor => activations.hardSilu(floating(x)),
);
/** min(max(x, −1), 1). @see Keras `keras.ops.hard_tanh` */
export const hardTanh = operation(
  'nn.HardTanh',
  'x',
  (x: TensorLike): Tensor => activations.hardTanh(floating(x)),
);
/** x − tanh x. @see Keras `keras.ops.tanh_shrink` */
export const tanhShrink = operation(
  'nn.TanhShrink',
  'x',
  (x: TensorLike): Tensor => activations.tanhShrink(floating(x)),
);
/** x where |x| is above the threshold, 0.5 by default, else 0. @see Keras `keras.ops.hard_shrink` */
export const hardShrink = operation(
  'nn.HardShrink',
  'x threshold=',
  (x: TensorLike, threshold = 0.5): Tensor => activations.hardShrink(floating(x), { threshold }),
);
/** x moved towards 0 by the threshold, 0.5 by default. @see Keras `keras.ops.soft_shrink` */
export const softShrink = operation(
  'nn.SoftShrink',
  'x threshold=',
  (x: TensorLike, threshold = 0.5): Tensor => activations.softShrink(floating(x), { threshold }),
);
/** x above a threshold, else another value. @see Keras `keras.ops.threshold` */
export const threshold = operation(
  'nn.Threshold',
  'x threshold= defaultValue=',
  (x: TensorLike, from: number, defaultValue: number): Tensor =>
    activations.threshold(floating(x), { threshold: from, defaultValue }),
);
/** log(1 + eˣ), without overflow. @see Keras `keras.ops.softplus` */
export const softplus = operation(
  'nn.Softplus',
  'x',
  (x: TensorLike): Tensor => activations.softplus(floating(x)),
);
/** x/(1 + |x|). @see Keras `keras.ops.softsign` */
export const softsign = operation(
  'nn.Softsign',
  'x',
  (x: TensorLike): Tensor => activations.softsign(floating(x)),
);
/** (x + √(x² + b))/2; b = 4 by default. @see Keras `keras.ops.squareplus` */
export const squareplus = operation(
  'nn.Squareplus',
  'x b=',
  (x: TensorLike, b = 4): Tensor => activations.squareplus(floating(x), { b }),
);
/** 0 up to −1, (x + 1)²/4 up to 1, and x above. @see Keras `keras.ops.sparse_plus` */
export const sparsePlus = operation(
  'nn.SparsePlus',
  'x',
  (x: TensorLike): Tensor => activations.sparsePlus(floating(x)),
);
/** eˣ/Σeˣ along an axis, the last by default. @see Keras `keras.ops.softmax` */
export const softmax = operation(
  'nn.Softmax',
  'x axis=',
  (x: TensorLike, axis = -1): Tensor => activations.softmax(floating(x), { axis }),
);
/** log softmax(x), accurate where softmax is almost 0. @see Keras `keras.ops.log_softmax` */
export const logSoftmax = operation(
  'nn.LogSoftmax',
  'x axis=',
  (x: TensorLike, axis = -1): Tensor => activations.logSoftmax(floating(x), { axis }),
);
