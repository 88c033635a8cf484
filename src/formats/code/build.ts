import { ArgumentError } from '../../graph/errors.ts';
import { InputLayer } from '../../layers/input.ts';
import type { Layer } from '../../layers/layer.ts';
import { Operation } from '../../layers/operation.ts';
import { type LayerCall, SymbolicTensor } from '../../layers/symbolic.ts';
import type { KeyPart } from '../../ops/index.ts';
import { type TensorLike, tensor } from '../../tensor/tensor.ts';
import { Functional, type Model, Sequential } from '../../training/model.ts';
import { optimizerOf } from '../../training/optimizers.ts';
import { writeCompileConfig } from '../kerasCompile.ts';
import { camelCase, type Described, Float, isJson, type Json } from '../kerasFields.ts';
import { operationOf } from '../kerasOperations.ts';
import { writeOptimizer } from '../kerasOptimizers.ts';
import { argumentsOf } from './arguments.ts';
import type { Argument, GivenParameter, Language, Namespace } from './language.ts';

/**
 * The text that builds a model, and compiles it where it is compiled, in a language.
 *
 * @throws ArgumentError for models of a class of one's own, layers that Keras has not, and functions as arguments
 */
export function codeOf(model: Model, language: Language): string {
  const writer = new CodeWriter(language);
  const name = writer.model(model);
  writer.compile(model, name);
  return language.module(writer.statements, name);
}

class CodeWriter {
  readonly statements: string[] = [];
  readonly #language: Language;
  readonly #taken = new Set<string>();
  /** The names of models that were written. */
  readonly #models = new Map<Layer, string>();

  constructor(language: Language) {
    this.#language = language;
  }

