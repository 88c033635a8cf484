import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { logicalAnd } from '../tensor/functions.ts';
import { causalMask, dotProductAttention } from '../tensor/nn/attention.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { wholeNumber } from './arguments.ts';
import { EinsumDense } from './einsumDense.ts';
import {
  type CallContext,
  type CallSite,
  type Layer,
  LayerOfSeveral,
  type LayerOptions,
  type Mask,
} from './layer.ts';
import { dropout } from './noise.ts';
import type { SeedGenerator } from './seedGenerator.ts';
import { type Terms, termsOf, type WeightTerms } from './terms.ts';

export interface MultiHeadAttentionOptions extends LayerOptions, WeightTerms<'kernel' | 'bias'> {
  /** The length of each head's values; that of its keys by default. */
  readonly valueDim?: number | null;
  /** The share of attention dropped while training; 0 by default. */
  readonly dropout?: number;
  /** true by default. */
  readonly useBias?: boolean;
  /** The length of an output; that of a query by default. */
  readonly outputShape?: number | readonly number[] | null;
  readonly seed?: number;
}

/** The place of each input; −1 for a mask that is not given. */
interface Places {
  readonly query: number;
  readonly value: number;
  readonly key: number;
  readonly attentionMask: number;
}

class MultiHeadAttention extends LayerOfSeveral {
  readonly className = 'MultiHeadAttention';
  readonly #numHeads: number;
  readonly #keyDim: number;
  readonly #valueDim: number;
  readonly #outputDim: number | undefined;
  readonly #options: MultiHeadAttentionOptions;
  readonly #kernelTerms: Terms;
  readonly #biasTerms: Terms;
  readonly #dropout: Layer | undefined;
  #query: Layer | undefined;
  #key: Layer | undefined;
  #value: Layer | undefined;
  #output: Layer | undefined;

  constructor(numHeads: number, keyDim: number, options: MultiHeadAttentionOptions) {
    super(options);
    const { valueDim, outputShape, dropout: rate = 0, seed } = options;
    this.#numHeads = wholeNumber('MultiHeadAttention', 'numHeads', numHeads);
    this.#keyDim = wholeNumber('MultiHeadAttention', 'keyDim', keyDim);
    this.#valueDim = wholeNumber('MultiHeadAttention', 'valueDim', valueDim ?? keyDim);
    const [length, ...more] = typeof outputShape === 'number' ? [outputShape] : (outputShape ?? []);
    if (more.length > 0) {
      throw new ArgumentError({
        asked: 'MultiHeadAttention',
        expected: 'an outputShape of one length',
        received: `[${[length, ...more].join(', ')}]`,
      });
    }
    this.#outputDim = length;
    this.#options = options;
    this.#kernelTerms = termsOf('kernel', options, 'glorotUniform');
    this.#biasTerms = termsOf('bias', options, 'zeros');
    if (rate > 0) this.#dropout = dropout(rate, seed === undefined ? {} : { seed });
  }

  override get seedGenerators(): readonly SeedGenerator[] {
    return this.#dropout?.seedGenerators ?? [];
  }

  protected setUpMany(inputShapes: readonly Shape[], { inputNames = [] }: CallSite): undefined {
    const places = this.#placesOf(inputShapes.length, inputNames);
    const [query, value, key] = [places.query, places.value, places.key].map(
      (at) => inputShapes[at] ?? [],
    ) as [Shape, Shape, Shape];
    for (const shape of [query, value, key]) {
      if (shape.length !== 2)
        throw this.misfit('queries, values and keys of [batch, steps, features]', shape);
    }
    if (key[0] !== value[0]) throw this.misfit(`as many keys as values, ${value[0]}`, key);
    const [heads, size] = [this.#numHeads, this.#keyDim];
    this.#query = this.#projection('query', query, heads, size);
    this.#key = this.#projection('key', key, heads, size);
    this.#value = this.#projection('value', value, heads, this.#valueDim);
    const features = this.#outputDim ?? query[1] ?? 1;
    this.#output = this.addLayer(
      'output_dense',
      this.#dense('attention_output', 'abcd,cde->abe', [null, features], 'e'),
    );
    this.#output.build([query[0] ?? 1, heads, this.#valueDim]);
    return undefined;
  }

