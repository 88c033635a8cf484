import { execFileSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Inner, wasmBackend } from '../../../src/backends/wasm/backend.ts';
import { type Hand, hireThread } from '../../../src/backends/wasm/threads/hands.ts';
import { SHARING_EVERYTHING } from '../../../src/backends/wasm/threads/sharing.ts';
import * as build from '../../../src/graph/build.ts';
import { ResourceError } from '../../../src/graph/errors.ts';
import { input } from '../../../src/graph/graph.ts';
import type { NDArray } from '../../../src/graph/ndarray.ts';

const PATIENCE = 300;
const x = input('float32', [40, 30]);
const value: NDArray = {
  dtype: 'float32',
  shape: [40, 30],
  data: new Float32Array(1200).map((_, i) => Math.sin(i)),
};
/** Two phases that all threads share, with something for one thread in between. */
const output = build.sum(build.exp(build.matmul(build.transpose(x), x)), [0]);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function compiled(crew: Inner['crew'] = {}, threads = 2, node = output) {
  const backend = wasmBackend({ threads }, { thresholds: SHARING_EVERYTHING, crew });
  const program = backend.compile({ outputs: [node], updates: [] }, { kept: true });
  program.write(x, value);
  return program;
}

function resultOf(program: ReturnType<typeof compiled>): NDArray {
  program.run(2);
  return program.output(0);
}

const expected = resultOf(compiled({}, 1));

/** Collects garbage: the flag works after start, for contexts made later. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** A thread with a script of its own. */
function hireScript(script: string): Hand {
  const worker = new Worker(script, { eval: true, execArgv: [] });
  worker.unref();
  return {
    state: 'ready',
    post: (message) => worker.postMessage(message),
    end: () => void worker.terminate(),
  };
}

describe('threads that are not there', () => {
  test('a run is shared where they are', () => {
    const program = compiled();
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(2);
  });

  test('a thread that never answers is given up, and one thread does all', () => {
    const program = compiled({ patience: PATIENCE, hire: () => hireScript('') });
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
    // And is not waited for again.
    const start = performance.now();
    resultOf(program);
    expect(performance.now() - start).toBeLessThan(PATIENCE);
  });

  test('a thread that cannot be made leaves one that does all', () => {
    const program = compiled({
      hire() {
        throw new Error('no more threads');
      },
    });
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
  });

  test('a thread that died since is noticed without waiting', async () => {
    const workers: Worker[] = [];
    const original = process.getBuiltinModule;
    const hired = new Proxy(Worker, {
      construct(target, args) {
        const worker = new target(...(args as ConstructorParameters<typeof Worker>));
        workers.push(worker);
        return worker;
      },
    });
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) => {
      const found = original(id as 'node:worker_threads');
      return id === 'node:worker_threads' ? { ...found, Worker: hired } : found;
    }) as typeof process.getBuiltinModule);
    const program = compiled();
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(2);
    expect(workers).toHaveLength(1);
    await workers[0]?.terminate();
    const start = performance.now();
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test.each([true, false])(
    'one that dies in the middle of a run is an error, not a hang (may sleep: %s)',
    (maySleep) => {
      // Comes, and does nothing more.
      const script = `let words;
        require('node:worker_threads').parentPort.on('message', ({ task, program }) => {
          if (task === 'enlist') words = new Int32Array(program.memory.buffer, program.startAt, 32);
          else if (task === 'run') { Atomics.add(words, 0, 1); Atomics.notify(words, 0); }
        });`;
      const program = compiled({ patience: 5 * PATIENCE, maySleep, hire: () => hireScript(script) });
      expect(() => program.run(1)).toThrow(ResourceError);
      expect(() => program.run(1)).not.toThrow();
      expect(program.report.threads).toBe(1);
    },
  );

  test('a thread that must not sleep looks instead, and computes the same', () => {
    const program = compiled({ maySleep: false });
    for (let i = 0; i < 20; i++) expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(2);
  });

  test('a thread that is still starting is not waited for', () => {
    const program = compiled({
      hire: () => ({ state: 'starting', post: () => undefined, end: () => undefined }),
    });
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
  });
});

