import { describe, expect, it } from 'vitest';
import { readHdf5, writeHdf5 } from '../../src/formats/hdf5.ts';
import { hdf5Engine } from '../../src/formats/hdf5Engine.ts';
import { DataError } from '../../src/graph/errors.ts';
import { ndarray } from '../../src/graph/ndarray.ts';

const ROOM = 2 ** 26;
const contents = { datasets: new Map([['a/b', ndarray(Float32Array.of(1, 2))]]), groups: new Map() };

describe('hdf5Engine', () => {
  it('starts afresh after WebAssembly has trapped in the middle of a file', async () => {
    const bytes = await writeHdf5(contents);
    const engine = await hdf5Engine();
    const trap = () =>
      engine.read(bytes, ROOM, ({ library }) => {
        // The library trips over its own heap, with the file open.
        library.HEAPU8.fill(0xff);
        throw new WebAssembly.RuntimeError('memory access out of bounds');
      });
    for (let round = 0; round < 3; round++) {
      expect(trap).toThrow(DataError);
      expect((await readHdf5(bytes)).datasets).toEqual(contents.datasets);
      expect((await readHdf5(await writeHdf5(contents))).datasets).toEqual(contents.datasets);
    }
  });

  it('leaves no file behind, and its stack as it was', async () => {
    const bytes = await writeHdf5(contents);
    const engine = await hdf5Engine();
    const stack = () =>
      engine.read(bytes, ROOM, ({ library }) =>
        library.ccall('memmove', 'number', ['string', 'number', 'number'], ['', 0, 0]),
      );
    const before = stack();
    const failing = () =>
      engine.read(bytes, ROOM, ({ library, id }) => library.get_names(id, '/missing', false));
    for (let round = 0; round < 10; round++) expect(failing).toThrow(DataError);
    expect(stack()).toBe(before);
    engine.read(bytes, ROOM, ({ library }) => expect(library.FS.readdir('/')).toContain('pellucid.h5'));
    const { FS } = await import('h5wasm');
    expect(FS?.readdir('/')).not.toContain('pellucid.h5');
  });

  it('gives the library the room it is allowed, and no more', async () => {
    const bytes = await writeHdf5(contents);
    const engine = await hdf5Engine();
    const allocate = (size: number, room: number) =>
      engine.read(bytes, room, ({ borrow }) => borrow(size, (pointer) => pointer > 0));
    expect(allocate(2 ** 25, ROOM)).toBe(true);
    expect(() => allocate(2 ** 28, ROOM)).toThrow(DataError);
    expect(allocate(2 ** 28, 2 ** 29)).toBe(true);
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
