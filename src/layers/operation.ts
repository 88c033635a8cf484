import type { Dtype } from '../graph/dtypes.ts';
import type { Shape } from '../graph/ndarray.ts';
import { Tensor, type TensorLike } from '../tensor/tensor.ts';
import { LayerOfSeveral } from './layer.ts';
import { SymbolicTensor, standIn, withoutNumbers } from './symbolic.ts';

/** A function of tensors, and of arguments that say how. */
type TensorFunction = (...given: never[]) => Tensor | readonly Tensor[];

/** An argument of a function: where it stands, and what Keras does with it. */
export interface Parameter {
  /** As Keras names it, in camel case. */
  readonly name: string;
  /** Whether it says how to compute, and does not change from call to call: Keras keeps it with the operation. */
  readonly isSetting: boolean;
  /** Whether it stands in the object at the end. */
  readonly isOption: boolean;
  /** Whether it is all arguments from here on. */
  readonly isRest: boolean;
}

/** An operation of a graph: what Keras calls it, and what it does. */
export interface OperationKind {
  /** The module of Keras it is of: `numpy`, `nn`, `core`, `math`, `linalg` or `image`. */
  readonly module: string;
  readonly className: string;
  readonly parameters: readonly Parameter[];
  readonly run: (...given: readonly unknown[]) => Tensor | readonly Tensor[];
}

type WithSymbols<T> = [TensorLike] extends [T]
  ? T | SymbolicTensor
  : [readonly TensorLike[]] extends [T]
    ? readonly (TensorLike | SymbolicTensor)[]
    : T extends readonly unknown[]
      ? T
      : T extends object
        ? { [K in keyof T]: WithSymbols<T[K]> }
        : T;

type AllWithSymbols<A extends readonly unknown[]> = { [K in keyof A]: WithSymbols<A[K]> };

type Symbols<T> = T extends readonly Tensor[] ? { [K in keyof T]: SymbolicTensor } : SymbolicTensor;

/** A function that computes of tensors, and of symbolic tensors makes a node of a graph. */
export type Operable<F extends TensorFunction> = F &
  ((...given: AllWithSymbols<Parameters<F>>) => Symbols<ReturnType<F>>) & { readonly kind: OperationKind };

/**
 * Lets a function of tensors be called on symbolic tensors as well.
 *
 * @param path the module and the class that Keras has for it: `numpy.Mean`
 * @param takes the names of its arguments: `x axis= keepdims=`; `=` marks settings, `*` all further arguments, and
 *   braces those that stand in an object at the end
 */
export function operation<F extends TensorFunction>(path: string, takes: string, run: F): Operable<F>;
export function operation(path: string, takes: string, run: TensorFunction): object {
  const [module = '', className = ''] = path.split('.');
  const plainly = run as OperationKind['run'];
  const kind = { module, className, parameters: parametersIn(takes), run: plainly };
  const either = (...given: readonly unknown[]) =>
    symbolsIn(given).length > 0 ? operate(kind, given) : plainly(...given);
  return Object.assign(either, { kind });
}

/** Whether a value is a function that `operation` made. */
export const isOperable = (value: unknown): value is { readonly kind: OperationKind } =>
  typeof value === 'function' && 'kind' in value;

function parametersIn(takes: string): Parameter[] {
  let isOption = false;
  return takes.split(' ').map((word) => {
    isOption ||= word.startsWith('{');
    const [isSetting, isRest] = [word.includes('='), word.includes('*')];
    return { name: word.replaceAll(/\W/g, ''), isSetting, isOption, isRest };
  });
}

/**
 * Adds a call to the graph of the symbolic tensors among its arguments.
 *
 * @param name of the operation; by default one after its class
 */
export function operate(
  kind: OperationKind,
  given: readonly unknown[],
  name = '',
): SymbolicTensor | readonly SymbolicTensor[] {
  const made = new Operation(kind, given, name);
  const results = made.connect(symbolsIn(given));
  const [only] = results;
  return only && !made.givesList ? only : results;
}

