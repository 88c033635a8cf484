import { bodyOf } from '../../../compile/kernels.ts';
import { loadNumber, registerOf } from '../arithmetic/access.ts';
import { Arithmetic } from '../arithmetic/operations.ts';
import { forEach, storeView } from '../assembly/loops.ts';
import { Body } from '../body.ts';
import { Stores } from '../nests/elementwise.ts';
import { nestShared } from '../nests/nest.ts';
import type { PhaseWriter } from '../phases.ts';
import type { Product } from './matmul.ts';
import { pushOffset } from './sides.ts';

/** The plain triple loop, for float64 and for what cannot be computed in vectors afterwards. */
export function writeScalarProduct(phases: PhaseWriter, product: Product): void {
  const { kernel, root, rows, columns, batches, depth } = product;
  const [outermost = rows] = batches;
  const context = phases.begin(product.work, outermost.length);
  const { code } = context;
  const lanes = new Arithmetic(code, false).lanes(root.dtype);
  const type = registerOf(root.dtype);
  const values = bodyOf(kernel);
  nestShared(context, [...batches, rows, columns], (positions) => {
    const [row, column] = positions.slice(-2).map(({ counter }) => counter);
    const outer = positions.slice(0, -1);
    const [left, right] = product.sides(context, positions.slice(0, -2));
    const total = code.get(lanes.constant(0)).keep(type);
    forEach(code, 0, depth, 1, (k) => {
      const [a, b] = [
        { side: left, at: row ?? 0 },
        { side: right, at: column ?? 0 },
      ].map(({ side, at }) => {
        code.get(side.address);
        pushOffset(context, side.outer, at);
        code.emit('i32.add');
        pushOffset(context, side.depth, k);
        return loadNumber(code.emit('i32.add'), side.dtype, 0).keep(type);
      });
      if (a && b) code.get(lanes.add(total, lanes.mul(a, b))).set(total);
    });
    const body = new Body(context, values, outer, columns);
    const stores = new Stores(context, kernel.stores, storeView(kernel.space), outer, columns);
    stores.write(body.evaluate(values, column ?? 0, 1, total), column ?? 0, 1);
  });
}
