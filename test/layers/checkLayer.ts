import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compile,
  compute,
  type Dtype,
  type Layer,
  mul,
  type Nested,
  referenceBackend,
  setBackend,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
  variable,
  wasmBackend,
} from '../../src/index.ts';
import * as layers from '../../src/layers/factories.ts';
import type { CallContext } from '../../src/layers/layer.ts';
import { expectClose } from '../training/closeness.ts';

/** A layer as fixtures tell of it. */
export interface LayerSpec {
  readonly args: readonly unknown[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What Keras says of a layer: written by fixtures/layers/generate.py, which explains each field. */
export interface LayerCase extends LayerSpec {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly Nested[];
  readonly inputDtype?: Dtype;
  readonly weights: readonly Nested[];
  readonly cotangents: readonly Nested[];
  readonly outputs: readonly Nested[];
  readonly inputGradients?: readonly Nested[];
  readonly weightGradients: readonly Nested[];
  readonly training?: boolean;
  readonly masks?: readonly (Nested | null)[];
  readonly call?: Readonly<Record<string, boolean | Nested>>;
  readonly outputMask?: Nested;
  readonly after?: readonly Nested[];
  readonly again?: readonly Nested[];
}

/** The arguments that factories take by position, by the names `config` has for them. */
const POSITIONAL: Readonly<Record<string, readonly string[]>> = {
  activation: ['activation'],
  dense: ['units'],
  embedding: ['inputDim', 'outputDim'],
  reshape: ['targetShape'],
  permute: ['dims'],
  repeatVector: ['n'],
  dot: ['axes'],
  lstm: ['units'],
  gru: ['units'],
  simpleRNN: ['units'],
  bidirectional: ['layer'],
  timeDistributed: ['layer'],
  multiHeadAttention: ['numHeads', 'keyDim'],
  einsumDense: ['equation'],
};

function positionalOf(kind: string): readonly string[] {
  if (/^conv/.test(kind) || /^separable/.test(kind)) return ['filters', 'kernelSize'];
  if (/^depthwise/.test(kind)) return ['kernelSize'];
  return POSITIONAL[kind] ?? [];
}

/** The layer of a name and arguments; layers inside of others are made first. */
export function makeLayer(kind: string, args: readonly unknown[], options: object): Layer {
  const made = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('layer' in value) || !('args' in value))
      return value;
    const inner = value as LayerSpec & { layer: string };
    return makeLayer(inner.layer, inner.args, inner.options);
  };
  const factory: (...given: unknown[]) => Layer = Reflect.get(layers, kind);
  const ready = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, made(value)]));
  return factory(...args.map(made), ready);
}

