import type { Layer } from '../../layers/layer.ts';
import type { Parameter } from '../../layers/operation.ts';
import type { KeyPart } from '../../ops/index.ts';

/** A module of Keras whose objects are arguments. */
export type Namespace =
  | 'initializers'
  | 'regularizers'
  | 'constraints'
  | 'optimizers'
  | 'optimizers.schedules'
  | 'losses'
  | 'metrics';

/** How one language writes what models are built with. Every method returns the text of an expression. */
export interface Language {
  /** A number, text or truth value, or nothing. */
  literal(value: number | string | boolean | null): string;
  list(items: readonly string[]): string;
  /** An activation by its name. */
  activation(name: string): string;
  /** An object of a module, of a class and with arguments by their names in camelCase. */
  object(namespace: Namespace, className: string, given: readonly Argument[]): string;
  layer(className: string, positional: readonly Argument[], options: readonly Argument[]): string;
  /** Where a model begins. */
  input(shape: string, options: readonly Argument[]): string;
  sequential(layers: readonly string[], options: readonly Argument[]): string;
  functional(inputs: string, outputs: string, options: readonly Argument[]): string;
  record(entries: readonly Argument[]): string;
  /** A layer called on tensors by position and by name. */
  call(layer: string, positional: readonly string[], named: readonly Argument[], of: Layer): string;
  /** A function of `ops`, by its name there; each argument by its parameter, with no value for one that is as usual. */
  operation(name: string, given: readonly GivenParameter[]): string;
  /** Numbers that no layer computes. */
  constant(numbers: string, dtype: string): string;
  /** What is between brackets in `x[…]`. */
  keyPart(part: KeyPart): string;
  /** A name for a value, or names for the values of a list. */
  define(names: readonly string[], value: string, isList: boolean): string;
  /** A property set, or a method called with arguments by name. */
  set(object: string, property: string, value: string): string;
  compile(model: string, given: readonly Argument[]): string;
  /** A name the language allows. */
  variable(name: string): string;
  /** The whole text: what has to be imported comes before the statements. */
  module(statements: readonly string[], result: string): string;
}

/** An argument of a function, and the expression of its value; several where the parameter takes the rest. */
export type GivenParameter = readonly [parameter: Parameter, values: readonly (string | undefined)[]];

/** An argument by its name, in camelCase, and the expression of its value. */
export type Argument = readonly [name: string, value: string];
