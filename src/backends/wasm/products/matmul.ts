import type { Kernel, Root } from '../../../compile/kernels.ts';
import { isHalf } from '../../../graph/dtypes.ts';
import type { Loop } from '../assembly/loops.ts';
import type { KernelContext, Position } from '../body.ts';
import { LANES, nestShared } from '../nests/nest.ts';
import type { PhaseWriter } from '../phases.ts';
import { costOf } from '../threads/sharing.ts';
import { chunksOf, DeepProduct } from './deepProduct.ts';
import { DirectProduct, directPieces, type Extent } from './directProduct.ts';
import { DotProduct, isDot } from './dotProduct.ts';
import { isNative, NativeProduct } from './nativeProduct.ts';
import { PackedProduct } from './packedProduct.ts';
import { writeScalarProduct } from './scalarProduct.ts';
import { type PlainSide, plainSide, type Side, sideOf } from './sides.ts';
import { Epilogue, TILE_BYTES } from './tiles.ts';

export type Matmul = Extract<Root, { kind: 'matmul' }>;

/** Products of fewer multiplications, rows or columns are not worth packing. */
const PACKED_WORK = 32_768;
const PACKED_ROWS = 8;
const PACKED_COLUMNS = 12;
const PACKED_DEPTH = 9;

/**
 * A matrix product with everything that follows it: C = body(A·B), tile by tile, the accumulators in registers.
 *
 * Lanes run along the columns. Each sum runs along the depth in an order that its shape alone decides, so results
 * do not depend on threads.
 *
 * @see Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
 */
export function writeMatmul(phases: PhaseWriter, kernel: Kernel, root: Matmul): void {
  const product = new Product(kernel, root, phases.vector);
  // A long epilogue loops over a tile in memory.
  phases.ownBytes = Math.max(phases.ownBytes, TILE_BYTES);
  if (!phases.vector) writeScalarProduct(phases, product);
  else if (isNative(phases, product)) new NativeProduct(phases, product).write();
  else if (product.batches.length > 0) writeBatches(phases, product);
  else if (!product.isPacked) writeDirect(phases, product);
  else writePacked(phases, product);
}

function writePacked(phases: PhaseWriter, product: Product): void {
  const chunks = chunksOf(phases, product);
  if (chunks > 1) new DeepProduct(phases, product, chunks).write();
  else new PackedProduct(phases, product).write();
}

/** What is to be computed, seen so that lanes have columns to run along. */
export class Product {
  readonly kernel: Kernel;
  readonly depth: number;
  readonly batches: readonly Loop[];
  readonly rows: Loop;
  readonly columns: Loop;
  readonly root: Matmul;
  /** Too few columns to fill a register: (A·B)ᵀ = Bᵀ·Aᵀ is computed. */
  readonly #isFlipped: boolean;

  constructor(kernel: Kernel, root: Matmul, vector: boolean) {
    const loops = kernel.space.map((length, axis): Loop => ({ length, axes: [axis] }));
    const [rows, columns] = loops.slice(-2) as [Loop, Loop];
    this.kernel = kernel;
    this.root = root;
    this.depth = root.depth;
    this.batches = loops.slice(0, -2).filter(({ length }) => length > 1);
    this.#isFlipped = vector && columns.length < LANES && rows.length > columns.length;
    [this.rows, this.columns] = this.#isFlipped ? [columns, rows] : [rows, columns];
  }

  /** Multiplications in one batch. */
  get work(): number {
    return this.rows.length * this.columns.length * this.depth;
  }

  /** About how many operations one batch takes, with what follows the product. */
  get cost(): number {
    const values = this.kernel.stores.map(({ value }) => value);
    return this.work + this.rows.length * this.columns.length * costOf(values);
  }

  get isPacked(): boolean {
    const large =
      this.work >= PACKED_WORK &&
      this.rows.length >= PACKED_ROWS &&
      this.columns.length >= PACKED_COLUMNS &&
      this.depth >= PACKED_DEPTH;
    return large || !this.#isPlain || this.#isNarrow;
  }

  /** Whether two strides reach the elements of each side. */
  get #isPlain(): boolean {
    const { a, b } = this.root;
    return [a, b].every(({ view, batches, rows }) => view.shape.length === batches + 2 && rows === 1);
  }

  /** Whether a side is stored as numbers of 16 bits, which are widened while they are packed. */
  get #isNarrow(): boolean {
    return isHalf(this.root.a.buffer.dtype) || isHalf(this.root.b.buffer.dtype);
  }

  /** Left and right side in the batch at some positions. */
  sides(context: KernelContext, batch: readonly Position[]): [Side, Side] {
    const a = sideOf(context, this.root.a, 'rows', batch);
    const b = sideOf(context, this.root.b, 'columns', batch);
    return this.#isFlipped ? [b, a] : [a, b];
  }

  /** Left and right side as they will be, to look at their strides before any code is written. */
  probe(phases: PhaseWriter): [Side, Side] {
    return this.sides(phases.draft(), []);
  }

  epilogue(context: KernelContext, batch: readonly Position[]): Epilogue {
    return new Epilogue(context, this.kernel, batch, this.rows, this.columns);
  }
}

function writeDirect(phases: PhaseWriter, product: Product): void {
  const [left, right] = plainSides(product, phases.draft(), []);
  const extent = extentOf(product);
  const pieces = isDot(left, right, extent) ? DotProduct.pieces(extent) : directPieces(extent);
  writeDirectIn(phases.begin(product.cost, pieces), product, []);
}

function writeDirectIn(context: KernelContext, product: Product, batch: readonly Position[]): void {
  const [left, right] = plainSides(product, context, batch);
  const extent = extentOf(product);
  const epilogue = product.epilogue(context, batch);
  if (isDot(left, right, extent)) new DotProduct(context, epilogue, extent).write(left, right);
  else new DirectProduct(context, epilogue, extent).write(left, right);
}

function extentOf({ rows, columns, depth }: Product): Extent {
  return { rows: rows.length, columns: columns.length, depth };
}

function plainSides(
  product: Product,
  context: KernelContext,
  batch: readonly Position[],
): [PlainSide, PlainSide] {
  const [left, right] = product.sides(context, batch).map((side) => plainSide(side));
  if (!left || !right) throw new Error('a product of sides that need tables is packed');
  return [left, right];
}

/** Many products: the threads share the outermost batches. */
function writeBatches(phases: PhaseWriter, product: Product): void {
  const all = product.batches.reduce((total, { length }) => total * length, 1);
  const context = phases.begin(product.cost * all, product.batches[0]?.length ?? 1);
  const packed = product.isPacked ? new PackedProduct(phases, product) : undefined;
  nestShared(context, product.batches, (batch) => {
    const alone = { ...context, share: undefined };
    if (packed) packed.writeBatch(alone, batch);
    else writeDirectIn(alone, product, batch);
  });
}
