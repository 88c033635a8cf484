import type { Callback, Logs } from './callback.ts';
import { diskFiles, type FileStore } from './files.ts';

export interface CSVLoggerOptions {
  readonly separator?: string;
  /** Goes on with a file that is there, rather than starting it anew. */
  readonly append?: boolean;
  readonly files?: FileStore;
}

/** Writes the logs of each epoch as a row of a CSV file: `epoch`, then the logs in alphabetical order. */
export function csvLogger(
  path: string,
  { separator = ',', append = false, files = diskFiles }: CSVLoggerOptions = {},
): Callback {
  let columns: string[] | undefined;
  const line = (cells: readonly (string | number)[]) =>
    new TextEncoder().encode(`${cells.join(separator)}\n`);
  return {
    async onTrainBegin() {
      columns = undefined;
      const before = append ? await files.read(path) : undefined;
      if (before === undefined || before.length === 0) return files.write(path, new Uint8Array());
      const [header = ''] = new TextDecoder().decode(before).split('\n', 1);
      columns = header.split(separator).slice(1);
    },
    async onEpochEnd(epoch: number, logs: Logs) {
      if (!columns) {
        columns = Object.keys(logs).sort();
        await files.append(path, line(['epoch', ...columns]));
      }
      await files.append(path, line([epoch, ...columns.map((name) => logs[name] ?? 'NA')]));
    },
  };
}
