import type { Node } from '../../../graph/ops.ts';

const isConstant = (node: Node | undefined, is: (value: number) => boolean): boolean =>
  node?.op === 'constant' && is(node.attributes.value.data[0] ?? Number.NaN);

/** x, where a node is 1/(1 + e^(−x)), x being kept from below. */
export function sigmoidOf(node: Node): Node | undefined {
  const [one, total] = node.inputs;
  if (node.op !== 'div' || total?.op !== 'add' || !isConstant(one, (value) => value === 1)) return undefined;
  const power = total.inputs.find(({ op }) => op === 'exp');
  const turned = power?.inputs[0];
  const bounded = turned?.op === 'neg' ? turned.inputs[0] : undefined;
  if (!bounded || !total.inputs.some((from) => isConstant(from, (value) => value === 1))) return undefined;
  return bounded.op === 'where' && isConstant(bounded.inputs[1], (value) => value <= -80)
    ? bounded.inputs[2]
    : bounded;
}

/** x, where a node is x if it is above (nearly) 0, else 0. */
export function positivePartOf(node: Node): Node | undefined {
  const [condition, zero, x] = node.inputs;
  const [left, bound] = condition?.inputs ?? [];
  const fits =
    node.op === 'where' &&
    condition?.op === 'less' &&
    left === x &&
    isConstant(bound, (value) => value >= 0 && value < 1e-30) &&
    isConstant(zero, (value) => value === 0);
  return fits ? x : undefined;
}