  #define(wanted: readonly string[], value: string, isList = wanted.length > 1): string[] {
    const names = wanted.map((name) => this.#free(this.#language.variable(name)));
    this.statements.push(this.#language.define(names, value, isList));
    return names;
  }

  #free(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Writes a model; returns the name of the variable that holds it. */
  model(model: Layer): string {
    const known = this.#models.get(model);
    if (known) return known;
    if (!(model instanceof Sequential || model instanceof Functional)) {
      throw new ArgumentError({
        asked: `code of "${model.name}" (${model.className})`,
        expected: 'a model of layers, made by sequential or model',
        received: 'one of a class of its own',
      });
    }
    const value = model instanceof Sequential ? this.#sequential(model) : this.#functional(model);
    const [name = ''] = this.#define([model.name], value);
    this.#models.set(model, name);
    if (!model.trainable) {
      this.statements.push(this.#language.set(name, 'trainable', this.#language.literal(false)));
    }
    return name;
  }

  #named(name: string): Argument[] {
    return [['name', this.#language.literal(name)]];
  }

  #sequential(model: Sequential): string {
    const [spec] = model.inputSpecs;
    const layers = model.layers.map((layer) => this.#layer(layer));
    const input = spec?.shape ? [this.#input(spec)] : [];
    return this.#language.sequential([...input, ...layers], this.#named(model.name));
  }

  #input({ name, takesTexts, shape, batchSize, ...spec }: Model['inputSpecs'][number]): string {
    const dtype = takesTexts ? 'string' : spec.dtype;
    const options: Argument[] = [
      ...(dtype !== undefined && dtype !== 'float32'
        ? [['dtype', this.#language.literal(dtype)] as const]
        : []),
      ...(batchSize ? [['batchSize', this.#language.literal(batchSize)] as const] : []),
      ...this.#named(name),
    ];
    return this.#language.input(this.value('shape', shape ?? []), options);
  }

  /** An expression that makes a layer, or the name of a model used as one. */
  #layer(layer: Layer): string {
    if (layer instanceof Sequential || layer instanceof Functional) return this.model(layer);
    const { positional, options } = argumentsOf(layer);
    const written = ([name, value]: readonly [string, unknown]): Argument => [name, this.value(name, value)];
    return this.#language.layer(layer.className, positional.map(written), [
      ...options.map(written),
      ...(layer.name === '' ? [] : this.#named(layer.name)),
    ]);
  }

  /** The expression of an argument. */
  value(name: string, value: unknown): string {
    const language = this.#language;
    if (Array.isArray(value)) return language.list(value.map((item) => this.value(name, item)));
    if (value instanceof Float) return language.literal(shortest(value.value));
    if (typeof value === 'function') return this.#layer(value as Layer);
    if (/activation$/i.test(name) && typeof value === 'string') return language.activation(value);
    if (isJson(value)) return this.#object(name, value);
    if (typeof value === 'number') return language.literal(shortest(value));
    return language.literal((value ?? null) as string | boolean | null);
  }

  /** What has a class and arguments: as it is here, or as files have it. */
  #object(name: string, value: Json): string {
    if (typeof value.class_name === 'string') {
      const [, namespace = ''] = /^keras\.(.*)$/.exec(`${value.module}`) ?? [];
      const config = isJson(value.config) ? value.config : {};
      return this.#described(namespace as Namespace, { className: value.class_name, config });
    }
    const { className, config } = value;
    const described = { className: `${className}`, config: isJson(config) ? config : {} };
    return this.#described(namespaceOf(name), described);
  }

  #described(namespace: Namespace, { className, config }: Described): string {
    const given = Object.entries(config)
      .filter(([key, value]) => value !== null && value !== undefined && key !== 'dtype')
      .map(([key, value]): Argument => [camelCase(key), this.value(key, value)]);
    return this.#language.object(namespace, className, given);
  }

  #functional(model: Functional): string {
    const values = new Map<SymbolicTensor, string>();
    const specs = model.inputSpecs;
    for (const [i, x] of model.inputs.entries()) {
      const [name = ''] = this.#define([x.name], this.#input({ ...specs[i], name: x.name }));
      values.set(x, name);
    }
    const counts = new Map<Layer, number>();
    for (const { layer } of model.layerCalls) counts.set(layer, (counts.get(layer) ?? 0) + 1);
    const shared = new Map<Layer, string>();
    for (const call of model.layerCalls) {
      if (call.layer instanceof InputLayer || call.outputs.every((output) => values.has(output))) continue;
      this.#call(call, values, shared, (counts.get(call.layer) ?? 0) > 1);
    }
    const named = (x: SymbolicTensor) => values.get(x) ?? '';
    const names = specs.map(({ name }) => name);
    const isRecord = names.some((name, i) => name !== model.inputs[i]?.name);
    const inputs = isRecord
      ? this.#language.record(model.inputs.map((x, i) => [names[i] ?? '', named(x)]))
      : this.#ends(model.inputs.map(named));
    return this.#language.functional(inputs, this.#ends(model.outputs.map(named)), this.#named(model.name));
  }

  #ends(names: readonly string[]): string {
    const [only = ''] = names;
    return names.length === 1 ? only : this.#language.list(names);
  }

  /** A call of a function of `ops`. */
  #operation(
    operation: Operation,
    inputs: readonly SymbolicTensor[],
    values: Map<SymbolicTensor, string>,
  ): string {
    const name = operationOf(operation.className)?.name ?? '';
    const given = operation.argumentsOf(inputs).map(([parameter, value]): GivenParameter => {
      const all = parameter.isRest ? (value as unknown[]) : [value];
      const isPlain = parameter.isSetting || parameter.name === 'startIndices';
      const written = all.map((one) => {
        if (name === 'getItem' && parameter.isRest) return this.#language.keyPart(one as KeyPart);
        return this.#operand(one, isPlain, values);
      });
      return [parameter, written];
    });
    return this.#language.operation(name, given);
  }

  /** An argument of a function of `ops`: a tensor, several, a constant, or a plain value. */
  #operand(value: unknown, isPlain: boolean, values: Map<SymbolicTensor, string>): string | undefined {
    if (value === undefined) return undefined;
    if (value instanceof SymbolicTensor) return values.get(value) ?? '';
    if (Array.isArray(value) && value.some((item) => item instanceof SymbolicTensor)) {
      return this.#language.list(value.map((item: unknown) => this.#operand(item, false, values) ?? ''));
    }
    if (isPlain || typeof value !== 'object' || value === null) return this.value('', value);
    const constant = tensor(value as TensorLike);
    return this.#language.constant(this.value('', constant.array()), constant.dtype);
  }

