import * as f from '../../../tensor/functions.ts';
import { convolve, transposedConvolve } from '../../../tensor/nn/convolution.ts';
import { extentOf, type Margins, padWith } from '../../../tensor/nn/windowing.ts';
import type { Tensor } from '../../../tensor/tensor.ts';
import type { OperatorCall, OperatorTable } from './call.ts';
import { bounded } from './shaping.ts';

/** Operators of windows over [batch, channels, …spatial]. */
export const SLIDING_OPERATORS: OperatorTable = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool(call) {
    if (call.outputs > 1) throw call.refusal('one output', `${call.outputs}`);
    return pooled(call, f.max, Number.NEGATIVE_INFINITY);
  },
  AveragePool: averages,
  GlobalAveragePool: (call) => f.mean(call.input(0), spatialAxes(call.input(0)), true),
  GlobalMaxPool: (call) => f.max(call.input(0), spatialAxes(call.input(0)), true),
};

const spatialAxes = ({ shape }: Tensor): number[] => shape.slice(2).map((_, i) => i + 2);

/** [batch, channels, …spatial] → [batch, …spatial, channels] */
export const channelsLast = (x: Tensor): Tensor => x.transpose([0, ...spatialAxes(x), 1]);
/** [batch, …spatial, channels] → [batch, channels, …spatial] */
export const channelsFirst = (x: Tensor): Tensor =>
  x.transpose([0, x.shape.length - 1, ...x.shape.slice(2).map((_, i) => i + 1)]);

/** How windows slide, and what lies around the data for them. */
interface Sliding {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly margins: readonly Margins[];
}

function slidingOf(call: OperatorCall, x: Tensor, size: readonly number[]): Sliding {
  const lengths = x.shape.slice(2);
  const perAxis = (name: string) => {
    const numbers = call.ints(name) ?? size.map(() => 1);
    const fits = numbers.length === lengths.length && numbers.every((n) => n >= 1);
    if (!fits) throw call.refusal(`${lengths.length} numbers from 1 for ${name}`, `[${numbers.join(', ')}]`);
    return numbers;
  };
  if (size.length !== lengths.length || size.length < 1 || size.some((n) => n < 1)) {
    throw call.refusal(`windows over ${lengths.length} axes`, `[${size.join(', ')}]`);
  }
  const [strides, dilations] = [perAxis('strides'), perAxis('dilations')];
  const margins = lengths.map((length, i) => {
    const extent = extentOf(size[i] ?? 1, dilations[i] ?? 1);
    return marginsOf(call, length, extent, strides[i] ?? 1, i, lengths.length);
  });
  bounded(
    call,
    lengths.map((length, i) => length + (margins[i]?.before ?? 0) + (margins[i]?.after ?? 0)),
  );
  return { size, strides, dilations, margins };
}

function marginsOf(
  call: OperatorCall,
  length: number,
  extent: number,
  stride: number,
  axis: number,
  rank: number,
): Margins {
  const automatic = call.text('auto_pad', 'NOTSET');
  if (automatic === 'VALID') return { before: 0, after: 0 };
  if (automatic.startsWith('SAME')) {
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + extent - length, 0);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return automatic === 'SAME_LOWER' ? { before: more, after: less } : { before: less, after: more };
  }
  const pads = call.ints('pads') ?? [];
  const [before = 0, after = 0] = [pads[axis], pads[axis + rank]];
  if (before < 0 || after < 0) throw call.refusal('pads of at least 0', `[${pads.join(', ')}]`);
  return { before, after };
}

const around = (margins: readonly Margins[]): Margins[] => {
  const none = { before: 0, after: 0 };
  return [none, ...margins, none];
};

function convolution(call: OperatorCall): Tensor {
  const [x, weights, bias] = [call.input(0), call.input(1), call.optional(2)];
  // [filters, channels / groups, …size] → […size, channels / groups, filters]
  const size = weights.shape.slice(2);
  const kernel = weights.transpose([...size.map((_, i) => i + 2), 1, 0]);
  const { strides, dilations, margins } = slidingOf(call, x, size);
  const groups = call.int('group', 1);
  const [channels = 0, filters = 0] = [x.shape[1], weights.shape[0]];
  if (groups < 1 || channels !== (weights.shape[1] ?? 0) * groups || filters % groups !== 0) {
    throw call.refusal(
      `weights for ${channels} channels in ${groups} groups`,
      `[${weights.shape.join(', ')}]`,
    );
  }
  const image = padWith(channelsLast(x), around(margins));
  const result = convolve(image, kernel, { strides, dilations, padding: 'valid' }, groups);
  return channelsFirst(bias ? f.add(result, bias) : result);
}

