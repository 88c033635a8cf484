import { describe, expect, it } from 'vitest';
import { readHdf5, writeHdf5 } from '../../src/formats/hdf5.ts';
import { hdf5Engine } from '../../src/formats/hdf5Engine.ts';
import { DataError } from '../../src/graph/errors.ts';
import { ndarray } from '../../src/graph/ndarray.ts';

const contents = { datasets: new Map([['a/b', ndarray(Float32Array.of(1, 2))]]), groups: new Map() };

describe('hdf5Engine', () => {
  it('starts afresh after WebAssembly has trapped in the middle of a file', async () => {
    const bytes = await writeHdf5(contents);
    const engine = await hdf5Engine();
    const trap = () =>
      engine.read(bytes, ({ library }) => {
        // The library trips over its own heap, with the file open.
        library.HEAPU8.fill(0xff);
        throw new WebAssembly.RuntimeError('memory access out of bounds');
      });
    for (let round = 0; round < 3; round++) {
      expect(trap).toThrow(DataError);
      expect((await readHdf5(bytes)).datasets).toEqual(contents.datasets);
      expect(await writeHdf5(contents)).toEqual(bytes);
    }
  });

  it('leaves no file behind, and its stack as it was', async () => {
    const bytes = await writeHdf5(contents);
    const engine = await hdf5Engine();
    const stack = () =>
      engine.read(bytes, ({ library }) =>
        library.ccall('memmove', 'number', ['string', 'number', 'number'], ['', 0, 0]),
      );
    const before = stack();
    const failing = () => engine.read(bytes, ({ library, id }) => library.get_names(id, '/missing', false));
    for (let round = 0; round < 10; round++) expect(failing).toThrow(DataError);
    expect(stack()).toBe(before);
    engine.read(bytes, ({ library }) => expect(library.FS.readdir('/')).toContain('pellucid.h5'));
    const { FS } = await import('h5wasm');
    expect(FS?.readdir('/')).not.toContain('pellucid.h5');
  });

  it('says what went wrong, with the cause', async () => {
    const engine = await hdf5Engine();
    const cause = new Error('no such thing');
    const writing = () =>
      engine.write(() => {
        throw cause;
      });
    expect(writing).toThrow(expect.objectContaining({ name: 'DataError', cause }));
  });
});