/** Checks a layer against Keras: shapes, weights, outputs, gradients, masks, config, and that a step trains it. */
export function checkLayer(spec: LayerCase): void {
  const { kind, args, options, weights, cotangents, outputs, training = false } = spec;
  const inputs = spec.inputs.map((values) =>
    variable(tensor(values, { dtype: spec.inputDtype ?? 'float32' })),
  );
  const context = contextOf(spec);
  const extra = extraOf(spec);
  const ready = (layer: Layer): Layer => {
    layer.buildMany(
      [...inputs, ...extra].map(({ shape }) => shape.slice(1)),
      context,
    );
    for (const [i, weight] of weights.entries()) layer.weights[i]?.assign(weight);
    return layer;
  };
  const made = () => ready(makeLayer(kind, args, options));
  const called = (layer: Layer) => layer.apply([...inputs.map((x) => x.read()), ...extra], context);
  const objective = (layer: Layer) =>
    called(layer)
      .outputs.map((output, i) => sum(mul(output, tensor(cotangents[i] ?? 0))))
      .reduce((a, b) => a.add(b));

  const measured = lazy(() => {
    const layer = made();
    const floating = spec.inputGradients ? inputs : [];
    const applied = called(layer);
    // Another one, as a call may have changed the state of the first.
    const other = made();
    const [, gradients] = valueAndGrad(() => objective(other), [...floating, ...other.trainableWeights])();
    // One program for all numbers.
    const numbers = compute([...applied.outputs, ...gradients]);
    return { layer, mask: applied.masks[0], numbers };
  });

  test('has the outputs of Keras, of the shapes it announces', () => {
    const { layer, mask, numbers } = measured();
    expect(layer.outputShapes).toEqual(outputs.map((output) => tensor(output).shape.slice(1)));
    for (const [i, output] of outputs.entries()) expectClose(numbers[i] ?? [], output, 1e-5);
    expect(mask?.array()).toEqual(spec.outputMask);
  });

  test('has the weights of Keras, and its gradients', () => {
    const { layer, numbers } = measured();
    expect(layer.weights.map(({ shape }) => shape)).toEqual(weights.map((weight) => tensor(weight).shape));
    const wanted = [...outputs, ...(spec.inputGradients ?? []), ...spec.weightGradients];
    expect(numbers.length).toBe(wanted.length);
    for (const [i, gradient] of wanted.entries()) expectClose(numbers[i] ?? [], gradient, 1e-5);
  });

  test('is made again by its config', () => {
    const config = made().config();
    const names = positionalOf(kind);
    const rest = Object.entries(config).filter(
      ([name, value]) => !names.includes(name) && (value !== null || name === 'mergeMode'),
    );
    const again = ready(
      makeLayer(
        kind,
        names.map((name) => config[name]),
        Object.fromEntries(rest),
      ),
    );
    // On the other backend, which computes the same without compiling.
    setBackend(referenceBackend());
    try {
      for (const [i, output] of compute(called(again).outputs).entries()) {
        expectClose(output, outputs[i] ?? [], 1e-5);
      }
    } finally {
      setBackend(wasmBackend());
    }
    expect(JSON.stringify(again.config())).toBe(JSON.stringify(config));
  });

  // A layer that keeps its state has another objective in the second step.
  if (spec.weightGradients.length > 0 && !spec.again) {
    test('is trained by a compiled step', () => {
      const fresh = made();
      const step = compile(() => {
        const [value, slopes] = valueAndGrad(() => objective(fresh), fresh.trainableWeights)();
        for (const [i, weight] of fresh.trainableWeights.entries()) {
          weight.assign(weight.read().sub((slopes[i] as Tensor).mul(1e-3)));
        }
        return value;
      });
      const before = step().item();
      expect(step().item()).toBeLessThan(before);
    });
  }

  if (spec.after && training) {
    test('has moved its statistics after two steps as Keras has', () => {
      const fresh = made();
      called(fresh);
      called(fresh);
      for (const [i, weight] of (spec.after ?? []).entries())
        expectClose(fresh.weights[i]?.value() ?? [], weight, 1e-5);
    });
  }

  if (spec.again) {
    test('goes on from its state when called again, compiled too', () => {
      const [fresh, other] = [made(), made()];
      called(fresh);
      const again = compute(called(fresh).outputs);
      const compiled = compile(() => called(other).outputs[0] as Tensor);
      compiled();
      for (const [i, output] of (spec.again ?? []).entries()) expectClose(again[i] ?? [], output, 1e-5);
      expectClose(compiled(), spec.again?.[0] ?? [], 1e-5);
    });
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Settings of the call are no tensors; what is an array is a further input, given by name. */
function contextOf({ training = false, masks, call = {}, inputs }: LayerCase): CallContext {
  const given = masks?.map((mask) => (mask === null ? undefined : tensor(mask, { dtype: 'bool' })));
  const named = Object.entries(call).filter(([, value]) => typeof value !== 'boolean');
  const settings = Object.entries(call).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
  return {
    training,
    settings: Object.fromEntries(settings),
    inputNames: [...inputs.map(() => ''), ...named.map(([name]) => name)],
    ...(given && { masks: given, mask: given[0] }),
  };
}

function extraOf({ call = {} }: LayerCase): Tensor[] {
  return Object.values(call)
    .filter((value) => typeof value !== 'boolean')
    .map((value) => tensor(value));
}

/** Checks all cases of some of the fixtures. */
export function checkFixtures(names: readonly string[]): void {
  describe.each(names)('%s', (name) => {
    const file = new URL(`../../fixtures/layers/${name}.json`, import.meta.url);
    const cases = JSON.parse(readFileSync(file, 'utf8')) as LayerCase[];
    describe.each(cases)('$name', checkLayer);
  });
}
