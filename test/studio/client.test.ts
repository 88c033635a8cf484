import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lost, WorkerClient } from '../../studio/src/worker/client.ts';
import type { FromWorker, ToWorker } from '../../studio/src/worker/protocol.ts';

/** Workers as they were started, which answer what a test lets them answer. */
let started: FakeWorker[] = [];
let live = true;

class FakeWorker extends EventTarget {
  readonly heard: ToWorker[] = [];
  isEnded = false;
  constructor() {
    super();
    started.push(this);
  }
  postMessage(message: ToWorker): void {
    this.heard.push(message);
    if (live && message.kind === 'ping') this.say({ kind: 'pong' });
  }
  say(data: FromWorker): void {
    if (!this.isEnded) this.dispatchEvent(new MessageEvent('message', { data }));
  }
  answer(value: unknown): void {
    for (const { kind, ...rest } of this.heard) {
      if (kind === 'call' && 'id' in rest) this.say({ kind: 'value', id: rest.id, value });
    }
  }
  terminate(): void {
    this.isEnded = true;
  }
}

const told: string[] = [];
const client = () =>
  new WorkerClient({
    lost: () => told.push('lost'),
    silent: (isSilent) => told.push(isSilent ? 'silent' : 'alive'),
  });

beforeEach(() => {
  started = [];
  told.length = 0;
  live = true;
  vi.stubGlobal('Worker', FakeWorker);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a long computation that gives signs of life is waited for', async () => {
  const answer = client().call('mlp', 'compute', {});
  await vi.advanceTimersByTimeAsync(60_000);
  started[0]?.answer(7);
  expect(await answer).toBe(7);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('a silent worker is told of within five seconds, and so is that it answers after all', async () => {
  const answer = client().call('mlp', 'compute', {});
  started[0]?.say({ kind: 'pong' });
  live = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(told).toEqual(['silent']);
  await vi.advanceTimersByTimeAsync(5000);
  started[0]?.answer(7);
  expect(await answer).toBe(7);
  expect(told).toEqual(['silent', 'alive']);
});

test('one that is still being loaded has more time', async () => {
  live = false;
  void client().call('mlp', 'compute', {});
  await vi.advanceTimersByTimeAsync(15_000);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual(['silent']);
});

test('started again, a worker is asked again; a computation that never answers is given up', async () => {
  const page = client();
  const answer = page.call('mlp', 'compute', {});
  const refused = expect(answer).rejects.toThrow(Lost);
  page.restart();
  expect(started.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  expect(started[1]?.heard).toEqual(started[0]?.heard);
  started[0]?.answer(7);
  page.restart();
  await refused;
  expect(told).toEqual(['lost', 'lost']);
  const next = page.call('mlp', 'compute', {});
  started.at(-1)?.answer(8);
  expect(await next).toBe(8);
});