/** The whole of what the windows reach, of which the pads are cut off. */
function transposedConvolution(call: OperatorCall): Tensor {
  const [x, weights, bias] = [call.input(0), call.input(1), call.optional(2)];
  if (call.text('auto_pad', 'NOTSET') !== 'NOTSET' || call.has('output_shape')) {
    throw call.refusal('pads given as numbers', 'a shape or rule for them');
  }
  const size = weights.shape.slice(2);
  const { strides, dilations, margins } = slidingOf(call, x, size);
  const groups = call.int('group', 1);
  if (groups !== 1) throw call.refusal('one group', `${groups}`);
  // [channels, filters, …size] → […size, filters, channels]
  const kernel = weights.transpose([...size.map((_, i) => i + 2), 1, 0]);
  const none = size.map(() => 0);
  const whole = transposedConvolve(channelsLast(x), kernel, {
    strides,
    dilations,
    padding: 'valid',
    outputPadding: none,
  });
  const extra = call.ints('output_padding') ?? none;
  const grown = padWith(whole, around(extra.map((after) => ({ before: 0, after }))));
  const start = [0, ...margins.map(({ before }) => before), 0];
  const lengths = grown.shape.slice(1, -1).map((length, i) => {
    const { before, after } = margins[i] as Margins;
    return Math.max(length - before - after, 0);
  });
  const result = f.slice(grown, start, [grown.shape[0] ?? 1, ...lengths, grown.shape.at(-1) ?? 1]);
  return channelsFirst(bias ? f.add(result, bias) : result);
}

/** Room for one window more at the end, where the last would reach beyond it. */
function roundedUp(call: OperatorCall, x: Tensor, sliding: Sliding): Sliding {
  if (call.int('ceil_mode', 0) === 0) return sliding;
  const margins = sliding.margins.map(({ before, after }, i) => {
    const [stride, length] = [sliding.strides[i] ?? 1, x.shape[i + 2] ?? 1];
    const extent = extentOf(sliding.size[i] ?? 1, sliding.dilations[i] ?? 1);
    const last = Math.ceil((before + length + after - extent) / stride);
    // The last window must begin inside of the data.
    const count = last * stride >= before + length ? last : last + 1;
    return { before, after: Math.max((count - 1) * stride + extent - before - length, after) };
  });
  return { ...sliding, margins };
}

type Combine = (x: Tensor, axes: readonly number[]) => Tensor;

function pooled(call: OperatorCall, combine: Combine, outside: number, given?: Tensor): Tensor {
  const x = given ?? call.input(0);
  const sliding = roundedUp(call, x, slidingOf(call, x, call.ints('kernel_shape') ?? []));
  return windowsOf(x, sliding, combine, outside);
}

function windowsOf(
  x: Tensor,
  { size, strides, dilations, margins }: Sliding,
  combine: Combine,
  outside: number,
): Tensor {
  const image = padWith(channelsLast(x), around(margins), outside);
  const axes = size.map((_, i) => i + 1);
  const seen = f.windows(image, { axes, size, strides, dilations });
  return channelsFirst(
    combine(
      seen,
      axes.map((axis) => axis + size.length),
    ),
  );
}

/** Zeros around count, or do not; what lies beyond them never does. */
function averages(call: OperatorCall): Tensor {
  const x = call.input(0);
  const plain = slidingOf(call, x, call.ints('kernel_shape') ?? []);
  const sliding = roundedUp(call, x, plain);
  const ones = f.ones([1, 1, ...x.shape.slice(2)], x.dtype);
  const counted =
    call.int('count_include_pad', 0) === 0
      ? ones
      : channelsFirst(padWith(channelsLast(ones), around(plain.margins), 1));
  const rest = counted === ones ? sliding.margins : beyond(sliding.margins, plain.margins);
  const counts = windowsOf(counted, { ...sliding, margins: rest }, f.sum, 0);
  return f.div(windowsOf(x, sliding, f.sum, 0), counts);
}

const beyond = (whole: readonly Margins[], inner: readonly Margins[]): Margins[] =>
  whole.map(({ after }, i) => ({ before: 0, after: after - (inner[i]?.after ?? 0) }));
