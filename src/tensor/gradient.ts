import { backward } from '../autodiff/backward.ts';
import { input, substitute } from '../graph/graph.ts';
import type { Node } from '../graph/ops.ts';
import { leafOf } from './runtime.ts';
import { Tensor, type TensorLike, tensor } from './tensor.ts';
import { currentTrace, type Trace, tracing } from './trace.ts';
import type { Variable } from './variable.ts';

/** A function of tensors whose value is one number. */
export type Differentiable<A extends readonly Tensor[]> = (...args: A) => Tensor;
type Likes<A extends readonly Tensor[]> = { [K in keyof A]: TensorLike };

/**
 * The value of `fn` and its gradients: with respect to `variables` if they are given, else to every argument.
 *
 *     const [loss, [dw]] = valueAndGrad(() => square(w.read().…), [w])();
 *
 * @param fn returns a tensor of one number; values may be read in the middle of it
 */
export function valueAndGrad<A extends readonly Tensor[]>(
  fn: Differentiable<A>,
  variables?: readonly Variable[],
): (...args: Likes<A>) => [value: Tensor, gradients: Tensor[]] {
  return (...args) => {
    const outer = currentTrace();
    const known = new Map<Node, Node>();
    const standIns = new Map<Variable, Node>();
    const standFor = (actual: Node, name: string) => {
      const node = input(actual.dtype, actual.shape, name);
      known.set(node, actual);
      return node;
    };
    const standInOf = (read: Variable) => {
      // What nothing outside has read may stand for itself, and need not be replaced afterwards in all the graph.
      const untouched = outer?.isUntouched?.(read) ?? false;
      const actual = outer?.nodeOf(read) ?? leafOf(read.value());
      return untouched ? actual : standFor(actual, read.name);
    };
    const assigned = new Map<Variable, Tensor>();
    const trace: Trace = {
      known,
      assign(target, next) {
        standIns.set(target, next.node);
        assigned.set(target, next);
      },
      nodeOf(read) {
        const node = standIns.get(read) ?? standInOf(read);
        standIns.set(read, node);
        return node;
      },
    };
    const given = args.map((value) => tensor(value as TensorLike));
    const places = given.map(({ node }, i) => standFor(node, `argument ${i}`));
    const [value, gradients] = tracing(trace, () => {
      // Variables before the function runs, so that one it does not read gets zeros.
      const wrt = variables ? variables.map(trace.nodeOf) : places;
      const loss = fn(...(places.map((node) => new Tensor(node, true)) as readonly Tensor[] as A));
      return [loss.node, backward(loss.node, wrt)];
    });
    const after = [...assigned.values()].map(({ node }) => node);
    const found = substitute([value, ...gradients, ...after], known);
    const traced = outer !== undefined || given.some(({ isTraced }) => isTraced);
    // Assignments are those of the function around, whose values the stand-ins have.
    const next = found.splice(1 + gradients.length);
    for (const [i, target] of [...assigned.keys()].entries())
      target.assign(new Tensor(next[i] as Node, traced));
    const results = found;
    const [first, ...rest] = results.map((node) => new Tensor(node, traced));
    return [first as Tensor, rest];
  };
}

/** The gradient of `fn` with respect to its first argument; itself differentiable. */
export function grad<A extends readonly [Tensor, ...Tensor[]]>(
  fn: Differentiable<A>,
): (...args: Likes<A>) => Tensor {
  return (...args) => valueAndGrad(fn)(...args)[1][0] as Tensor;
}
