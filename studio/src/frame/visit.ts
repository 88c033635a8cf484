import { effect } from '@preact/signals';
import { LONGEST, readAddress, writeAddress } from '../address.ts';
import type { Lab, LabDefinition, LabResult } from '../lab.ts';
import { readNetwork } from '../network.ts';
import { fallbacks, keysOf, readProperties, writeProperties } from '../properties.ts';
import { Session } from '../session.ts';
import type { WorkerClient } from '../worker/client.ts';
import { notify } from './notices.ts';
import { keep, onOtherTab, recall } from './storage.ts';

/** A lab as the page shows it, its types closed up inside. */
export interface Visit {
  readonly id: string;
  use<T>(see: <P extends object, R extends LabResult>(session: Session<P, R>) => T): T;
  /** Whether a hash is the address that this visit wrote itself. */
  wrote(hash: string): boolean;
  leave(): void;
}

/** Starts a visit from an address; without properties in it, from what was kept here. */
export function startVisit(lab: Lab, hash: string, worker: WorkerClient): Visit {
  return lab.open((definition) => begin(definition, hash, worker));
}

function begin<P extends object, R extends LabResult>(
  definition: LabDefinition<P, R>,
  hash: string,
  worker: WorkerClient,
): Visit {
  const { query, problem } = readAddress(hash);
  const keys = new Set(Object.keys(definition.properties));
  const limit = (name: string) => (query.get(name) ?? '').split(',').filter((key) => keys.has(key));
  const said = [...query.keys()].some((key) => keys.has(key) || key === 'net');
  const kept = recall(`lab:${definition.id}`);
  const source = said ? query : new URLSearchParams(kept ?? '');
  const { properties, problems } = readProperties(definition.properties, source);
  if (problem) notify(`${problem} The lab starts as it is by default.`);
  if (problems.length > 0) notify(`${problems[0]}. The lab’s own value is used instead.`);
  const from = received(definition, query.get('net')) ?? properties;
  const locked = [...limit('lock'), ...limit('hide')];
  const before = said ? replaced(definition, from, kept, locked) : undefined;
  const session = new Session<P, R>(definition, from, worker, {
    ...(before && { before }),
    locked,
    hidden: limit('hide'),
  });
  return follow(session, limit('lock'), limit('hide'));
}

/** What somebody has made here before a link took its place: the first thing to undo. What the link locks stays. */
function replaced<P extends object, R extends LabResult>(
  { properties: table }: LabDefinition<P, R>,
  link: P,
  kept: string | undefined,
  locked: readonly string[],
): P | undefined {
  if (!kept) return undefined;
  const work = { ...readProperties(table, new URLSearchParams(kept)).properties };
  for (const key of keysOf(table)) if (locked.includes(key)) work[key] = link[key];
  const written = (properties: P) => writeProperties(table, properties).toString();
  return written(work) === written(link) ? undefined : work;
}

/** Properties from a network that another lab sent along. */
function received<P extends object, R extends LabResult>(
  definition: LabDefinition<P, R>,
  text: string | null,
): P | undefined {
  if (text === null || !definition.receive) return undefined;
  const network = readNetwork(text);
  const changes = typeof network === 'string' ? network : definition.receive(network);
  if (typeof changes === 'string') {
    notify(changes);
    return undefined;
  }
  return { ...fallbacks(definition.properties), ...changes };
}

interface Answers {
  readonly predicted?: number;
  readonly checked?: readonly number[];
}

function readAnswers(text: string | undefined): Answers {
  try {
    const found: unknown = JSON.parse(text ?? '{}');
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

/** Writes the address and what is kept here as the session changes. */
function follow<P extends object, R extends LabResult>(
  session: Session<P, R>,
  lock: readonly string[],
  hide: readonly string[],
): Visit {
  const { id } = session.lab;
  const answers = readAnswers(recall(`answers:${id}`));
  if (typeof answers.predicted === 'number') session.predicted.value = answers.predicted;
  if (Array.isArray(answers.checked)) session.checked.value = new Set(answers.checked.map(Number));
  const limits = () => {
    const query = new URLSearchParams();
    if (lock.length > 0) query.set('lock', lock.join(','));
    if (hide.length > 0) query.set('hide', hide.join(','));
    return query;
  };
  let written = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pending = 0;
  let writtenAt = Number.NEGATIVE_INFINITY;
  const write = () => {
    timer = undefined;
    const query = session.query;
    keep(`lab:${id}`, query.toString());
    for (const [key, value] of limits()) query.set(key, value);
    const whole = writeAddress(id, query);
    // What no address can hold is kept here: without properties in it, the address takes up that.
    const hash = whole.length > LONGEST ? writeAddress(id, limits()) : whole;
    written = hash;
    if (hash !== location.hash) history.replaceState(null, '', hash);
    writtenAt = performance.now();
    session.written.value = true;
  };
  const stops = [
    effect(() => {
      session.properties.value;
      // A run changes a great deal many times a second: the page has better to do than to write it all down. Where it
      // ends is written soon.
      const wait = session.running.value ? 1000 : performance.now() - writtenAt > 500 ? 16 : 120;
      session.written.value = false;
      if (timer !== undefined && wait >= pending) return;
      clearTimeout(timer);
      pending = wait;
      timer = setTimeout(write, wait);
    }),
    effect(() => {
      const record: Answers = {
        ...(session.predicted.value !== undefined && { predicted: session.predicted.value }),
        checked: [...session.checked.value],
      };
      keep(`answers:${id}`, JSON.stringify(record));
    }),
    onOtherTab(`lab:${id}`, (value) => {
      if (value === null || value === session.query.toString()) return;
      notify('Another tab changed this lab; this tab keeps its own state.', {
        label: 'Take the other',
        do: () => session.set(readProperties(session.lab.properties, new URLSearchParams(value)).properties),
      });
    }),
  ];
  return {
    id,
    use: (see) => see(session),
    wrote: (hash) => hash === written,
    leave() {
      if (timer !== undefined) {
        clearTimeout(timer);
        keep(`lab:${id}`, session.query.toString());
      }
      for (const stop of stops) stop();
      session.close();
    },
  };
}
