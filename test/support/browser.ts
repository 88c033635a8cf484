import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join, normalize } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
];
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium of this system: CHROMIUM_PATH, else the first found on the PATH or at the usual places. */
export function findBrowser(): string | undefined {
  const given = process.env.CHROMIUM_PATH;
  const places = [
    ...(given ? [given] : []),
    ...FOLDERS.filter(Boolean).flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...APPLICATIONS,
  ];
  return places.find((path) => existsSync(path));
}

/** Starts the browser without a window, and without anything that goes to the network by itself. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
};

export interface Site extends AsyncDisposable {
  readonly url: string;
}

/** What a page must be served with to share memory between its threads. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * Serves a folder under `path`, and an empty page at `/`, on a free port of this machine.
 *
 * @param options `policy`: a content security policy, of pages and of their workers
 */
export async function serve(
  folder: string,
  path: string,
  { isolated = false, policy = '' } = {},
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = normalize(decodeURIComponent(pathname));
    try {
      if (file !== '/' && !file.startsWith(`${path}/`)) throw new Error('outside');
      const body =
        file === '/'
          ? '<!doctype html><link rel="icon" href="data:,"><title>test</title>'
          : await readFile(join(folder, file.slice(path.length)));
      const type = file === '/' ? TYPES.html : TYPES[file.split('.').at(-1) ?? ''];
      response
        .writeHead(200, {
          'content-type': type ?? 'application/octet-stream',
          ...(isolated && ISOLATED),
          ...(policy !== '' && { 'content-security-policy': policy }),
        })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
