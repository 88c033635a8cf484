/**
 * C ← A·B + keep·C of float32 in WebAssembly memory: whether sides are transposed, then rows, columns and depth, and
 * for each matrix its address and the length of its stored rows.
 */
export type Gemm = (
  transposeA: number,
  transposeB: number,
  rows: number,
  columns: number,
  depth: number,
  a: number,
  strideA: number,
  b: number,
  strideB: number,
  keep: number,
  c: number,
  strideC: number,
) => void;

/** `gemm` on one memory. */
export interface BoundGemm {
  readonly gemm: Gemm;
  /** To be called after the memory has grown, which may have moved it. */
  readonly refresh: () => void;
}

/** Where a library is, in words another thread can be told. */
export interface BlasPlace {
  readonly koffi: string;
  readonly library: string;
  /** The function that says how many threads the library may use. */
  readonly threads?: string;
}

export interface Blas {
  readonly name: string;
  readonly place: BlasPlace;
  readonly bind: (memory: WebAssembly.Memory) => BoundGemm;
}

/**
 * Loads the library and gives its `cblas_sgemm`, confined to the calling thread. Self-contained: its text is also
 * what other threads run.
 */
export function gemmOver(require: (id: string) => unknown, place: BlasPlace): Blas['bind'] {
  interface Library {
    func(declaration: string): (...args: readonly (number | bigint)[]) => void;
  }
  const koffi = require(place.koffi) as {
    load(path: string): Library;
    address(data: Uint8Array<ArrayBufferLike>): bigint;
  };
  const library = koffi.load(place.library);
  if (place.threads) library.func(`void ${place.threads}(int)`)(1);
  const sgemm = library.func(
    'void cblas_sgemm(int, int, int, int, int, int, float, size_t, int, size_t, int, float, size_t, int)',
  );
  return (memory) => {
    let start = 0;
    const refresh = () => {
      start = Number(koffi.address(new Uint8Array(memory.buffer)));
    };
    refresh();
    return {
      refresh,
      gemm(transposeA, transposeB, rows, columns, depth, a, strideA, b, strideB, keep, c, strideC) {
        // 101: row-major; 111 and 112: as it lies, and transposed.
        const [left, right, result] = [start + a, start + b, start + c];
        const [ta, tb] = [111 + transposeA, 111 + transposeB];
        sgemm(101, ta, tb, rows, columns, depth, 1, left, strideA, right, strideB, keep, result, strideC);
      },
    };
  };
}
