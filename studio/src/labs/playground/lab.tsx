import { symbolText } from 'pellucid/units';
import { notify } from '../../frame/notices.ts';
import { defineLab, type Editing } from '../../lab.ts';
import type { NetworkDescription } from '../../network.ts';
import { packFloats, unpackFloats } from '../../packed.ts';
import type { Session } from '../../session.ts';
import { Cancelled } from '../../worker/client.ts';
import { Controls } from './Controls.tsx';
import type { Advanced, PlaygroundResult, TrainArgument } from './compute.ts';
import { AHAS, Prose, QUESTION, SELF_CHECKS } from './lesson.tsx';
import {
  ACTIVATIONS,
  type ActivationName,
  AFRESH,
  DRAWN_CLASSES,
  MOST_LAYERS,
  MOST_UNITS,
  type PlaygroundProperties,
  PROPERTIES,
} from './properties.ts';
import { Stage } from './Stage.tsx';
import './playground.css';

type Playground = Session<PlaygroundProperties, PlaygroundResult>;

export const lab = defineLab<PlaygroundProperties, PlaygroundResult>({
  id: 'playground',
  section: '1.7',
  title: 'The playground',
  prose: Prose,
  question: QUESTION,
  properties: PROPERTIES,
  Controls,
  Stage,
  selfChecks: SELF_CHECKS,
  ahas: AHAS,
  describe,
  edit,
  training: { moves: ['w', 'o', 'step', 'curve', 'trouble'], step, run },
  async reseed(session, seed) {
    session.set({ ...AFRESH, seed });
  },
  network: (_, { scene }) => scene?.network,
  receive,
});

/** One step, as a change of its own. */
async function step(session: Playground): Promise<void> {
  if (session.running.value) return;
  session.commit();
  await advance(session, { steps: 1 });
}

/**
 * What a turn of a run is, by speed: steps, or milliseconds of training; and how long the next one waits. While the
 * page draws, nothing is trained: the machine may have no core for both.
 */
const PACES = {
  slow: { steps: 1, wait: 200 },
  medium: { steps: 50, wait: 40 },
  fast: { milliseconds: 16, wait: 0 },
} as const;

async function run(session: Playground, signal: AbortSignal): Promise<void> {
  session.commit();
  while (!signal.aborted) {
    const { wait, ...amount } = PACES[session.speed.value];
    if (!(await advance(session, amount, signal))) break;
    if (wait > 0) await new Promise((next) => setTimeout(next, wait));
  }
  session.commit();
}

/** Trains on and shows where that leads; false where it cannot go on. */
async function advance(
  session: Playground,
  amount: Omit<TrainArgument, 'properties'>,
  signal?: AbortSignal,
): Promise<boolean> {
  const properties = session.properties.value;
  const { problem, trouble } = session.result.value ?? {};
  if (problem !== undefined || trouble !== undefined) {
    if (trouble !== undefined) notify('Training stopped here: undo, change something, and it goes on.');
    return false;
  }
  try {
    const given: TrainArgument = { properties, ...amount };
    const { trained, result } = await session.call<Advanced>('advance', given, signal ? { signal } : {});
    // The picture before is drawn to its end.
    await session.drawn();
    if (signal?.aborted) return false;
    // What was changed by hand meanwhile counts; this was learned from what is no more.
    if (session.properties.value !== properties) return true;
    if (trained.trouble !== '') session.commit();
    session.show(trained, result, signal && trained.trouble === '' ? { merge: 'run' } : {});
    return trained.trouble === '';
  } catch (stopped) {
    if (!(stopped instanceof Cancelled)) throw stopped;
    return false;
  }
}

function isActivation(name: string): name is ActivationName {
  return ACTIVATIONS.some((known) => known === name);
}

