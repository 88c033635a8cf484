/** The steps of a multi-layer perceptron, written from the numbers that its passes computed. */
import {
  added,
  copied,
  difference,
  hiddenError,
  type Named,
  netInput,
  outputError,
  product,
  sigmoidOf,
  softmaxOf,
} from './formulas.ts';
import {
  activationOf,
  type ForwardPass,
  faithful,
  type MultilayerPerceptron,
  nodeNames,
  type Reading,
} from './multilayer.ts';
import type { Group, Recording, State } from './trace.ts';

function placeOf({ sizes }: MultilayerPerceptron, group: Group, layer: number, phase: string): Group {
  return { ...group, layer: layer === sizes.length - 1 ? 'output' : `hidden ${layer}`, phase };
}

/** Net input and output of every unit. */
export function recordForward(
  { recorder, group }: Recording,
  network: MultilayerPerceptron,
  { nets, outputs }: ForwardPass,
  reading: Reading = faithful,
): void {
  const names = nodeNames(network);
  let read: State = Object.fromEntries((outputs[0] ?? []).map((x, i) => [names.output(0, i), x]));
  for (const [l, layer] of network.weights.entries()) {
    const place = placeOf(network, group, l + 1, 'forward');
    const named = (nets[l + 1] ?? []).map((value, j): Named => [names.net(l + 1, j), value]);
    for (const [j, [name, net]] of named.entries()) {
      const products = (outputs[l] ?? []).map((value, i) => {
        const [from, to] = reading(l, i, j);
        return [
          [names.output(l, i), value],
          [names.weight(l, from, to), layer[from]?.[to] ?? 0],
        ] as const;
      });
      const last = [names.bias(l + 1, j), network.biases[l]?.[j] ?? 0] as const;
      recorder.step(
        place,
        `net input of unit ${names.node(l + 1, j)}`,
        name,
        net,
        () => netInput(name, net, products, { last }),
        read,
      );
      read = {};
    }
    const kind = activationOf(network, l + 1);
    for (const [j, net] of named.entries()) {
      const [name, value] = [names.output(l + 1, j), outputs[l + 1]?.[j] ?? 0];
      recorder.step(place, `output of unit ${names.node(l + 1, j)}`, name, value, () => {
        if (kind === 'softmax') return softmaxOf(name, value, net, named);
        return kind === 'sigmoid' ? sigmoidOf(name, value, net) : copied(name, value, net);
      });
    }
  }
}

/** The error of every unit, from the output layer back. */
export function recordBackward(
  { recorder, group }: Recording,
  network: MultilayerPerceptron,
  { outputs }: ForwardPass,
  target: readonly number[],
  errors: readonly (readonly number[])[],
): void {
  const names = nodeNames(network);
  const last = network.weights.length;
  for (const [k, t] of target.entries()) {
    const place = placeOf(network, group, last, 'backward');
    const own = [names.output(last, k), outputs[last]?.[k] ?? 0] as const;
    const desired = [names.target(last, k), t] as const;
    const [apart, error] = [t - own[1], errors[last - 1]?.[k] ?? 0];
    const apartName = names.difference(last, k);
    recorder.step(
      place,
      `desired less estimated output of unit ${names.node(last, k)}`,
      apartName,
      apart,
      () => difference(apartName, apart, desired, own),
      { [desired[0]]: t },
    );
    const name = names.error(last, k);
    recorder.step(place, `error of unit ${names.node(last, k)}`, name, error, () =>
      network.output === 'sigmoid'
        ? outputError(name, error, own, desired)
        : difference(name, error, desired, own),
    );
  }
  for (let l = last - 1; l > 0; l--) {
    const place = placeOf(network, group, l, 'backward');
    for (const [j, error] of (errors[l - 1] ?? []).entries()) {
      const name = names.error(l, j);
      const products = (errors[l] ?? []).map(
        (above, k) =>
          [
            [names.error(l + 1, k), above],
            [names.weight(l, j, k), network.weights[l]?.[j]?.[k] ?? 0],
          ] as const,
      );
      recorder.step(place, `error of unit ${names.node(l, j)}`, name, error, () =>
        hiddenError(name, error, [names.output(l, j), outputs[l]?.[j] ?? 0], products),
      );
    }
  }
}

/** The change of every weight and bias, and its new value. */
export function recordUpdate(
  { recorder, group }: Recording,
  network: MultilayerPerceptron,
  { outputs }: ForwardPass,
  errors: readonly (readonly number[])[],
  learningRate: number,
): void {
  const names = nodeNames(network);
  const move = (l: number, name: string, old: number, factors: readonly Named[]) => {
    const place = placeOf(network, group, l + 1, 'update');
    const all: Named[] = [['α', learningRate], ...factors];
    const change = all.reduce((total, [, factor]) => total * factor, 1);
    const next = old + change;
    recorder.step(place, `change of ${name}`, `Δ${name}`, change, () => product(`Δ${name}`, change, all));
    recorder.step(place, `new ${name}`, name, next, () =>
      added(name, next, [
        [name, old],
        [`Δ${name}`, change],
      ]),
    );
  };
  for (const [l, layer] of network.weights.entries()) {
    for (const [i, row] of layer.entries()) {
      for (const [j, weight] of row.entries()) {
        const error = [names.error(l + 1, j), errors[l]?.[j] ?? 0] as const;
        move(l, names.weight(l, i, j), weight, [error, [names.output(l, i), outputs[l]?.[i] ?? 0]]);
      }
    }
  }
  for (const [l, layer] of network.biases.entries()) {
    for (const [j, bias] of layer.entries()) {
      move(l, names.bias(l + 1, j), bias, [[names.error(l + 1, j), errors[l]?.[j] ?? 0]]);
    }
  }
}
