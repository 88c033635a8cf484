import { ArgumentError } from '../graph/errors.ts';
import type { Shape } from '../graph/ndarray.ts';
import { add, logicalAnd, matmul, mul, tanh, where } from '../tensor/functions.ts';
import { attend, causalMask } from '../tensor/nn/attention.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { oneOf } from './arguments.ts';
import { type CallContext, type Layer, LayerOfSeveral, type LayerOptions, type Mask } from './layer.ts';
import { dropout } from './noise.ts';
import type { SeedGenerator } from './seedGenerator.ts';

export interface AdditiveAttentionOptions extends LayerOptions {
  /** Whether scores have a factor that is learnt. */
  readonly useScale?: boolean;
  /** The share of attention dropped while training; 0 by default. */
  readonly dropout?: number;
  readonly seed?: number;
}

export interface AttentionOptions extends AdditiveAttentionOptions {
  /** How a query and a key are compared: their product (dot, the default), or Σ tanh of their sum (concat). */
  readonly scoreMode?: 'dot' | 'concat';
}

/** Values weighted by how queries and keys compare; called on [query, value] or [query, value, key]. */
abstract class Attending extends LayerOfSeveral {
  protected readonly useScale: boolean;
  readonly #rate: number;
  readonly #seed: number | undefined;
  readonly #dropout: Layer | undefined;

  constructor({ dropout: rate = 0, seed, ...options }: AdditiveAttentionOptions, useScale: boolean) {
    super(options);
    this.useScale = options.useScale ?? useScale;
    this.#rate = rate;
    this.#seed = seed;
    if (rate > 0) this.#dropout = dropout(rate, seed === undefined ? {} : { seed });
  }

  override get seedGenerators(): readonly SeedGenerator[] {
    return this.#dropout?.seedGenerators ?? [];
  }

  protected setUpMany(inputShapes: readonly Shape[]): undefined {
    const [query, value] = inputShapes;
    if (!query || !value || inputShapes.length > 3) {
      throw new ArgumentError({
        asked: `layer "${this.name || this.className}"`,
        expected: '[query, value] or [query, value, key]',
        received: `${inputShapes.length} inputs`,
      });
    }
    for (const shape of inputShapes) {
      if (shape.length !== 2) throw this.misfit('inputs of [batch, steps, features]', shape);
    }
    const key = inputShapes[2] ?? value;
    if (key[1] !== query[1]) throw this.misfit(`keys as long as the queries, ${query[1]}`, key);
    this.addWeights(query[1] ?? 1);
    return undefined;
  }

  protected abstract addWeights(features: number): void;
  /** [batch, queries, keys] */
  protected abstract scoresOf(query: Tensor, key: Tensor): Tensor;

  callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const [query, value, key = value] = inputs as readonly [Tensor, Tensor, Tensor | undefined];
    const logits = this.scoresOf(query, key);
    const [batch = 1, queries = 1, keys = 1] = logits.shape;
    const { masks: [queryMask, valueMask] = [], settings } = context;
    const seen = valueMask?.reshape([batch, 1, keys]);
    const causal = settings?.useCausalMask ? causalMask(queries, keys) : undefined;
    const mask = seen && causal ? logicalAnd(seen, causal) : (seen ?? causal);
    const drop = this.#dropout;
    const inner = { ...context, mask: undefined, masks: [] };
    const { output, scores } = attend(logits, value, {
      mask,
      ...(drop && { drop: (weights: Tensor) => drop.apply([weights], inner).outputs[0] as Tensor }),
    });
    const shown = queryMask ? where(queryMask.reshape([batch, queries, 1]), output, 0) : output;
    return settings?.returnAttentionScores ? [shown, scores] : [shown];
  }

  /** The mask of the queries. */
  protected override outputMasks(
    _: readonly Tensor[],
    outputs: readonly Tensor[],
    { mask }: CallContext,
  ): Mask[] {
    return outputs.map((__, i) => (i === 0 ? mask : undefined));
  }

  config(): Record<string, unknown> {
    return { useScale: this.useScale, dropout: this.#rate, seed: this.#seed ?? null };
  }
}

class Attention extends Attending {
  readonly className = 'Attention';
  readonly #scoreMode: 'dot' | 'concat';
  #scale: Variable | undefined;
  #concatWeight: Variable | undefined;

  constructor({ scoreMode = 'dot', ...options }: AttentionOptions) {
    super(options, false);
    this.#scoreMode = oneOf('Attention', 'scoreMode', scoreMode, ['dot', 'concat']);
  }

  protected addWeights(): void {
    if (this.useScale) this.#scale = this.addWeight('scale', [], { initializer: 'ones' });
    if (this.#scoreMode === 'concat') {
      this.#concatWeight = this.addWeight('concat_score_weight', [], { initializer: 'ones' });
    }
  }

  protected scoresOf(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor) => (this.#scale ? mul(x, this.#scale.read()) : x);
    if (!this.#concatWeight) return scaled(matmul(query, key.transpose()));
    return mul(tanh(scaled(everyPair(query, key))).sum(-1), this.#concatWeight.read());
  }

  override config() {
    return { ...super.config(), scoreMode: this.#scoreMode };
  }
}

class AdditiveAttention extends Attending {
  readonly className = 'AdditiveAttention';
  #scale: Variable | undefined;

  constructor(options: AdditiveAttentionOptions) {
    super(options, true);
  }

  protected addWeights(features: number): void {
    if (this.useScale) this.#scale = this.addWeight('scale', [features]);
  }

  protected scoresOf(query: Tensor, key: Tensor): Tensor {
    const compared = tanh(everyPair(query, key));
    return (this.#scale ? mul(compared, this.#scale.read()) : compared).sum(-1);
  }
}

/** The sum of every query and every key: [batch, queries, keys, features]. */
function everyPair(query: Tensor, key: Tensor): Tensor {
  const [batch = 1, queries = 1, features = 1] = query.shape;
  return add(
    query.reshape([batch, queries, 1, features]),
    key.reshape([batch, 1, key.shape[1] ?? 1, features]),
  );
}

/**
 * softmax(Q·Kᵀ)·V, called on [query, value] or [query, value, key].
 *
 * @param options.useScale whether scores have a factor that is learnt; false by default
 * @param options.scoreMode dot (the default) or concat
 *
 * Input shape: [batch, queries, features], [batch, keys, …] and maybe [batch, keys, features]. Output shape:
 * [batch, queries, features of the values].
 *
 * @see Luong et al., "Effective approaches to attention-based neural machine translation", 2015; Keras `Attention`
 */
export function attention(options: AttentionOptions = {}): Layer {
  return new Attention(options);
}

/**
 * softmax(Σ scale·tanh(Q + K))·V, called on [query, value] or [query, value, key].
 *
 * @param options.useScale whether each feature has a factor that is learnt; true by default
 *
 * Input shape: [batch, queries, features], [batch, keys, …] and maybe [batch, keys, features]. Output shape:
 * [batch, queries, features of the values].
 *
 * @see Bahdanau et al., "Neural machine translation by jointly learning to align and translate", 2015; Keras `AdditiveAttention`
 */
export function additiveAttention(options: AdditiveAttentionOptions = {}): Layer {
  return new AdditiveAttention(options);
}
