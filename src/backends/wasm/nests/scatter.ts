import type { Expression, Kernel, Root } from '../../../compile/kernels.ts';
import { sizeOf } from '../../../graph/ndarray.ts';
import { loadNumber, loadVector, store } from '../arithmetic/access.ts';
import { Arithmetic } from '../arithmetic/operations.ts';
import type { Local } from '../assembly/assembler.ts';
import { type Counter, elementBytes, forEach, mergeAxes, sumOf, UNIT } from '../assembly/loops.ts';
import { Body, clampRow, type KernelContext } from '../body.ts';
import type { PhaseWriter } from '../phases.ts';
import { costOf } from '../threads/sharing.ts';
import { Stores, writeElementwise } from './elementwise.ts';
import { allViews, nestShared, strip } from './nest.ts';

type Scatter = Extract<Root, { kind: 'scatter' }>;

/** Zeros, then each update added at its row, in order: so the same sums whatever repeats. */
export function writeScatter(phases: PhaseWriter, kernel: Kernel, root: Scatter): void {
  const context = phases.begin();
  const { code } = context;
  const { rows, width, dtype } = root;
  const target = kernel.stores[0]?.buffer;
  if (!target) return;
  const bytes = elementBytes({ dtype });
  const arithmetic = new Arithmetic(code, context.vector);
  code
    .get(context.addressOf(target))
    .emit('i32.const', 0)
    .emit('i32.const', rows * width * bytes)
    .emit('memory.fill');
  forEach(code, 0, root.indices.elements, 1, (item) => {
    const from = sumOf(code, { local: context.addressOf(root.updates), constant: 0 }, [
      { counter: item, factor: (width * bytes) / UNIT },
    ]);
    const to = rowAddress(context, root, context.addressOf(target), item, rows, width * bytes);
    strip(context, { length: width, axes: [] }, (counter, lanes) => {
      const at = { local: to, constant: 0 };
      const read = (start: ReturnType<typeof sumOf>) => {
        const place = sumOf(code, start, [{ counter, factor: bytes / UNIT }]);
        code.get(place.local as Local);
        const load = context.vector ? loadVector : loadNumber;
        return load(code, dtype, place.constant).keep(arithmetic.typeOf(dtype));
      };
      const total = arithmetic.apply('add', dtype, [
        { local: read(at), dtype },
        { local: read(from), dtype },
      ]);
      store(context, sumOf(code, at, [{ counter, factor: bytes / UNIT }]), total, dtype, lanes, 1);
    });
  });
}

function rowAddress(
  { code, addressOf }: KernelContext,
  root: Scatter,
  start: Local,
  item: Counter,
  rows: number,
  rowBytes: number,
): Local {
  const place = sumOf(code, { local: addressOf(root.indices), constant: 0 }, [{ counter: item, factor: 1 }]);
  const row = code
    .get(place.local as Local)
    .emit('i32.load', place.constant)
    .keep('i32');
  const clamped = clampRow(code, row, rows);
  return code.get(clamped).emit('i32.const', rowBytes).emit('i32.mul').get(start).emit('i32.add').keep('i32');
}

type Unwindow = Extract<Root, { kind: 'unwindow' }>;

/** Zeros, then each element added at its place; in one pass of the inner loops no place is met twice. */
export function writeUnwindow(phases: PhaseWriter, kernel: Kernel, root: Unwindow): void {
  const { body, view, dtype } = root;
  const target = kernel.stores[0]?.buffer;
  if (!target) return;
  const sum: Expression = {
    kind: 'apply',
    op: 'add',
    dtype,
    inputs: [{ kind: 'load', dtype, buffer: target, view }, body],
  };
  const zero: Expression = { kind: 'constant', dtype, value: 0 };
  writeElementwise(phases, { space: kernel.space, stores: [{ buffer: target, value: zero }] });
  // Batches do not meet: threads may share the leading axis, if windows run along others.
  const batches = root.lengths[0] ?? 1;
  const apart =
    batches > 1 && batches === kernel.space[0] && view.strides[0] === sizeOf(kernel.space.slice(1));
  const loops = mergeAxes(root.lengths, [...allViews([body]), view], apart ? 1 : undefined);
  const inner = loops.at(-1);
  const around = loops.slice(0, -1);
  const work = sizeOf(root.lengths) * costOf([sum]);
  const context = phases.begin(work, apart ? (around[0]?.length ?? 1) : 1);
  nestShared(context, around, (outer) => {
    const at = new Body(context, [sum], outer, inner);
    const stores = new Stores(context, kernel.stores, view, outer, inner);
    strip(context, inner, (counter, lanes) =>
      stores.write(at.evaluate([sum], counter, lanes), counter, lanes),
    );
  });
}
