import type { Activation, ActivationName } from './activations.ts';
import { type Constraint, constraintOf } from './constraints.ts';
import { type Initializer, initializerOf } from './initializers.ts';
import type { WeightOptions } from './layer.ts';
import { type Regularizer, regularizerOf } from './regularizers.ts';

/** An activation by its name, or a function of a tensor; a model with functions cannot be saved. */
export type ActivationLike = ActivationName | Activation;

/** How weights of given names start, what is added to the loss for them, and what must hold of them. */
export type WeightTerms<Name extends string> = {
  readonly [K in `${Name}Initializer`]?: Initializer | string;
} & { readonly [K in `${Name}Regularizer`]?: Regularizer | string | null } & {
  readonly [K in `${Name}Constraint`]?: Constraint | string | null;
};

/** The terms of one weight, taken from the options of its layer. */
export interface Terms {
  /** As `addWeight` takes them. */
  readonly weight: WeightOptions;
  /** As `config` says them. */
  config(): Record<string, unknown>;
}

/**
 * The terms of the weight `name` among the options of a layer.
 *
 * @param initializer how it starts where the options do not say
 */
export function termsOf<Name extends string>(
  name: Name,
  options: WeightTerms<Name>,
  initializer: Initializer | string,
): Terms {
  const given = options as Readonly<Record<string, unknown>>;
  const start = (given[`${name}Initializer`] as Initializer | string | undefined) ?? initializer;
  const penalty = given[`${name}Regularizer`] as Regularizer | string | null | undefined;
  const bound = given[`${name}Constraint`] as Constraint | string | null | undefined;
  const regularizer = penalty ? regularizerOf(penalty) : undefined;
  const constraint = bound ? constraintOf(bound) : undefined;
  return {
    weight: { initializer: start, regularizer, constraint },
    config: () => ({
      [`${name}Initializer`]: initializerOf(start),
      [`${name}Regularizer`]: regularizer ?? null,
      [`${name}Constraint`]: constraint ?? null,
    }),
  };
}
