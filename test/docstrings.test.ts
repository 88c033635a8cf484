import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../src', import.meta.url));

/** The contents pages that `index.ts` exports as namespaces, by their names. */
function namespaces(): [name: string, page: string][] {
  const index = readFileSync(join(ROOT, 'index.ts'), 'utf8');
  return [...index.matchAll(/^export \* as (\w+) from '(\.[^']+)';$/gm)].map(([, name = '', path = '']) => {
    return [name, path];
  });
}

interface Exported {
  readonly file: string;
  readonly name: string;
}

/** What a file exports besides types, and where it is. */
function exportsOf(file: string): Exported[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const own = [...source.matchAll(/^export (?:async )?(?:function|const|(?:abstract )?class) (\w+)/gm)];
  const listed = [...source.matchAll(/^export \{([^}]*)\} from '([^']+)';/gm)].flatMap(
    ([, names = '', path = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/ as .*$/, ''))
        .filter((name) => name !== '' && !name.startsWith('type '))
        .map((name) => ({ file: join(dirname(file), path), name })),
  );
  const passedOn = [...source.matchAll(/^export \* from '([^']+)';/gm)].flatMap(([, path = '']) =>
    exportsOf(join(dirname(file), path)),
  );
  return [...own.map(([, name = '']) => ({ file, name })), ...listed, ...passedOn];
}

/** The comment right before a definition. */
function docstringOf({ file, name }: Exported): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const definition = new RegExp(`^export (async )?(function|const|(abstract )?class) ${name}\\b`, 'm');
  const before = source.slice(0, source.search(definition)).trimEnd();
  return before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : '';
}

test.each(namespaces())('everything in the namespace %s says what it is', (_, page) => {
  const found = exportsOf(page);
  expect(found.length).toBeGreaterThan(3);
  // A formula will do: /** x·σ(x). */
  const silent = found.filter((one) => docstringOf(one).replaceAll(/[\s*/]/g, '').length < 3);
  expect(silent).toEqual([]);
});

test('shapes come after arguments and before errors, and sources last', () => {
  const wrong = namespaces()
    .flatMap(([, page]) => exportsOf(page))
    .filter((one) => {
      const order = [...docstringOf(one).matchAll(/@param|Input shape:|Output shape:|@throws|@see/g)].map(
        ([mark]) => ['@param', 'Input shape:', 'Output shape:', '@throws', '@see'].indexOf(mark),
      );
      return order.some((mark, i) => mark < (order[i - 1] ?? 0));
    });
  expect(wrong).toEqual([]);
});
