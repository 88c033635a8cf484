import { kerasActivationName } from '../../layers/activations.ts';
import type { Layer } from '../../layers/layer.ts';
import type { KeyPart } from '../../ops/index.ts';
import type { Model } from '../../training/model.ts';
import { underscored } from '../kerasFields.ts';
import { argumentName } from '../kerasOperations.ts';
import { codeOf } from './build.ts';
import type { Argument, GivenParameter, Language, Namespace } from './language.ts';

/**
 * The text of a Python program that builds a model of the same layers with Keras 3, and compiles it where it is
 * compiled, line by line. Arguments that are as usual are left out; weights are not in it.
 *
 * @throws ArgumentError for models of a class of one's own, layers that Keras has not, and functions as arguments
 */
export function toKerasPython(model: Model): string {
  return codeOf(model, new Python());
}

/** Layers that take each tensor as an argument of its own, rather than all in one list. */
const SEPARATE: ReadonlySet<string> = new Set(['MultiHeadAttention']);
/** Layers whose further inputs are the states they begin with. */
const STATEFUL: ReadonlySet<string> = new Set(['SimpleRNN', 'LSTM', 'GRU', 'Bidirectional']);

const WORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield keras'
  ).split(' '),
);

class Python implements Language {
  literal(value: number | string | boolean | null): string {
    if (value === null) return 'None';
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    if (typeof value === 'number' && !Number.isFinite(value)) return `float("${value}")`;
    return JSON.stringify(value);
  }

  list(items: readonly string[]): string {
    return `[${items.join(', ')}]`;
  }

  activation(name: string): string {
    return JSON.stringify(kerasActivationName(name));
  }

  object(namespace: Namespace, className: string, given: readonly Argument[]): string {
    return `keras.${namespace}.${className}(${keywords(given)})`;
  }

  layer(className: string, positional: readonly Argument[], options: readonly Argument[]): string {
    return `keras.layers.${className}(${keywords([...positional, ...options])})`;
  }

  input(shape: string, options: readonly Argument[]): string {
    return `keras.Input(${keywords([['shape', shape], ...options])})`;
  }

  sequential(layers: readonly string[], options: readonly Argument[]): string {
    const lines = layers.map((layer) => `        ${layer},\n`).join('');
    return `keras.Sequential(\n    [\n${lines}    ],\n    ${keywords(options)},\n)`;
  }

  functional(inputs: string, outputs: string, options: readonly Argument[]): string {
    return `keras.Model(${keywords([['inputs', inputs], ['outputs', outputs], ...options])})`;
  }

  record(entries: readonly Argument[]): string {
    return `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(', ')}}`;
  }

  call(
    layer: string,
    positional: readonly string[],
    named: readonly Argument[],
    { className }: Layer,
  ): string {
    const [first = '', ...rest] = positional;
    const states: Argument[] =
      rest.length > 0 && STATEFUL.has(className) ? [['initialState', this.list(rest)]] : [];
    const inputs =
      positional.length === 1 || states.length > 0
        ? [first]
        : SEPARATE.has(className)
          ? positional
          : [this.list(positional)];
    const given = keywords([...states, ...named]);
    return `${layer}(${[...inputs, ...(given === '' ? [] : [given])].join(', ')})`;
  }

  operation(name: string, given: readonly GivenParameter[]): string {
    // What comes before any number of tensors has to stand there.
    const takesRest = given.some(([{ isRest }]) => isRest);
    const isNamed = ({ isSetting, isOption }: GivenParameter[0]) => isOption || (isSetting && !takesRest);
    const positional = given.flatMap(([parameter, values]) =>
      isNamed(parameter) ? [] : values.map((value) => value ?? 'None'),
    );
    while (positional.at(-1) === 'None') positional.pop();
    if (name === 'getItem') return `${positional[0]}[${positional.slice(1).join(', ')}]`;
    const named = given.flatMap(([parameter, [value]]) =>
      isNamed(parameter) && value !== undefined ? [`${argumentName(parameter.name)}=${value}`] : [],
    );
    return `keras.ops.${argumentName(name)}(${[...positional, ...named].join(', ')})`;
  }

  constant(numbers: string, dtype: string): string {
    return `keras.ops.convert_to_tensor(${numbers}, ${JSON.stringify(dtype)})`;
  }

  keyPart(part: KeyPart): string {
    if (part === null) return 'None';
    if (!Array.isArray(part)) return `${part}`;
    const [start, stop, step] = part.map((end) => end ?? '');
    return `${start ?? ''}:${stop ?? ''}${step === undefined || step === '' ? '' : `:${step}`}`;
  }

  define(names: readonly string[], value: string, isList: boolean): string {
    return `${isList && names.length === 1 ? `${names[0]},` : names.join(', ')} = ${value}`;
  }

  set(object: string, property: string, value: string): string {
    return `${object}.${property} = ${value}`;
  }

  compile(model: string, given: readonly Argument[]): string {
    const lines = given.map((argument) => `    ${keywords([argument])},\n`).join('');
    return `${model}.compile(\n${lines})`;
  }

  variable(name: string): string {
    const joined = name.replaceAll(/\W+/g, '_');
    const named = /^[A-Za-z_]/.test(joined) ? joined : `_${joined}`;
    return WORDS.has(named) ? `${named}_` : named;
  }

  module(statements: readonly string[]): string {
    return `import keras\n\n${statements.join('\n')}\n`;
  }
}

const keywords = (given: readonly Argument[]): string =>
  given.map(([name, value]) => `${underscored(name)}=${value}`).join(', ');
