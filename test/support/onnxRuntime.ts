import * as ort from 'onnxruntime-web/wasm';
import type { Dtype } from '../../src/graph/dtypes.ts';
import type { NDArray } from '../../src/graph/ndarray.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

const TYPES: Partial<Record<Dtype, ort.Tensor.Type>> = {
  float32: 'float32',
  float64: 'float64',
  int32: 'int32',
  uint32: 'uint32',
  bool: 'bool',
};

/** What ONNX Runtime computes of a file: the values of its outputs, by their names. */
export async function runOnnx(
  file: Uint8Array,
  inputs: Readonly<Record<string, NDArray>>,
): Promise<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>> {
  const session = await ort.InferenceSession.create(file);
  try {
    const feeds = Object.entries(inputs).map(([name, { dtype, shape, data }]) => [
      name,
      new ort.Tensor(TYPES[dtype] ?? 'float32', data as Float32Array, [...shape]),
    ]);
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: dims, data: Array.from(data as ArrayLike<number>, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}
