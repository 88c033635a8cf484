/** Reads damaged files of one format in a process of its own: `node child.mjs FORMAT COUNT`; prints what it saw. */
import { PellucidError } from '../../../src/graph/errors.ts';
import { RandomStream } from '../../../src/graph/threefry.ts';
import { damaged } from '../damaged.ts';
import { type Attack, FORMATS } from './formats.ts';

/** What came of an attack on a format. */
export interface Outcome {
  readonly read: number;
  readonly refused: number;
  /** Of processor time, for one file. */
  readonly slowestMilliseconds: number;
  /** By how much the most memory that was ever resident grew. */
  readonly growthMebibytes: number;
  /** Errors that are not for people. */
  readonly crashes: readonly string[];
}

const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** The peak, in KiB. */
const resident = () => process.resourceUsage().maxRSS;

const isRead = (file: Uint8Array, read: Attack['read']): Promise<boolean> =>
  Promise.resolve(read(file)).then(
    () => true,
    () => false,
  );

async function attack({ files, read, mutate = damaged }: Attack, count: number): Promise<Outcome> {
  // Whatever is loaded on use is there before memory is measured.
  const whole: Uint8Array[] = [];
  for (const file of mutate === damaged ? files : []) if (await isRead(file, read)) whole.push(file);
  for (const file of files) await isRead(await mutate(file, new RandomStream(0)), read);
  const before = resident();
  const random = new RandomStream(7);
  const crashes: string[] = [];
  let [ended, refused, slowest] = [0, 0, 0];
  for (let round = 0; round < count; round++) {
    const file = await mutate(files[round % files.length] as Uint8Array, random);
    const start = spent();
    try {
      await read(file);
      ended++;
    } catch (error) {
      if (error instanceof PellucidError) refused++;
      else crashes.push(`mutation ${round}: ${error instanceof Error ? error.stack : error}`);
    }
    slowest = Math.max(slowest, spent() - start);
  }
  // Whatever the damaged ones did, whole ones are read as ever.
  for (const file of whole) await read(file);
  return {
    read: ended,
    refused,
    slowestMilliseconds: slowest,
    growthMebibytes: (resident() - before) / 1024,
    crashes: crashes.slice(0, 5),
  };
}

const [format = '', count = '0'] = process.argv.slice(2);
const made = await FORMATS[format]?.();
if (!made) throw new Error(`no format ${format}`);
const read = async (file: Uint8Array) => made.read(file);
console.log(JSON.stringify(await attack({ ...made, read }, Number(count))));
