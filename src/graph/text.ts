import { inOrder } from './graph.ts';
import type { Attributes, Node } from './ops.ts';
import { typeText } from './shapes.ts';

/**
 * The text form of a graph, one node a line in evaluation order:
 *
 *     %0 = input "x" : float32[2, 3]
 *     %1 = sum(%0) axes=[1] : float32[2, 1]
 */
export function graphText(outputs: readonly Node[]): string {
  const order = inOrder(outputs);
  const numbers = new Map(order.map((node, i) => [node, i]));
  const lines = order.map((node, i) => {
    const inputs = node.inputs.map((from) => `%${numbers.get(from)}`).join(', ');
    return `%${i} = ${node.op}${inputs && `(${inputs})`}${attributesText(node)} : ${typeText(node)}`;
  });
  return [...lines, `return ${outputs.map((node) => `%${numbers.get(node)}`).join(', ')}`].join('\n');
}

const SHOWN = 4;

function attributesText(node: Node): string {
  if (node.op === 'input') return ` "${node.attributes.name}"`;
  if (node.op === 'constant') {
    const { data } = node.attributes.value;
    const numbers = Array.from(data.subarray(0, SHOWN), (x) => Number(x.toPrecision(7)));
    return ` ${numbers.join(' ')}${data.length > SHOWN ? ' …' : ''}`;
  }
  return Object.entries(node.attributes as Attributes['sum'])
    .map(([name, value]) => ` ${name}=${Array.isArray(value) ? `[${value.join(', ')}]` : value}`)
    .join('');
}
