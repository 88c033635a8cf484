import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, test } from 'vitest';
import { readTar } from '../../src/data/archive/tar.ts';
import { decodeImage } from '../../src/data/pictures/decode.ts';
import { parseCifar } from '../../src/data/readers/cifar.ts';
import { csvRows } from '../../src/data/readers/csvRows.ts';
import { parseJsonLines } from '../../src/data/readers/jsonLines.ts';
import { parseNpy, parseNpz } from '../../src/data/readers/npy.ts';
import { parseParquet } from '../../src/data/readers/parquet.ts';
import { fixture, fromBase64 } from './fixture.ts';
import { FUZZ_TIMEOUT, readDamaged } from './mutations.ts';
import { tarOf } from './tar.ts';

interface Files {
  readonly arrays: { name: string; file: string }[];
  readonly archives: Record<string, string>;
}
const { arrays, archives } = fixture<Files>('data/arrays.json');
const pictures = fixture<{ name: string; file: string }[]>('data/pictures.json');
const named = (files: readonly { name: string; file: string }[], wanted: string) =>
  fromBase64(files.find(({ name }) => name === wanted)?.file ?? '');
const text = (content: string) => new TextEncoder().encode(content);

describe('damaged files are read or refused with a DataError, within a second', () => {
  test.each(['float64', 'Fortran order', 'version 3'])(
    'NPY, %s',
    async (name) => readDamaged(named(arrays, name), (bytes) => parseNpy(bytes)),
    FUZZ_TIMEOUT,
  );

  test.each(['stored', 'packed'])(
    'NPZ, %s',
    async (name) => readDamaged(fromBase64(archives[name] ?? ''), (bytes) => parseNpz(bytes)),
    FUZZ_TIMEOUT,
  );

  test.each([
    'PNG colours',
    'PNG palette',
    'PNG 16 bits',
    'JPEG colours, every other pixel',
    'JPEG progressive',
  ])('%s', async (name) => readDamaged(named(pictures, name), (bytes) => decodeImage(bytes)), FUZZ_TIMEOUT);

  const numbers = Array.from({ length: 300 }, (_, i) => i % 7);
  test.each(['SNAPPY', 'UNCOMPRESSED'] as const)(
    'Parquet, %s',
    async (codec) => {
      const columnData = [
        { name: 'x', data: numbers },
        { name: 'word', data: numbers.map((i) => `word ${i}`) },
        {
          name: 'gaps',
          data: numbers.map((i) => (i === 3 ? null : i)),
          type: 'INT32' as const,
          nullable: true,
        },
      ];
      const file = new Uint8Array(parquetWriteBuffer({ columnData, codec }));
      await readDamaged(file, (bytes) => parseParquet(bytes));
    },
    FUZZ_TIMEOUT,
  );

  test(
    'JSON lines',
    async () =>
      readDamaged(text('{"x": [1, 2.5e3], "y": "größe"}\n[true, null]\n'.repeat(4)), (bytes) =>
        parseJsonLines(bytes),
      ),
    FUZZ_TIMEOUT,
  );

  test(
    'CSV',
    async () =>
      readDamaged(text('a,b\n1,"x ""y"" ö"\n2,z\n'.repeat(1) + '3,w\n'.repeat(20)), (bytes) =>
        csvRows([bytes]).toArray(),
      ),
    FUZZ_TIMEOUT,
  );

  test(
    'CIFAR',
    async () => readDamaged(new Uint8Array(3 * 3073).fill(1), (bytes) => parseCifar(bytes)),
    FUZZ_TIMEOUT,
  );

  test(
    'tar',
    async () =>
      readDamaged(tarOf({ 'a/b.bin': text('bytes'), 'a/c.bin': new Uint8Array(700) }), (bytes) =>
        readTar(bytes, 'x.tar'),
      ),
    FUZZ_TIMEOUT,
  );
});
