import { checkAtLeast, checkCount, checkLength } from './check.ts';
import { blended, copied } from './formulas.ts';
import {
  forward,
  initialPerceptron,
  type MultilayerPerceptron,
  nodeNames,
  type OutputActivation,
  parameters,
} from './multilayer.ts';
import { recordForward } from './multilayerRecord.ts';
import { learnExample } from './multilayerTraining.ts';
import { inputName } from './names.ts';
import { Recorder, type Recording, STEP_LIMIT, type Trace } from './trace.ts';

/**
 * A multi-layer perceptron with a memory: context units, which stand beside the inputs and hold what a layer said a
 * moment ago. In Elman's net that is the hidden layer; in Jordan's the output, fading by `memory`.
 */
export interface ContextNet {
  readonly kind: 'elman' | 'jordan';
  /** Its input layer holds the inputs, then the context. */
  readonly network: MultilayerPerceptron;
  readonly inputs: number;
  /** μ: how much of Jordan's context stays from one moment to the next; 0 in Elman's. */
  readonly memory: number;
}

export interface ContextOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
  readonly output?: OutputActivation;
  readonly seed?: number;
}

/**
 * Elman's net: the context is a copy of the hidden layer.
 *
 *     hidden(t) = σ(W x(t) + U hidden(t − 1) + θ),   output(t) = σ(V hidden(t) + θ)
 *
 * @throws ArgumentError for layers without units
 * @see Elman, "Finding structure in time", 1990
 */
export function elmanNet(options: ContextOptions): ContextNet {
  return contextNet('elman', options, options.hidden, 0);
}

/**
 * Jordan's net: the context is the output, and fades.
 *
 *     hidden(t) = σ(W x(t) + U context(t − 1) + θ),   context(t) = μ context(t − 1) + output(t)
 *
 * @param options.memory μ, from 0 up to 1
 * @throws ArgumentError for layers without units
 * @see Jordan, "Serial order: a parallel distributed processing approach", 1986
 */
export function jordanNet(options: ContextOptions & { readonly memory?: number }): ContextNet {
  return contextNet('jordan', options, options.outputs, options.memory ?? 0);
}

function contextNet(
  kind: ContextNet['kind'],
  { inputs, hidden, outputs, output = 'sigmoid', seed = 0 }: ContextOptions,
  context: number,
  memory: number,
): ContextNet {
  checkCount('inputs of a net with context', inputs);
  checkAtLeast('the memory of a net with context', memory, 0);
  const network = initialPerceptron([inputs + context, hidden, outputs], { output, seed });
  const names = Array.from({ length: inputs + context }, (_, i) =>
    i < inputs ? inputName(i + 1) : `c_${i - inputs + 1}`,
  );
  return { kind, network: { ...network, inputNames: names }, inputs, memory };
}

export interface SequenceResult {
  /** outputs[t][k]: of output unit k at moment t. */
  readonly outputs: readonly (readonly number[])[];
  /** The context that each moment read: at the first, nothing but zeros. */
  readonly contexts: readonly (readonly number[])[];
  readonly trace: Trace;
}

/**
 * Runs a sequence through the net, moment after moment.
 *
 * @param sequence Input shape: moments × inputs
 * @returns Output shape: moments × outputs
 * @throws ArgumentError when a moment has not as many numbers as the net has inputs
 */
export function runSequence(
  net: ContextNet,
  sequence: readonly (readonly number[])[],
  { steps = STEP_LIMIT }: { readonly steps?: number } = {},
): SequenceResult {
  const recorder = new Recorder(
    { ...parameters(net.network), ...contextState(net, emptyContext(net)) },
    steps,
  );
  const outputs: (readonly number[])[] = [];
  const contexts: (readonly number[])[] = [];
  let context = emptyContext(net);
  for (const [t, x] of sequence.entries()) {
    checkLength('inputs of a moment', x, net.inputs);
    const recording = recorder.open({ moment: t + 1 });
    const pass = forward(net.network, [...x, ...context]);
    if (recording) recordForward(recording, net.network, pass);
    outputs.push(pass.outputs.at(-1) ?? []);
    contexts.push(context);
    context = nextContext(net, context, pass.outputs, recording);
  }
  return { outputs, contexts, trace: recorder.finish() };
}

export interface SequenceTraining {
  readonly net: ContextNet;
  /** The mean of (t − O)² in each epoch. */
  readonly errors: readonly number[];
  readonly trace: Trace;
}

/**
 * Learns a sequence as Elman and Jordan did: at each moment the context is an input like any other, so the error
 * flows back through the layers but not through time.
 *
 * @param sequence Input shape: moments × inputs
 * @param targets moments × outputs
 * @returns Output shape: the trained net
 * @throws ArgumentError when moments do not fit the net
 */
export function trainSequence(
  net: ContextNet,
  sequence: readonly (readonly number[])[],
  targets: readonly (readonly number[])[],
  options: { readonly learningRate?: number; readonly epochs?: number; readonly steps?: number } = {},
): SequenceTraining {
  const { learningRate = 0.5, epochs = 100, steps = STEP_LIMIT } = options;
  checkLength('targets of a sequence', targets, sequence.length);
  checkCount('moments of a sequence', sequence.length);
  checkCount('epochs of a sequence', epochs);
  const initial = { α: learningRate, ...parameters(net.network), ...contextState(net, emptyContext(net)) };
  const recorder = new Recorder(initial, steps);
  const errors: number[] = [];
  let { network } = net;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let context = emptyContext(net);
    let error = 0;
    for (const [at, x] of sequence.entries()) {
      checkLength('inputs of a moment', x, net.inputs);
      const target = targets[at] ?? [];
      const recording = recorder.open({ epoch, moment: at + 1 });
      const learned = learnExample(network, [...x, ...context], target, learningRate, { recording });
      network = learned.network;
      context = nextContext(net, context, learned.pass.outputs, recording);
      const output = learned.pass.outputs.at(-1) ?? [];
      error += target.reduce((sum, t, k) => sum + (t - (output[k] ?? 0)) ** 2, 0) / target.length;
    }
    errors.push(error / sequence.length);
  }
  return { net: { ...net, network }, errors, trace: recorder.finish() };
}

const emptyContext = ({ network, inputs }: ContextNet): readonly number[] =>
  new Array<number>((network.sizes[0] ?? 0) - inputs).fill(0);

const contextState = (net: ContextNet, context: readonly number[]) =>
  Object.fromEntries(context.map((value, i) => [contextName(net, i), value]));

const contextName = ({ network, inputs }: ContextNet, i: number) => nodeNames(network).output(0, inputs + i);

/** The context of the next moment. */
function nextContext(
  net: ContextNet,
  context: readonly number[],
  outputs: readonly (readonly number[])[],
  recording: Recording | undefined,
): readonly number[] {
  const names = nodeNames(net.network);
  const layer = net.kind === 'elman' ? outputs.length - 2 : outputs.length - 1;
  return (outputs[layer] ?? []).map((value, i) => {
    const name = contextName(net, i);
    const said = [names.output(layer, i), value] as const;
    const old = context[i] ?? 0;
    const next = net.kind === 'elman' ? value : net.memory * old + value;
    recording?.recorder.step(
      { ...recording.group, layer: 'context' },
      `remember unit ${names.node(layer, i)}`,
      name,
      next,
      () =>
        net.kind === 'elman' ? copied(name, next, said) : blended(name, next, ['μ', net.memory], old, said),
    );
    return next;
  });
}