  /** [batch, steps, features] → [batch, steps, heads, size]. */
  #projection(role: string, shape: Shape, heads: number, size: number): Layer {
    const layer = this.addLayer(
      `${role}_dense`,
      this.#dense(role, 'abc,cde->abde', [null, heads, size], 'de'),
    );
    layer.build(shape);
    return layer;
  }

  #dense(name: string, equation: string, outputShape: readonly (number | null)[], biasAxes: string): Layer {
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = this.#kernelTerms.config();
    const { biasInitializer, biasRegularizer, biasConstraint } = this.#biasTerms.config();
    const terms = {
      ...{ kernelInitializer, kernelRegularizer, kernelConstraint },
      ...{ biasInitializer, biasRegularizer, biasConstraint },
    } as WeightTerms<'kernel' | 'bias'>;
    const useBias = this.#options.useBias ?? true;
    return new EinsumDense(equation, { name, outputShape, biasAxes: useBias ? biasAxes : null, ...terms });
  }

  /** Which input is which: query, value and maybe key by position, others by name. */
  #placesOf(count: number, names: readonly string[]): Places {
    const unnamed = Array.from({ length: count }, (_, i) => i).filter((i) => (names[i] ?? '') === '');
    const placeOf = (name: string, position: number): number | undefined => {
      const at = names.indexOf(name);
      return unnamed[position] ?? (at < 0 ? undefined : at);
    };
    const [query, value] = [placeOf('query', 0), placeOf('value', 1)];
    if (query === undefined || value === undefined) {
      throw new ArgumentError({
        asked: `layer "${this.name || this.className}"`,
        expected: 'a query and a value, and maybe a key',
        received: `${count} inputs`,
        fix: 'For self-attention, give the same tensor twice: attention(x, x).',
      });
    }
    return { query, value, key: placeOf('key', 2) ?? value, attentionMask: names.indexOf('attentionMask') };
  }

  callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const places = this.#placesOf(inputs.length, context.inputNames ?? []);
    const [query, value, key] = [places.query, places.value, places.key].map((at) => inputs[at]) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const inner = { ...context, mask: undefined, masks: [], inputNames: [], settings: {} };
    // [batch, steps, …] → [batch, heads, steps, size]
    const heads = (layer: Layer | undefined, x: Tensor) => through(layer, x, inner).transpose([0, 2, 1, 3]);
    const drop = this.#dropout;
    const { output, scores } = dotProductAttention(
      heads(this.#query, query),
      heads(this.#key, key),
      heads(this.#value, value),
      {
        mask: this.#maskOf(inputs, places, context),
        ...(drop && { drop: (weights: Tensor) => through(drop, weights, inner) }),
      },
    );
    const attended = through(this.#output, output.transpose([0, 2, 1, 3]), inner);
    return context.settings?.returnAttentionScores ? [attended, scores] : [attended];
  }

  /** Where all conditions hold: the masks of the inputs, one given in the call, and causality. */
  #maskOf(inputs: readonly Tensor[], places: Places, { masks = [], settings }: CallContext): Mask {
    const [batch = 1, queries = 1] = inputs[places.query]?.shape ?? [];
    const keys = inputs[places.key]?.shape[1] ?? 1;
    const given = inputs[places.attentionMask];
    const conditions = [
      masks[places.query]?.reshape([batch, 1, queries, 1]),
      masks[places.value]?.reshape([batch, 1, 1, keys]),
      masks[places.key]?.reshape([batch, 1, 1, keys]),
      given && (given.shape.length === 4 ? given : given.reshape([-1, 1, queries, keys])).cast('bool'),
      settings?.useCausalMask ? causalMask(queries, keys).reshape([1, 1, queries, keys]) : undefined,
    ];
    const present = conditions.filter((mask): mask is Tensor => mask !== undefined);
    return present.length > 0 ? present.reduce(logicalAnd) : undefined;
  }

  /** The mask of the queries. */
  protected override outputMasks(
    _: readonly Tensor[],
    outputs: readonly Tensor[],
    { mask }: CallContext,
  ): Mask[] {
    return outputs.map((__, i) => (i === 0 ? mask : undefined));
  }

  config() {
    return {
      numHeads: this.#numHeads,
      keyDim: this.#keyDim,
      valueDim: this.#valueDim,
      dropout: this.#options.dropout ?? 0,
      useBias: this.#options.useBias ?? true,
      outputShape: this.#outputDim === undefined ? null : [this.#outputDim],
      attentionAxes: null,
      ...this.#kernelTerms.config(),
      ...this.#biasTerms.config(),
      activityRegularizer: this.activityRegularizer ?? null,
      seed: this.#options.seed ?? null,
    };
  }
}

function through(layer: Layer | undefined, x: Tensor, context: CallContext): Tensor {
  return (layer as Layer).apply([x], context).outputs[0] as Tensor;
}

/**
 * Attention with several heads: each projects queries, keys and values, takes softmax(Q·Kᵀ/√size)·V, and what all
 * heads found is projected to the output.
 *
 *     multiHeadAttention(4, 16)(x, x, { useCausalMask: true })
 *
 * @param numHeads how many heads
 * @param keyDim the length of each head's queries and keys
 * @param options.valueDim the length of each head's values; keyDim by default
 * @param options.outputShape the length of an output; that of a query by default
 *
 * Called on a query, a value, and maybe a key (the value by default), with, by name, `attentionMask` (true where a
 * query may see a key), `useCausalMask`, and `returnAttentionScores`.
 *
 * Input shape: query [batch, queries, features], value and key [batch, keys, …]. Output shape: [batch, queries, features];
 * with `returnAttentionScores`, the scores [batch, heads, queries, keys] after it.
 *
 * @see Vaswani et al., "Attention is all you need", 2017, section 3.2; Keras `MultiHeadAttention`
 */
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options: MultiHeadAttentionOptions = {},
): Layer {
  return new MultiHeadAttention(numHeads, keyDim, options);
}
