import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('..', import.meta.url);

/**
 * The package's public entries by name, each as its source: the studio imports nothing else of the library, and is
 * bundled without the library being built first.
 */
export function publicSources(): { find: RegExp; replacement: string }[] {
  const { exports } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(exports).flatMap(([name, entry]) => {
    if (typeof entry === 'string') return [];
    const source = entry.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts');
    return [
      {
        find: new RegExp(`^${`pellucid${name.slice(1)}`.replaceAll('/', '\\/')}$`),
        replacement: fileURLToPath(new URL(source, ROOT)),
      },
    ];
  });
}