describe('where threads cannot share memory', () => {
  test('without SharedArrayBuffer one thread does all', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    const program = compiled();
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
  });

  test('without node:worker_threads one thread does all', () => {
    const original = process.getBuiltinModule;
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(((id: string) =>
      id === 'node:worker_threads'
        ? undefined
        : original(id as 'node:os')) as typeof process.getBuiltinModule);
    const program = compiled();
    expect(resultOf(program)).toEqual(expected);
    expect(program.report.threads).toBe(1);
  });
});

test('short runs hire threads only when there are many, and take those that still listen', async () => {
  let hired = 0;
  const hire = () => {
    hired++;
    return hireThread();
  };
  const thresholds = { ...SHARING_EVERYTHING, long: Number.POSITIVE_INFINITY };
  const backend = wasmBackend({ threads: 2 }, { thresholds, crew: { hire } });
  const program = backend.compile({ outputs: [output], updates: [] }, { kept: true });
  program.write(x, value);
  for (let i = 0; i < 10; i++) resultOf(program);
  expect(hired).toBe(0);
  const until = performance.now() + 10_000;
  while (program.report.threads < 2 && performance.now() < until) expect(resultOf(program)).toEqual(expected);
  expect([hired, program.report.threads]).toEqual([1, 2]);
  // They listen for some milliseconds only; a short run does not wait for them.
  await new Promise((done) => setTimeout(done, 200));
  expect(resultOf(program)).toEqual(expected);
  expect(program.report.threads).toBe(1);
});

test('programs take turns on the same threads, which forget those that are collected', async () => {
  const messages: { task: string; id: number }[] = [];
  const hire = (): Hand => {
    const hand = hireThread();
    return {
      get state() {
        return hand.state;
      },
      end: () => hand.end(),
      post(message) {
        messages.push(message as { task: string; id: number });
        hand.post(message);
      },
    };
  };
  const backend = wasmBackend({ threads: 2 }, { thresholds: SHARING_EVERYTHING, crew: { hire } });
  const make = (node: typeof output) => {
    const program = backend.compile({ outputs: [node], updates: [] }, { kept: true });
    program.write(x, value);
    return program;
  };
  const first = make(output);
  const sines = resultOf(compiled({}, 1, build.sin(output)));
  const takeTurns = () => {
    const second = make(build.sin(output));
    const once = resultOf(second);
    for (let i = 0; i < 20; i++) {
      expect(resultOf(first)).toEqual(expected);
      expect(resultOf(second)).toEqual(once);
    }
    expect(once).toEqual(sines);
    expect(second.report.threads).toBe(2);
  };
  takeTurns();
  for (let i = 0; i < 50 && !messages.some(({ task }) => task === 'dismiss'); i++) {
    collect();
    await new Promise((done) => setTimeout(done, 20));
  }
  expect(messages.filter(({ task }) => task === 'dismiss')).toEqual([{ task: 'dismiss', id: 1 }]);
  expect(resultOf(first)).toEqual(expected);
  expect(first.report.threads).toBe(2);
});

test('threads make way for new ones when they hold much that has been dropped', async () => {
  let hired = 0;
  const hire = () => {
    hired++;
    return hireThread();
  };
  const crew = { hire, mostDropped: 1 };
  const backend = wasmBackend({ threads: 2 }, { thresholds: SHARING_EVERYTHING, crew });
  const make = (node: typeof output) => {
    const program = backend.compile({ outputs: [node], updates: [] }, { kept: true });
    program.write(x, value);
    resultOf(program);
    return program;
  };
  const first = make(output);
  make(build.sin(output));
  for (let i = 0; i < 50 && hired < 2; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 20));
    expect(resultOf(first)).toEqual(expected);
  }
  expect(hired).toBe(2);
  expect(first.report.threads).toBe(2);
});

test('a process whose threads have computed ends by itself', () => {
  const dist = pathToFileURL(fileURLToPath(new URL('../../../dist/index.js', import.meta.url))).href;
  const script = `
    import { compile, matmul, setBackend, tensor, variable, wasmBackend, zeros } from '${dist}';
    setBackend(wasmBackend({ threads: 2, blas: false }));
    const w = variable(zeros([512, 512]));
    const step = compile((x) => { w.assign(w.read().add(matmul(x, x))); return w.read().sum(); });
    console.log(step(zeros([512, 512]).add(1)).item());
  `;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect(said.trim()).toBe(String(512 * 512 * 512));
});
