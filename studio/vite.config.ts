import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { publicSources } from './packages.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Bytes after gzip. What the first page needs, and what each lab adds to it. */
const SHELL_BUDGET = 60_000;
const LAB_BUDGET = 40_000;

/** Adds `sw.js`: after the first visit the studio works without a network. */
function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => !name.endsWith('.map'));
      const files = [...new Set(['./', 'icon.svg', 'manifest.webmanifest', ...built])].filter(
        (name) => name !== 'index.html',
      );
      const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12);
      const source = readFileSync(here('src/offline.js'), 'utf8')
        .replace('__VERSION__', version)
        .replace("['__FILES__']", JSON.stringify(files));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}

/** Prints the weight of the shell and of each lab, and fails the build where one is over its budget. */
function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
      const sizeOf = new Map(chunks.map(({ fileName, code }) => [fileName, gzipSync(code).length]));
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const closure = (name: string, seen = new Set<string>()): Set<string> => {
        if (seen.has(name)) return seen;
        seen.add(name);
        for (const next of byName.get(name)?.imports ?? []) closure(next, seen);
        return seen;
      };
      const total = (names: Iterable<string>) =>
        [...names].reduce((sum, name) => sum + (sizeOf.get(name) ?? 0), 0);
      const entry = chunks.find(({ isEntry }) => isEntry);
      if (!entry) return;
      const shell = closure(entry.fileName);
      const over: string[] = [];
      const check = (name: string, size: number, limit: number) => {
        this.info(`${name}: ${(size / 1000).toFixed(1)} kB gzip of ${limit / 1000}`);
        if (size > limit) over.push(`${name} has ${size} bytes of ${limit}`);
      };
      check('shell', total(shell), SHELL_BUDGET);
      for (const chunk of chunks) {
        const lab = /\/labs\/(?<lab>[^/]+)\/lab\.tsx$/.exec(chunk.facadeModuleId ?? '')?.groups?.lab;
        const own = [...closure(chunk.fileName)].filter((name) => !shell.has(name));
        if (lab) check(`lab ${lab}`, total(own), LAB_BUDGET);
      }
      if (over.length > 0) this.error(`Over budget: ${over.join('; ')}.`);
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { alias: publicSources() },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [offline(), budget()],
  worker: { format: 'es' },
  build: {
    outDir: here('../dist/studio'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  logLevel: 'warn',
});