/** A network from elsewhere, on data that suit it. */
export function receive(network: NetworkDescription): Partial<PlaygroundProperties> | string {
  const { sizes, weights, biases, activations, loss = 'crossentropy', learningRate } = network;
  const inputs = sizes[0] ?? 0;
  const hidden = sizes.slice(1, -1);
  const out = sizes.at(-1) ?? 0;
  const act = activations.slice(0, -1);
  const last = activations.at(-1);
  const unknown = act.find((name) => !isActivation(name));
  if (inputs > 2) {
    return `The playground draws the plane: a network of ${inputs} inputs has no place here, only one of x and y.`;
  }
  if (hidden.length > MOST_LAYERS || hidden.some((size) => size > MOST_UNITS)) {
    return `A ${sizes.join('-')} network has no place here: ${MOST_LAYERS} hidden layers of ${MOST_UNITS} units at most.`;
  }
  if (unknown !== undefined) return `The playground has no hidden units of the kind “${unknown}”.`;
  const data =
    last === 'sigmoid' && out === 1
      ? ({ data: 'xor' } as const)
      : last === 'softmax' && out > 2 && out <= DRAWN_CLASSES
        ? ({ data: 'spirals', classes: out } as const)
        : last === 'linear' && out === 1 && inputs === 1
          ? ({ data: 'sine' } as const)
          : undefined;
  if (!data) {
    return `The playground has no data for ${out} output unit${out === 1 ? '' : 's'} of the kind “${last}”.`;
  }
  const half = loss === 'half' ? ' Of ½ Σ (t − O)² it has only the mean squared error.' : '';
  notify(`A network travels with one example: the playground gives it ${data.data} to look at.${half}`);
  const flat = weights.flatMap((layer, l) => [...layer.flat(), ...(biases[l] ?? [])]);
  return {
    ...AFRESH,
    ...data,
    loss: loss === 'half' || (last === 'linear' && loss === 'crossentropy') ? 'mse' : loss,
    features: inputs === 1 ? [0] : [0, 1],
    ...{ layers: hidden, act: act.filter(isActivation), drop: [], w: packFloats(flat) },
    ...(learningRate !== undefined && learningRate > 0 && { a: learningRate }),
  };
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^w_/, 'a weight: how strongly one unit’s output reaches another'],
  [/^θ_/, 'a bias: added to the unit’s net input'],
  [
    /^I_/,
    'the net input of a unit for the chosen example: what reaches it, weighted and summed, and its bias',
  ],
  [/^O_/, 'the output of a unit for the chosen example: its net input through the activation function'],
  [/^t_/, 'what is wanted of the chosen example'],
  [/^x_/, 'an input of the chosen example'],
  [/^[xy]$/, 'a coordinate of the chosen example'],
  [/^L\[train, |^L\[dev, /, 'the mean loss, as it was at that step'],
  [/^L\[train\]$/, 'the mean loss over the examples that are learned from'],
  [/^L\[dev\]$/, 'the mean loss over the examples that are kept apart'],
  [/^L/, 'the loss of one example: how wrong the network is there'],
  [/^R$/, 'what regularisation adds to the loss that is made small'],
  [/^accuracy$/, 'the share of these examples that is answered right'],
];

function describe(name: string, { scene }: PlaygroundResult): string {
  const cell = /^n\[(\d+)→(\d+)\]$/.exec(name);
  if (cell && scene) {
    const [wanted, answered] = [1, 2].map((at) => scene.classNames[Number(cell[at]) - 1] ?? '');
    const set = scene.counted === 'dev' ? 'dev' : 'training';
    return `How many ${set} examples of ${wanted} were answered ${answered}`;
  }
  const input = /^x_(\d+)$/.exec(name)?.[1];
  const from = input === undefined ? undefined : scene?.inputNames[Number(input) - 1];
  const kind = KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  return `${symbolText(name)}, ${kind}${from === undefined ? '' : `: ${from}`}`;
}

/** Where a weight or a bias lies among the packed ones: layer by layer, the weights before the biases. */
export function placeOf(name: string, sizes: readonly number[]): number | undefined {
  const [kind, rest = ''] = name.split('_');
  const numbers = rest.includes(',')
    ? rest.split(',').map(Number)
    : kind === 'w'
      ? [...rest].map(Number)
      : [Number(rest)];
  const [from = 0, to = from] = numbers;
  let [first, offset] = [1, 0];
  for (const [l, inputs] of sizes.slice(0, -1).entries()) {
    const units = sizes[l + 1] ?? 0;
    const unit = to - first - inputs;
    if (unit >= 0 && unit < units) {
      if (kind === 'θ') return offset + inputs * units + unit;
      return kind === 'w' ? offset + (from - first) * units + unit : undefined;
    }
    first += inputs;
    offset += (inputs + 1) * units;
  }
  return undefined;
}

/** Weights and biases can be changed by hand. */
function edit(
  name: string,
  _: PlaygroundProperties,
  { scene, quantities }: PlaygroundResult,
): Editing<PlaygroundProperties> | undefined {
  const value = quantities[name];
  const at = scene && /^[wθ]_/.test(name) ? placeOf(name, scene.sizes) : undefined;
  if (!scene || at === undefined || value === undefined) return undefined;
  return {
    ...{ key: 'w', label: symbolText(name), value, min: -20, max: 20, step: 0.1 },
    change(next) {
      const weights = unpackFloats(scene.w) ?? new Float32Array();
      weights[at] = next;
      return { w: packFloats(weights), trouble: '' };
    },
  };
}
