import { bodyOf, type Kernel, type Store } from '../../../compile/kernels.ts';
import type { View } from '../../../compile/views.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import { store } from '../arithmetic/access.ts';
import type { Local } from '../assembly/assembler.ts';
import {
  type Counter,
  elementBytes,
  type Loop,
  mergeAxes,
  storeView,
  strideAlong,
  sumOf,
  UNIT,
} from '../assembly/loops.ts';
import { Body, type KernelContext, type Position } from '../body.ts';
import type { PhaseWriter } from '../phases.ts';
import { costOf, MOST_THREADS } from '../threads/sharing.ts';
import { allViews, LANES, nest, nestShared, storeViews, strip, stripShared } from './nest.ts';

/**
 * A kernel without a root: the body at every point of the space.
 *
 * @param isShared whether threads share it; by default if it is worth it
 */
export function writeElementwise(phases: PhaseWriter, kernel: Kernel, isShared?: boolean): void {
  const values = bodyOf(kernel);
  const dense = storeView(kernel.space);
  const loops = mergeAxes(kernel.space, [...allViews(values), dense, ...storeViews(kernel)]);
  const inner = loops.at(-1);
  const around = loops.slice(0, -1);
  // Parts are steps of the outermost loop, or where that is too short, or the only one, pieces of the innermost.
  const [outermost] = around;
  const byOuter = outermost !== undefined && outermost.length >= MOST_THREADS;
  const work = sizeOf(kernel.space) * costOf(values);
  const pieces = byOuter ? outermost.length : Math.floor((inner?.length ?? 1) / LANES);
  const context = phases.begin(work, pieces, { isShared: isShared ?? phases.isShared(work) });
  (byOuter ? nestShared : nest)(context, around, (outer) => {
    const body = new Body(context, values, outer, inner);
    const stores = new Stores(context, kernel.stores, dense, outer, inner);
    (byOuter ? strip : stripShared)(context, inner, (counter, lanes) =>
      stores.write(body.evaluate(values, counter, lanes), counter, lanes),
    );
  });
}

/** Writes results over a kernel's space, densely unless a store says otherwise; addresses of the outer loops are computed in front. */
export class Stores {
  readonly #context: KernelContext;
  readonly #stores: readonly Store[];
  readonly #starts: ReturnType<typeof sumOf>[];
  readonly #strides: readonly number[];

  constructor(
    context: KernelContext,
    stores: readonly Store[],
    dense: View,
    outer: readonly Position[],
    inner: Loop | undefined,
  ) {
    this.#context = context;
    this.#stores = stores;
    this.#strides = stores.map(({ view = dense }) => strideAlong(view, inner));
    this.#starts = stores.map(({ buffer, view = dense }) => {
      const bytes = elementBytes(buffer);
      const terms = outer.map(({ loop, counter }) => ({
        counter,
        factor: (strideAlong(view, loop) * bytes) / UNIT,
      }));
      const start = { local: context.addressOf(buffer), constant: view.offset * bytes };
      return sumOf(context.code, start, terms);
    });
  }

  write(values: readonly Local[], counter: Counter, lanes: number): void {
    this.#stores.forEach(({ buffer }, i) => {
      const stride = this.#strides[i] ?? 0;
      const factor = (stride * elementBytes(buffer)) / UNIT;
      const start = this.#starts[i];
      const value = values[i];
      if (!start || !value) return;
      const at = sumOf(this.#context.code, start, [{ counter, factor }]);
      store(this.#context, at, value, buffer.dtype, lanes, stride);
    });
  }
}
