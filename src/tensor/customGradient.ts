import { customGradient as ruled } from '../graph/build.ts';
import { ArgumentError, ShapeError } from '../graph/errors.ts';
import { GradientRule } from '../graph/gradientRule.ts';
import { inOrder, input, substitute } from '../graph/graph.ts';
import type { Node, NodeOf } from '../graph/ops.ts';
import { sameShape, typeText } from '../graph/shapes.ts';
import { Tensor, type TensorLike, tensor } from './tensor.ts';

/** From what flows back into a value to what flows back into each argument; undefined for one that gets nothing. */
export type GradientOf = (upstream: Tensor) => Tensor | readonly (Tensor | undefined)[];

/**
 * A function with a gradient of its own, for one that is more accurate or cheaper than what would be derived, or is no
 * derivative at all: clipped, turned round, straight through a step.
 *
 *     const log1pexp = customGradient((x: Tensor) => {
 *       const e = exp(x);
 *       return [log(add(1, e)), (upstream) => upstream.mul(sub(1, div(1, add(1, e))))];
 *     });
 *
 * The rule is recorded as graph when the function is called, so it has gradients itself: those of the second order are
 * the gradients of the rule. Only the arguments get one, not what else the function reads.
 *
 * @param f from its arguments to its value and the rule; the rule may use all that f has computed
 * @throws ArgumentError when the rule gives more or fewer gradients than there are arguments; ShapeError when one has
 *   not its argument's shape and dtype
 * @see Keras `keras.ops.custom_gradient`; `jax.custom_vjp`
 */
export function customGradient<A extends readonly Tensor[]>(
  f: (...args: A) => readonly [value: Tensor, gradient: GradientOf],
): (...args: { [K in keyof A]: TensorLike }) => Tensor {
  return (...args) => {
    const given = args.map((argument) => tensor(argument as TensorLike));
    const [value, gradient] = f(...(given as readonly Tensor[] as A));
    const cotangent = input(value.dtype, value.shape, 'cotangent') as NodeOf<'input'>;
    const flowing = [gradient(new Tensor(cotangent))].flat();
    checkGradients(given, flowing);
    const results = flowing.map((one) => one?.node);
    const present = results.filter((node) => node !== undefined);
    const read = readBy(present, cotangent);
    const leaves = read.map(({ dtype, shape }, i) => input(dtype, shape, `read ${i}`));
    const own = substitute(present, new Map(read.map((node, i) => [node, leaves[i] as Node]))).values();
    const rule = new GradientRule(
      cotangent,
      leaves,
      results.map((node) => node && own.next().value),
    );
    const node = ruled(
      value.node,
      given.map((argument) => argument.node),
      read,
      rule,
    );
    return new Tensor(
      node,
      [value, ...given, ...flowing].some((one) => one?.isTraced),
    );
  };
}

/** What a rule reads besides the cotangent: nodes that do not depend on it, constants apart. */
function readBy(results: readonly Node[], cotangent: Node): Node[] {
  const dependent = new Set<Node>([cotangent]);
  const found = new Set<Node>();
  const look = (node: Node) => {
    if (!dependent.has(node) && node.op !== 'constant') found.add(node);
  };
  for (const node of inOrder(results)) {
    if (!node.inputs.some((from) => dependent.has(from))) continue;
    dependent.add(node);
    node.inputs.forEach(look);
  }
  results.forEach(look);
  return [...found];
}

function checkGradients(args: readonly Tensor[], gradients: readonly (Tensor | undefined)[]): void {
  if (gradients.length !== args.length) {
    throw new ArgumentError({
      asked: 'customGradient',
      expected: `a gradient for each of ${args.length} arguments`,
      received: `${gradients.length}`,
    });
  }
  for (const [i, argument] of args.entries()) {
    const one = gradients[i];
    if (!one || (sameShape(one.shape, argument.shape) && one.dtype === argument.dtype)) continue;
    throw new ShapeError({
      asked: `customGradient: what flows back into argument ${i}`,
      expected: typeText(argument),
      received: typeText(one),
      fix: 'Sum it over the axes along which the argument was stretched.',
    });
  }
}
