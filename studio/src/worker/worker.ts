import { COMPUTATIONS } from '../labs/computations.ts';
import { briefly } from './brief.ts';
import type { FromWorker, ToWorker, Work } from './protocol.ts';

const running = new Map<number, AbortController>();
const say = (message: FromWorker) => self.postMessage(message);

/** Gives way to waiting messages, without the 4 ms that timers take. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
}

async function answer({ id, lab, name, argument, open }: ToWorker & { kind: 'call' }): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const { signal } = controller;
  const work: Work = { signal, breathe, progress: (value) => say({ kind: 'progress', id, value }) };
  try {
    const computations = await COMPUTATIONS[lab]?.();
    const compute = computations?.[name];
    if (!compute) throw new Error(`The worker knows no computation ${lab}.${name}.`);
    // Whoever asked may have thought better of it meanwhile.
    await breathe();
    if (signal.aborted) return;
    const value = await compute(argument, work);
    say({ kind: 'value', id, value: open === undefined ? value : briefly(value, open) });
  } catch (problem) {
    say({ kind: 'failure', id, message: problem instanceof Error ? problem.message : String(problem) });
  } finally {
    running.delete(id);
  }
}

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'ping') say({ kind: 'pong' });
  else if (data.kind === 'cancel') running.get(data.id)?.abort();
  else void answer(data);
});
