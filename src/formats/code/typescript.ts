import * as constraints from '../../layers/constraints.ts';
import * as factories from '../../layers/factories.ts';
import * as initializers from '../../layers/initializers.ts';
import * as regularizers from '../../layers/regularizers.ts';
import type { KeyPart } from '../../ops/index.ts';
import * as losses from '../../training/losses.ts';
import * as metrics from '../../training/metrics.ts';
import type { Model } from '../../training/model.ts';
import * as optimizers from '../../training/optimizers.ts';
import * as schedules from '../../training/schedules.ts';
import { LAYERS } from '../kerasLayers.ts';
import { codeOf } from './build.ts';
import type { Argument, GivenParameter, Language, Namespace } from './language.ts';

/**
 * The text of a TypeScript module that builds a model of the same layers, and compiles it where it is compiled,
 * line by line. Arguments that are as usual are left out; weights are not in it.
 *
 * @throws ArgumentError for models of a class of one's own, layers that Keras has not, and functions as arguments
 */
export function toTypeScript(model: Model): string {
  return codeOf(model, new TypeScript());
}

const MODULES: { readonly [N in Namespace]: readonly [name: string, module: object] } = {
  initializers: ['initializers', initializers],
  regularizers: ['regularizers', regularizers],
  constraints: ['constraints', constraints],
  optimizers: ['optimizers', optimizers],
  'optimizers.schedules': ['schedules', schedules],
  losses: ['losses', losses],
  metrics: ['metrics', metrics],
};

/** Classes whose factory has another name. */
const FACTORIES: Readonly<Record<string, string>> = { OrthogonalRegularizer: 'orthogonal' };

/** The factory of a class: its name with the first letters small. */
function factoryName(className: string, module: object): string {
  const wanted = (FACTORIES[className] ?? className).toLowerCase();
  return Object.keys(module).find((name) => name.toLowerCase() === wanted) ?? className;
}

const LAYER_NAMES: ReadonlyMap<unknown, string> = new Map(
  Object.entries(factories).map(([name, factory]) => [factory, name]),
);

const WORDS = new Set(
  (
    'await break case catch class const continue default delete do else enum export extends false finally for function if ' +
    'implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw true try typeof var void while with yield arguments eval ' +
    'initializers regularizers constraints optimizers schedules losses metrics layers ops input model sequential'
  ).split(' '),
);

class TypeScript implements Language {
  readonly #used = new Set<string>();

  literal(value: number | string | boolean | null): string {
    if (typeof value === 'string') return quoted(value);
    return typeof value === 'number' && Number.isFinite(value) ? JSON.stringify(value) : `${value}`;
  }

  list(items: readonly string[]): string {
    return `[${items.join(', ')}]`;
  }

  activation(name: string): string {
    return quoted(name);
  }

  object(namespace: Namespace, className: string, given: readonly Argument[]): string {
    const [name, module] = MODULES[namespace];
    return `${this.#use(name)}.${factoryName(className, module)}(${given.length > 0 ? this.record(given) : ''})`;
  }

  layer(className: string, positional: readonly Argument[], options: readonly Argument[]): string {
    const factory = LAYER_NAMES.get(LAYERS.get(className)?.make) ?? className;
    const given = positional.map(([, value]) => value);
    return `${this.#use('layers')}.${factory}(${[...given, ...this.#options(options)].join(', ')})`;
  }

  #options(options: readonly Argument[]): string[] {
    return options.length > 0 ? [this.record(options)] : [];
  }

  input(shape: string, options: readonly Argument[]): string {
    return `${this.#use('input')}(${[shape, ...this.#options(options)].join(', ')})`;
  }

  sequential(layers: readonly string[], options: readonly Argument[]): string {
    const lines = layers.map((layer) => `    ${layer},\n`).join('');
    return `${this.#use('sequential')}(\n  [\n${lines}  ],\n  ${this.record(options)},\n)`;
  }

  functional(inputs: string, outputs: string, options: readonly Argument[]): string {
    const ends: Argument[] = [
      ['inputs', inputs],
      ['outputs', outputs],
    ];
    return `${this.#use('model')}(${this.record([...ends, ...options])})`;
  }

  record(entries: readonly Argument[]): string {
    const rows = entries.map(([name, value]) => `${isIdentifier(name) ? name : quoted(name)}: ${value}`);
    return rows.length === 0 ? '{}' : `{ ${rows.join(', ')} }`;
  }

  call(layer: string, positional: readonly string[], named: readonly Argument[]): string {
    const inputs = positional.length === 1 ? positional : [this.list(positional)];
    return `${layer}(${[...inputs, ...this.#options(named)].join(', ')})`;
  }

  operation(name: string, given: readonly GivenParameter[]): string {
    const positional = given
      .filter(([{ isOption }]) => !isOption)
      .flatMap(([, values]) => values.map((value) => value ?? 'undefined'));
    const options = given.flatMap(([{ name, isOption }, [value]]): Argument[] =>
      isOption && value !== undefined ? [[name, value]] : [],
    );
    const all = [...positional, ...this.#options(options)];
    while (all.at(-1) === 'undefined') all.pop();
    return `${this.#use('ops')}.${name}(${all.join(', ')})`;
  }

  constant(numbers: string, dtype: string): string {
    return dtype === 'float32'
      ? numbers
      : `${this.#use('ops')}.convertToTensor(${numbers}, ${quoted(dtype)})`;
  }

  keyPart(part: KeyPart): string {
    if (part === '...') return quoted(part);
    if (!Array.isArray(part)) return `${part}`;
    const last = part.findLastIndex((end) => end !== null && end !== undefined);
    return this.list(part.slice(0, last + 1).map((end) => `${end ?? null}`));
  }

  define(names: readonly string[], value: string, isList: boolean): string {
    const [only] = names;
    return `const ${isList ? this.list(names) : only} = ${value};`;
  }

  set(object: string, property: string, value: string): string {
    return `${object}.${property} = ${value};`;
  }

  compile(model: string, given: readonly Argument[]): string {
    const lines = given.map(([name, value]) => `  ${name}: ${value},\n`).join('');
    return `${model}.compile({\n${lines}});`;
  }

  variable(name: string): string {
    const joined = name.replaceAll(/[^A-Za-z0-9$]+(.)?/g, (_, next: string = '') => next.toUpperCase());
    const named = /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`;
    return WORDS.has(named) ? `${named}_` : named;
  }

  module(statements: readonly string[], result: string): string {
    const imports = [...this.#used].sort().join(', ');
    return `import { ${imports} } from 'pellucid';\n\n${statements.join('\n')}\n\nexport default ${result};\n`;
  }

  #use(name: string): string {
    this.#used.add(name);
    return name;
  }
}

const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

/** In single quotes, as the rest of the text. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
