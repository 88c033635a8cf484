import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import { serveStudio } from '../../src/cli/studio.ts';

const built = fileURLToPath(new URL('../../dist/studio/index.html', import.meta.url));

beforeAll(async () => {
  if (existsSync(built)) return;
  await build({ configFile: fileURLToPath(new URL('../../studio/vite.config.ts', import.meta.url)) });
});

/** A request as it stands: `fetch` would tidy the path up first. */
function ask(url: string, path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  const { port } = new URL(url);
  const { method = 'GET', host = `127.0.0.1:${port}` } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
      );
    });
    asked.on('error', reject).end();
  });
}
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

describe('the studio’s server', () => {
  test('gives the page, isolated and with a strict policy', async () => {
    const studio = await serveStudio();
    const { status, headers, body } = await ask(studio.url, '/');
    expect(status).toBe(200);
    expect(body).toContain('Pellucid studio');
    expect(body).not.toContain('pellucid-run');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toContain("'unsafe-eval'");
    await studio.close();
  });

  test.each([
    ['/../package.json', 400],
    ['/%2e%2e/%2e%2e/package.json', 400],
    ['/..%2fpackage.json', 400],
    ['/assets/..%5c..%5cpackage.json', 400],
    ['/%00', 400],
    ['/%zz', 400],
    ['//etc/passwd', 404],
    ['/assets', 404],
    ['/nothing.js', 404],
    ['/run/run.json', 404],
  ])('refuses %s', async (path, status) => {
    const studio = await serveStudio();
    expect((await ask(studio.url, path)).status).toBe(status);
    await studio.close();
  });

  test('refuses other methods, and other names for this machine', async () => {
    const studio = await serveStudio();
    expect((await ask(studio.url, '/', { method: 'POST' })).status).toBe(405);
    expect((await ask(studio.url, '/', { host: 'evil.example' })).status).toBe(403);
    await studio.close();
  });

  test('has a run at hand, and nothing else of its folder', async () => {
    const run = await mkdtemp(join(tmpdir(), 'pellucid-run-'));
    await writeFile(join(run, 'run.json'), '{"name":"digits"}');
    await writeFile(join(run, 'secret.txt'), 'secret');
    const studio = await serveStudio({ run });
    expect((await ask(studio.url, '/')).body).toContain('<meta name="pellucid-run" content="run/">');
    expect((await ask(studio.url, '/run/run.json')).body).toBe('{"name":"digits"}');
    expect((await ask(studio.url, '/run/secret.txt')).status).toBe(404);
    await studio.close();
  });

  test('says so where the port is taken or the run is none', async () => {
    const studio = await serveStudio();
    await expect(serveStudio({ port: Number(new URL(studio.url).port) })).rejects.toThrow(/a free port/);
    await expect(serveStudio({ run: '/nowhere' })).rejects.toThrow(/run\.json/);
    await studio.close();
  });
});
