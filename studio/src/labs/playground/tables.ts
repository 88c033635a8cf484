import { inferColumns, parseCsv, type Table } from 'pellucid/data';

/** No larger file is read: it would not fit beside everything else, and drawing needs no more. */
export const LARGEST_FILE = 8_000_000;
const MOST_ROWS = 20_000;
/** How many tables are kept in this browser. */
const MOST_KEPT = 12;

const known = new Map<string, { readonly name: string; readonly table: Table }>();

/** A table of the user's own: what the page needs to know of it. */
export interface TableSummary {
  /** Under which it is kept. */
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly columns: readonly string[];
}

/**
 * Reads a file of comma-separated values and keeps it in this browser, under a name made from its bytes.
 *
 * @throws DataError with file, line and what to do, where it is no table or nothing in it can be predicted
 */
export async function keepTable(name: string, bytes: Uint8Array): Promise<TableSummary> {
  const table = await readTable(name, bytes);
  inferColumns(table);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
  const id = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  known.set(id, { name, table });
  await inStore('readwrite', async (store) => {
    await answer(store.put({ id, name, bytes, at: Date.now() }));
    const all = (await answer(store.getAll())) as { id: string; at: number }[];
    const old = all.sort((a, b) => b.at - a.at).slice(MOST_KEPT);
    for (const one of old) store.delete(one.id);
  });
  return summaryOf(id, name, table);
}

const summaryOf = (id: string, name: string, table: Table): TableSummary => ({
  ...{ id, name, rows: table.rows },
  columns: table.columns.map((column) => column.name),
});

async function readTable(name: string, bytes: Uint8Array): Promise<Table> {
  if (bytes.length > LARGEST_FILE) throw new Error(`${name} is larger than ${LARGEST_FILE / 1e6} MB.`);
  const table = await parseCsv(bytes, { source: name });
  if (table.rows > MOST_ROWS) {
    throw new Error(`${name} has ${table.rows} rows; up to ${MOST_ROWS} are drawn here: keep some of them.`);
  }
  return table;
}

/** A table that was kept; undefined where it was not, or is no more. */
export async function recallTable(
  id: string,
): Promise<{ readonly table: Table; readonly summary: TableSummary } | undefined> {
  const here = known.get(id) ?? (await fromStore(id));
  if (!here) return undefined;
  known.set(id, here);
  return { table: here.table, summary: summaryOf(id, here.name, here.table) };
}

async function fromStore(id: string): Promise<{ name: string; table: Table } | undefined> {
  const kept = await inStore('readonly', (store) => answer(store.get(id)));
  const { name, bytes } = (kept ?? {}) as { name?: unknown; bytes?: unknown };
  if (typeof name !== 'string' || !(bytes instanceof Uint8Array)) return undefined;
  return { name, table: await readTable(name, bytes) };
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** What a browser that keeps nothing answers is undefined: the table is then known for this visit. */
async function inStore<T>(
  mode: IDBTransactionMode,
  use: (store: IDBObjectStore) => Promise<T>,
): Promise<T | undefined> {
  if (typeof indexedDB === 'undefined') return undefined;
  try {
    const opening = indexedDB.open('pellucid-studio', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('tables', { keyPath: 'id' });
    const base = await answer(opening);
    try {
      return await use(base.transaction('tables', mode).objectStore('tables'));
    } finally {
      base.close();
    }
  } catch {
    return undefined;
  }
}