  #call(
    { layer, inputs, inputNames, settings, outputs }: LayerCall,
    values: Map<SymbolicTensor, string>,
    shared: Map<Layer, string>,
    isShared: boolean,
  ): void {
    if (layer instanceof Operation) {
      this.#results(layer, outputs, this.#operation(layer, inputs, values), values);
      return;
    }
    let expression = shared.get(layer);
    if (expression === undefined) {
      expression = this.#layer(layer);
      if (isShared && !this.#models.has(layer))
        [expression = ''] = this.#define([`${layer.name}_layer`], expression);
      shared.set(layer, expression);
    }
    const positional = inputs.filter((_, i) => (inputNames[i] ?? '') === '');
    const named = new Map<string, string[]>();
    for (const [i, name] of inputNames.entries()) {
      const x = inputs[i];
      if (name !== '' && x) named.set(name, [...(named.get(name) ?? []), values.get(x) ?? '']);
    }
    const given: Argument[] = [
      ...[...named].map(
        ([name, list]): Argument => [
          name,
          list.length > 1 || name === 'initialState' ? this.#language.list(list) : (list[0] ?? ''),
        ],
      ),
      ...Object.entries(settings).map(([name, value]): Argument => [name, this.value(name, value)]),
    ];
    const called = this.#language.call(
      expression,
      positional.map((x) => values.get(x) ?? ''),
      given,
      layer,
    );
    this.#results(layer, outputs, called, values);
  }

  /** Names what a call returns. */
  #results(
    layer: Layer,
    outputs: readonly SymbolicTensor[],
    called: string,
    values: Map<SymbolicTensor, string>,
  ): void {
    const other = layer instanceof Operation ? '' : 'state_';
    const names = outputs.map((_, i) => (i === 0 ? layer.name : `${layer.name}_${other}${i}`));
    const isList = outputs.length > 1 || (layer instanceof Operation && layer.givesList);
    for (const [i, name] of this.#define(names, called, isList).entries()) {
      const output = outputs[i];
      if (output) values.set(output, name);
    }
  }

  /** Says how the model is trained, where that is known; arguments that are as usual are left out. */
  compile(model: Model, name: string): void {
    if (!model.isCompiled) return;
    const config = writeCompileConfig(model);
    if (!config) {
      throw new ArgumentError({
        asked: `code that compiles "${model.name}"`,
        expected: 'a loss and an optimizer of Keras',
        received: 'others',
      });
    }
    const optimizer = withoutUsual(config.optimizer);
    const given: Argument[] = [['optimizer', this.value('optimizer', optimizer)]];
    const rows = [
      ['loss', config.loss],
      ['lossWeights', config.loss_weights],
      ['metrics', config.metrics],
      ['weightedMetrics', config.weighted_metrics],
    ] as const;
    for (const [key, value] of rows) {
      const isEmpty =
        value === null || value === undefined || (Array.isArray(value) && value.flat().length === 0);
      if (!isEmpty) given.push([key, this.value(key, nameless(value))]);
    }
    this.statements.push(this.#language.compile(name, given));
  }
}

function namespaceOf(name: string): Namespace {
  if (name.endsWith('Initializer')) return 'initializers';
  return name.endsWith('Constraint') ? 'constraints' : 'regularizers';
}

/** An optimizer without the arguments it has by default. */
function withoutUsual(given: unknown): unknown {
  if (!isJson(given) || !isJson(given.config) || typeof given.class_name !== 'string') return given;
  const usual =
    given.class_name === 'LossScaleOptimizer' ? {} : writeOptimizer(optimizerOf(given.class_name)).config;
  const rows = Object.entries(given.config).filter(
    ([key, value]) =>
      key !== 'name' && JSON.stringify(value) !== JSON.stringify(isJson(usual) ? usual[key] : undefined),
  );
  return { ...given, config: Object.fromEntries(rows) };
}

/** Losses and metrics without the names that they have anyhow, and the usual reduction. */
function nameless(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nameless);
  if (!isJson(value) || !isJson(value.config)) return value;
  const rows = Object.entries(value.config).filter(
    ([key, part]) =>
      !(key === 'reduction' && part === 'sum_over_batch_size') &&
      !(key === 'name' && value.module === 'keras.losses'),
  );
  return { ...value, config: Object.fromEntries(rows) };
}

/** The number with the fewest digits that is the same in float32, for one that has been there. */
function shortest(value: number): number {
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  for (let digits = 1; digits < 10; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
