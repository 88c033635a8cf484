import { ArgumentError } from '../graph/errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Layer } from './layer.ts';
import type { Drawn } from './seedGenerator.ts';
import { type CallSettings, type LayerCall, SymbolicTensor } from './symbolic.ts';

/** A mask says of each time step of each example whether it counts: bool [batch, time]. */
export type Mask = Tensor | undefined;

/** What a layer is told besides its inputs. */
export interface CallContext {
  /** Whether the model is being trained: dropout drops. */
  readonly training: boolean;
  /** The number of the training step, uint32[]: gives each step other random numbers. */
  readonly step?: Tensor;
  /** What was drawn in this step so far: gives each call of a layer other random numbers. */
  readonly drawn?: Drawn;
  /** The mask of the first input. */
  readonly mask?: Mask;
  /** The mask of each input, where there are several. */
  readonly masks?: readonly Mask[];
  /** The name each input was given by, '' for those given by position: `mha(q, v, { attentionMask })`. */
  readonly inputNames?: readonly string[];
  /** What was given besides tensors: `mha(q, v, { useCausalMask: true })`. */
  readonly settings?: CallSettings;
  /** Adds one number to what training makes small; absent where nothing is trained. */
  readonly addLoss?: (loss: Tensor) => void;
  /** Is told of each layer that was applied, innermost first. */
  readonly onApplied?: (layer: Layer, inputs: readonly Tensor[], outputs: readonly Tensor[]) => void;
}

/** How a layer was called, known before there are numbers. */
export type CallSite = Pick<CallContext, 'inputNames' | 'settings'>;

/** What comes out of a layer. */
export interface Applied {
  readonly outputs: readonly Tensor[];
  readonly masks: readonly Mask[];
}

/** Arguments of a symbolic call by name: further inputs, and settings. */
export type CallArguments = Readonly<
  Record<string, SymbolicTensor | readonly SymbolicTensor[] | CallSettings[string] | undefined>
>;
type SymbolicInput = SymbolicTensor | readonly SymbolicTensor[];

/** How layers are called. */
export interface LayerFunction {
  /** On symbolic tensors: adds the layer to a graph. Layers of several outputs return a list of them. */
  (...inputs: readonly SymbolicInput[]): SymbolicTensor;
  (first: SymbolicInput, ...rest: readonly (SymbolicInput | CallArguments)[]): SymbolicTensor;
  /** On tensors: computes. */
  (inputs: Tensor | readonly Tensor[], context?: CallContext): Tensor;
}

/** A layer whose call returns a list: `const [x, h, c] = lstm(8, { returnState: true })(sequence)`. */
export interface LayerWithOutputs<Outputs extends readonly SymbolicTensor[]> extends Layer {
  (first: SymbolicInput, ...rest: readonly (SymbolicInput | CallArguments)[]): Outputs;
  (inputs: Tensor | readonly Tensor[], context?: CallContext): { [K in keyof Outputs]: Tensor };
}

/** The same layer, typed by the outputs its maker knows it to have. */
export function withOutputs<Outputs extends readonly SymbolicTensor[]>(
  layer: Layer,
): LayerWithOutputs<Outputs> {
  return layer as LayerWithOutputs<Outputs>;
}

/**
 * What a layer was called on: tensors by position, then those by name; the rest are settings.
 *
 * @param asked the layer, for messages
 */
export function callArgumentsOf(
  asked: string,
  given: readonly unknown[],
): Pick<LayerCall, 'inputs' | 'inputNames' | 'settings'> {
  const inputs: SymbolicTensor[] = [];
  const inputNames: string[] = [];
  const settings: Record<string, CallSettings[string]> = {};
  const take = (value: unknown, name: string): boolean => {
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((x) => x instanceof SymbolicTensor)) return false;
    inputs.push(...list);
    inputNames.push(...list.map(() => name));
    return true;
  };
  for (const value of given) {
    if (take(value, '')) continue;
    const record = value as CallArguments | null;
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new ArgumentError({
        asked: `call of ${asked}`,
        expected: 'symbolic tensors, as input(shape) makes them, or tensors',
        received: `${value}`,
      });
    }
    for (const [name, value] of Object.entries(record)) {
      if (value === undefined || take(value, name)) continue;
      settings[name] = value as CallSettings[string];
    }
  }
  return { inputs, inputNames, settings };
}