/** A call of a function as a node of a graph: a layer without weights. */
export class Operation extends LayerOfSeveral {
  override readonly className: string;
  override readonly takesAnyDtype = true;
  readonly kind: OperationKind;
  /** What it was called with; the symbolic tensors among it stand for its inputs, in their order. */
  readonly #given: readonly unknown[];
  #outputShapes: readonly Shape[] = [];
  #givesList = false;

  constructor(kind: OperationKind, given: readonly unknown[], name: string) {
    super({ name, dtype: 'float32' });
    this.className = kind.className;
    this.kind = kind;
    this.#given = given;
  }

  /** Whether its result is a list, and be it of one. */
  get givesList(): boolean {
    return this.#givesList;
  }

  override connect(inputs: readonly SymbolicTensor[]): SymbolicTensor[] {
    const [small = [], large = []] = [0, 1].map((size) => this.#typesFor(inputs, size));
    const results = small.map(({ dtype, shape }, i): Pick<SymbolicTensor, 'lengths' | 'dtype'> => {
      return { dtype, lengths: [shape, large[i]?.shape ?? shape] };
    });
    this.#outputShapes = small.map(({ shape }) => shape.slice(1));
    this.buildMany(inputs.map(({ lengths: [first] }) => first.slice(1)));
    return this.addResults(inputs, { inputNames: inputs.map(() => '') }, results);
  }

  /** What comes out of a small batch, or of a large one. */
  #typesFor(inputs: readonly SymbolicTensor[], size: number): { dtype: Dtype; shape: Shape }[] {
    const given = inputs.map(({ dtype, lengths }) => standIn(dtype, lengths[size] ?? lengths[0]));
    return withoutNumbers(() => this.callMany(given)).map(({ dtype, shape }) => ({ dtype, shape }));
  }

  protected setUpMany(): readonly Shape[] {
    return this.#outputShapes;
  }

  callMany(inputs: readonly Tensor[]): readonly Tensor[] {
    const result = this.kind.run(...this.#with(inputs));
    this.#givesList = !(result instanceof Tensor);
    return result instanceof Tensor ? [result] : result;
  }

  #with(inputs: readonly unknown[]): unknown[] {
    let next = 0;
    return this.#given.map((value) => replaced(value, () => inputs[next++]));
  }

  /** Its arguments with something in place of its inputs, by their parameters. */
  argumentsOf(inputs: readonly unknown[]): (readonly [Parameter, unknown])[] {
    const { parameters } = this.kind;
    const given = this.#with(inputs);
    const options = Object(given[parameters.filter(({ isOption }) => !isOption).length] ?? {});
    return parameters.map((parameter, i) => {
      const { name, isOption, isRest } = parameter;
      const value: unknown = isOption ? options[name] : isRest ? given.slice(i) : given[i];
      return [parameter, value];
    });
  }

  /** The same operation, to be called on other tensors. */
  copy(): Operation {
    return new Operation(this.kind, this.#given, '');
  }

  config() {
    const settings = this.argumentsOf([]).filter(
      ([{ isSetting }, value]) => isSetting && value !== undefined,
    );
    return Object.fromEntries(settings.map(([{ name }, value]) => [name, value]));
  }
}

/** The value with others in place of symbolic tensors: itself, those in a list, or those among options. */
function replaced(value: unknown, by: (symbol: SymbolicTensor) => unknown): unknown {
  if (value instanceof SymbolicTensor) return by(value);
  if (Array.isArray(value)) {
    return value.some((item) => item instanceof SymbolicTensor)
      ? value.map((item: unknown) => (item instanceof SymbolicTensor ? by(item) : item))
      : value;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      item instanceof SymbolicTensor ? by(item) : item,
    ]),
  );
}

function symbolsIn(given: readonly unknown[]): SymbolicTensor[] {
  const found: SymbolicTensor[] = [];
  for (const value of given) replaced(value, (symbol) => found.push(symbol));
  return found;
}
