import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError, DataError } from '../index.ts';
import type { Terminal } from './train.ts';

/** The built studio; the same place from the sources and from what is compiled of them. */
const BUILT = fileURLToPath(new URL('../../dist/studio/', import.meta.url));

export interface StudioOptions {
  /** A free port where left out or 0. */
  readonly port?: number;
  /** Open the browser. */
  readonly open?: boolean;
  /** The folder of a run to have at hand. */
  readonly run?: string;
}

export interface RunningStudio {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the studio on this machine alone. */
export async function serveStudio({
  port = 0,
  run,
}: Omit<StudioOptions, 'open'> = {}): Promise<RunningStudio> {
  if (!existsSync(join(BUILT, 'index.html'))) {
    throw new DataError({
      asked: 'the studio',
      expected: 'its built pages',
      fix: 'Run `npm run studio:build`.',
    });
  }
  if (run !== undefined && !existsSync(join(run, 'run.json'))) {
    throw new DataError({ asked: `the run ${run}`, expected: 'a folder with run.json', received: 'none' });
  }
  const server = createServer((request, response) => void answer(request, response, run));
  await new Promise<void>((listening, failed) => {
    server.once('error', (problem: NodeJS.ErrnoException) =>
      failed(
        problem.code === 'EADDRINUSE'
          ? new ArgumentError({
              asked: `port ${port}`,
              expected: 'a free port',
              fix: 'Leave --port out for a free one.',
            })
          : problem,
      ),
    );
    server.listen(port, '127.0.0.1', listening);
  });
  const { port: found } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${found}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** `pellucid studio`: serves until it is interrupted. */
export async function studio(options: StudioOptions, terminal: Terminal): Promise<void> {
  const running = await serveStudio(options);
  terminal.out.write(`${running.url}\n`);
  terminal.err.write('The studio is open at this address. Ctrl-C ends it.\n');
  if (options.open) openBrowser(running.url);
  await new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  await running.close();
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.csv': 'text/csv; charset=utf-8',
};

/** Threads need an isolated page; and nothing but this page's own files may run in it. */
const HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** A report is one page with styles of its own and no script. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
/** What of a run may be read. */
const RUN_FILES = new Set(['run.json', 'report.html', 'history.csv', 'model.keras']);

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  run: string | undefined,
): Promise<void> {
  const refuse = (status: number) => response.writeHead(status, HEADERS).end();
  if (request.method !== 'GET' && request.method !== 'HEAD') return void refuse(405);
  // Another name for this machine would let a foreign page read what is served here.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return void refuse(403);
  const path = pathOf(request.url ?? '/');
  if (path === undefined) return void refuse(400);
  const found = fileFor(path, run);
  if (!found) return void refuse(404);
  try {
    const body = await readFile(found.file);
    const content = path === 'index.html' && run !== undefined ? withRun(body) : body;
    response
      .writeHead(200, {
        ...HEADERS,
        'content-type': TYPES[extname(found.file)] ?? 'application/octet-stream',
        'content-security-policy': found.policy,
        'content-length': content.length,
      })
      .end(request.method === 'HEAD' ? undefined : content);
  } catch {
    refuse(404);
  }
}

/** The path asked for, from the studio's folder; undefined where it is none. */
function pathOf(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split(/[?#]/)[0] ?? '');
    if (!path.startsWith('/') || /[\\\0]/.test(path) || path.split('/').includes('..')) return undefined;
    return path === '/' ? 'index.html' : path.slice(1);
  } catch {
    return undefined;
  }
}

function fileFor(path: string, run: string | undefined): { file: string; policy: string } | undefined {
  if (path.startsWith('run/')) {
    const name = path.slice('run/'.length);
    if (run === undefined || !RUN_FILES.has(name)) return undefined;
    return { file: join(run, name), policy: REPORT_POLICY };
  }
  const file = resolve(BUILT, path);
  const inside = relative(BUILT, file);
  if (inside === '' || inside.startsWith('..') || inside.startsWith(sep)) return undefined;
  return { file, policy: POLICY };
}

/** Tells the page that there is a run to look at. */
function withRun(page: Buffer): Buffer {
  return Buffer.from(
    page.toString('utf8').replace('</head>', '<meta name="pellucid-run" content="run/"></head>'),
  );
}

function openBrowser(url: string): void {
  const [command, ...before] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  const opener = spawn(command ?? '', [...before, url], { stdio: 'ignore', detached: true });
  // Without such a command the address is printed all the same.
  opener.on('error', () => {});
  opener.unref();
}
