import { readFile } from 'node:fs/promises';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readArchive, writeArchive } from '../../src/data/archive/zip.ts';
import { DataError } from '../../src/graph/errors.ts';

const text = (content: string) => new TextEncoder().encode(content);
const members = new Map([
  ['metadata.json', text('{}')],
  ['assets/größe/words.txt', text('one\ntwo')],
  ['empty', new Uint8Array()],
]);

const KERAS = new URL('../../fixtures/keras/', import.meta.url);

/** Where the directory of a zip without a comment begins, and where its end record does. */
function directory(bytes: Uint8Array): { view: DataView; start: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 22;
  return { view, start: view.getUint32(end + 16, true), end };
}

/** A zip of one member, changed where `change` says. */
async function altered(change: (view: DataView, start: number, end: number) => void): Promise<Uint8Array> {
  const bytes = await writeArchive(new Map([['name.txt', text('hello')]]));
  const { view, start, end } = directory(bytes);
  change(view, start, end);
  return bytes;
}

describe('writeArchive', () => {
  it('writes what readArchive reads', async () => {
    expect(await readArchive(await writeArchive(members))).toEqual(members);
  });

  it('stores its members, and gives the same bytes each time', async () => {
    const bytes = await writeArchive(members);
    const { view, start } = directory(bytes);
    expect(view.getUint16(start + 10, true)).toBe(0);
    expect(await writeArchive(members)).toEqual(bytes);
  });

  it.each(['', '/a', '../a', 'a/../b', 'a//b', 'a\\b', 'C:a'])('refuses the path %j', async (path) => {
    await expect(writeArchive(new Map([[path, text('x')]]))).rejects.toThrow(/relative path/);
  });
});

describe('readArchive', () => {
  it('reads the members of a Keras file', async () => {
    const archive = await readArchive(await readFile(new URL('adam.keras', KERAS)));
    expect([...archive.keys()]).toEqual(['metadata.json', 'config.json', 'model.weights.h5']);
    expect(JSON.parse(new TextDecoder().decode(archive.get('metadata.json')))).toMatchObject({
      keras_version: '3.15.1',
    });
  });

  it('reads deflated members, and skips folders', async () => {
    const long = text('again and '.repeat(10_000));
    const bytes = zipSync({ 'assets/': new Uint8Array(), 'assets/long.txt': long }, { level: 9 });
    expect(bytes.length).toBeLessThan(long.length / 50);
    const archive = await readArchive(bytes);
    expect([...archive.keys()]).toEqual(['assets/long.txt']);
    expect(new TextDecoder().decode(archive.get('assets/long.txt'))).toBe('again and '.repeat(10_000));
  });

  it('reads an archive that is part of a larger buffer, and one with a comment', async () => {
    const bytes = await writeArchive(members);
    const within = new Uint8Array(bytes.length + 7);
    within.set(bytes, 3);
    expect(await readArchive(within.subarray(3, 3 + bytes.length))).toEqual(members);

    const commented = new Uint8Array(bytes.length + 4);
    commented.set(bytes);
    commented[bytes.length - 2] = 4;
    expect(await readArchive(commented)).toEqual(members);
  });

  it('names the file in its message', async () => {
    const reading = readArchive(text('not a zip'), { file: 'model.keras' });
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(/^model\.keras: reading a zip archive: expected a zip archive/);
  });

  it('refuses every cut of an archive', async () => {
    const bytes = await writeArchive(members);
    for (let length = 0; length < bytes.length; length++) {
      await expect(readArchive(bytes.subarray(0, length))).rejects.toThrow(DataError);
    }
  });

  it('refuses a changed byte', async () => {
    const bytes = await altered((view) => view.setUint8(30 + 'name.txt'.length, 0x48));
    await expect(readArchive(bytes)).rejects.toThrow(/checksum .* damaged/);
  });

  it('refuses paths that lead elsewhere', async () => {
    for (const path of ['/etc/passwd', '../up', 'a/../../b', 'a\\b', 'C:/x', './a', 'a//b']) {
      await expect(readArchive(zipSync({ [path]: text('x') }))).rejects.toThrow(/relative paths/);
    }
  });

  it('refuses the same path twice', async () => {
    const bytes = zipSync({ a: text('1'), b: text('2') });
    const { view, start } = directory(bytes);
    for (let offset = 0; offset < bytes.length - 4; offset++) {
      if (view.getUint32(offset, true) === 0x04034b50 && bytes[offset + 30] === 0x62)
        bytes[offset + 30] = 0x61;
    }
    bytes[start + 47 + 46] = 0x61;
    await expect(readArchive(bytes)).rejects.toThrow(/"a" twice/);
  });

  it('refuses a member whose two headers name different files', async () => {
    const bytes = await altered((view) => view.setUint8(30, 0x6d));
    await expect(readArchive(bytes)).rejects.toThrow(/two different names/);
  });

  it('refuses encryption and unknown compression', async () => {
    const encrypted = await altered((view, start) => view.setUint16(start + 8, 1, true));
    await expect(readArchive(encrypted)).rejects.toThrow(/encrypted/);
    const zstandard = await altered((view, start) => view.setUint16(start + 10, 93, true));
    await expect(readArchive(zstandard)).rejects.toThrow(/compression method 93/);
  });

  it('refuses ZIP64', async () => {
    const bytes = await altered((view, _, end) => view.setUint32(end + 16, 0xffffffff, true));
    await expect(readArchive(bytes)).rejects.toThrow(/ZIP64/);
  });

  it('bounds members and sizes', async () => {
    const bytes = await writeArchive(members);
    await expect(readArchive(bytes, { members: 2 })).rejects.toThrow(/at most 2 members, found 3/);
    await expect(readArchive(bytes, { memberBytes: 6 })).rejects.toThrow(/at most 6 bytes, found 7/);
    await expect(readArchive(bytes, { totalBytes: 8 })).rejects.toThrow(/at most 8 bytes in all/);
    expect(await readArchive(bytes, { members: 3, memberBytes: 7, totalBytes: 9 })).toEqual(members);
  });

  it('refuses a size that deflated bytes cannot have', async () => {
    const bytes = zipSync({ zeros: new Uint8Array(1000) });
    const { view, start } = directory(bytes);
    view.setUint32(start + 24, 2 ** 31 - 1, true);
    await expect(readArchive(bytes)).rejects.toThrow(/at most \d+ bytes, found 2147483647/);
  });

  it('stops a bomb at the size it had promised', async () => {
    const bytes = zipSync({ zeros: new Uint8Array(2 ** 24) });
    const { view, start } = directory(bytes);
    view.setUint32(start + 24, 1000, true);
    // Of processor time: others may keep it waiting.
    const before = process.cpuUsage();
    await expect(readArchive(bytes)).rejects.toThrow(/expected 1000 bytes, found more/);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });

  it('refuses deflated data that ends early', async () => {
    const bytes = zipSync({ name: text('hello '.repeat(50)) }, { level: 9 });
    const { view, start } = directory(bytes);
    view.setUint32(start + 20, view.getUint32(start + 20, true) - 3, true);
    await expect(readArchive(bytes)).rejects.toThrow(DataError);
  });
});
