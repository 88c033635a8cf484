import { ArgumentError } from '../../graph/errors.ts';
import type { Layer } from '../../layers/layer.ts';
import type { LayerCall, SymbolicTensor } from '../../layers/symbolic.ts';

/** What lies between some symbolic tensors and others. */
export interface LayerGraph {
  /** Every layer once, in Keras's order: by distance from the outputs, then as it was met on the way from them. */
  readonly layers: readonly Layer[];
  /** Every call, each after those it needs. */
  readonly calls: readonly LayerCall[];
}

/**
 * The layers and calls that lead from `inputs` to `outputs`.
 *
 * @throws ArgumentError where the way back from the outputs passes all inputs by
 * @see Keras `keras/src/ops/function.py`, `map_graph`: the order of the layers is that of its files
 */
export function graphBetween(
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): LayerGraph {
  const { calls, met } = walkBack(inputs, outputs);
  const depths = new Map<LayerCall, number>();
  const layerDepths = new Map<Layer, number>();
  for (const call of calls.toReversed()) {
    // A shared layer is as deep as the deepest of its calls.
    const depth = Math.max(depths.get(call) ?? 0, layerDepths.get(call.layer) ?? 0);
    layerDepths.set(call.layer, depth);
    for (const { history } of call.inputs) {
      depths.set(history.call, Math.max(depth + 1, depths.get(history.call) ?? 0));
    }
  }
  for (const { layer } of inputs) {
    if (layerDepths.has(layer)) continue;
    layerDepths.set(layer, 0);
    met.set(layer, -1);
  }
  const order = (layer: Layer) => [-(layerDepths.get(layer) ?? 0), met.get(layer) ?? 0] as const;
  const layers = [...layerDepths.keys()].sort((a, b) => {
    const [[depthA, metA], [depthB, metB]] = [order(a), order(b)];
    return depthA - depthB || metA - metB;
  });
  return { layers, calls };
}

/** Calls in the order of computation, and when each layer was first met. Iterative, so that depth is no limit. */
function walkBack(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]) {
  const given = new Set(inputs.map(({ history }) => history.call));
  const calls = new Set<LayerCall>();
  const met = new Map<Layer, number>();
  for (const output of outputs) {
    const pending = [output.history.call];
    for (let call = pending.at(-1); call; call = pending.at(-1)) {
      if (!met.has(call.layer)) met.set(call.layer, met.size);
      if (call.inputs.length === 0 && !given.has(call)) throw disconnected(call.layer, inputs);
      const from = given.has(call) ? [] : call.inputs.map(({ history }) => history.call);
      const missing = from.find((before) => !calls.has(before));
      if (missing) pending.push(missing);
      else {
        calls.add(call);
        pending.pop();
      }
    }
  }
  return { calls: [...calls], met };
}

function disconnected(layer: Layer, inputs: readonly SymbolicTensor[]): ArgumentError {
  const named = ({ name, exampleShape }: SymbolicTensor) =>
    name || `[${['batch', ...exampleShape].join(', ')}]`;
  return new ArgumentError({
    asked: 'model',
    expected: `outputs computed from its inputs, ${inputs.map(named).join(', ')}`,
    received: `outputs that also need "${layer.name || layer.className}"`,
    fix: 'List every input the outputs depend on.',
  });
}
