import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The floor of every folder of `src/`; a folder not listed here fails the test below. */
const FLOORS: Readonly<Record<string, number>> = {
  graph: 1,
  autodiff: 2,
  passes: 2,
  compile: 3,
  backends: 4,
  tensor: 5,
  layers: 6,
  data: 6,
  ops: 7,
  training: 7,
  units: 7,
  explain: 8,
  formats: 8,
  tune: 8,
  reinforce: 8,
  distribute: 8,
  cli: 9,
};

const TOP = Math.max(...Object.values(FLOORS));

interface Import {
  /** Path of the importing file, from `src/`. */
  readonly from: string;
  readonly to: string;
  /** Erased by the compiler: `import type …`, `export type …`, or only `type` names. */
  readonly typeOnly: boolean;
}

const root = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'));

/** Static imports and re-exports, and dynamic `import('…')`, of relative paths. */
function importsIn(from: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(?<clause>[^'";]*?\sfrom\s+)?['"](?<path>\.[^'"]*)['"]/gm,
  );
  const dynamic = code.matchAll(/import\(\s*['"](?<path>\.[^'"]*)['"]\s*\)/g);
  return [...statements, ...dynamic].map(({ groups = {} }) => ({
    from,
    to: relative(root, join(root, dirname(from), groups.path ?? '')).replaceAll('\\', '/'),
    typeOnly: isTypeOnly(groups.clause ?? ''),
  }));
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const names = /^\{(?<names>[\s\S]*)\}/.exec(clause)?.groups?.names;
  const listed = names?.split(',').filter((name) => name.trim() !== '') ?? [];
  return listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name));
}

const folderOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

/** Whether a file may import another: its own folder or a lower floor, and the tensor floor no backend. */
function mayImport(from: string, to: string): boolean {
  const [here, there] = [folderOf(from), folderOf(to)];
  // Files at the root are contents pages: they may name anything, and only the top floor is built on them.
  if (here === '') return true;
  if (there === '') return FLOORS[here] === TOP;
  if (here === there) return true;
  if (here === 'tensor' && there === 'backends') return false;
  return (FLOORS[there] ?? Number.POSITIVE_INFINITY) < (FLOORS[here] ?? 0);
}

/** The first cycle found, as the files on it; undefined where there is none. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (finished.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const found = visit(next, [...path, file]);
      if (found) return found;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const found = visit(file, []);
    if (found) return found;
  }
  return undefined;
}

const imports = files.flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));

describe('the parser of this test', () => {
  test('sees imports on one line and on many, re-exports, bare and dynamic ones, and tells types apart', () => {
    const source = [
      "import { a } from './a.ts';",
      "import {\n  b,\n  type B,\n} from '../graph/b.ts';",
      "import type { C } from './c.ts';",
      "import { type D, type E } from './d.ts';",
      "export * from './e.ts';",
      "export type { F } from './f.ts';",
      "import './g.ts';",
      "const h = await import('./h.ts');",
      "// import { no } from './no.ts';",
      "/* import { no } from './no.ts'; */",
      "import { readFile } from 'node:fs/promises';",
    ].join('\n');
    expect(importsIn('tensor/x.ts', source).map(({ to, typeOnly }) => `${to} ${typeOnly}`)).toEqual([
      'tensor/a.ts false',
      'graph/b.ts false',
      'tensor/c.ts true',
      'tensor/d.ts true',
      'tensor/e.ts false',
      'tensor/f.ts true',
      'tensor/g.ts false',
      'tensor/h.ts false',
    ]);
  });

  test('knows what may import what', () => {
    expect(mayImport('tensor/tensor.ts', 'compile/backend.ts')).toBe(true);
    expect(mayImport('tensor/tensor.ts', 'backends/wasm/backend.ts')).toBe(false);
    expect(mayImport('passes/fold.ts', 'autodiff/backward.ts')).toBe(false);
    expect(mayImport('graph/graph.ts', 'tensor/tensor.ts')).toBe(false);
    expect(mayImport('layers/dense.ts', 'backends/wasm/backend.ts')).toBe(true);
    expect(mayImport('cli/main.ts', 'index.ts')).toBe(true);
    expect(mayImport('training/fit.ts', 'index.ts')).toBe(false);
  });

  test('finds a cycle and says where it is', () => {
    const edges = { a: ['b'], b: ['c'], c: ['d', 'b'], d: [] };
    expect(cycleIn(new Map(Object.entries(edges)))).toEqual(['b', 'c', 'b']);
    expect(cycleIn(new Map(Object.entries({ ...edges, c: ['d'] })))).toBeUndefined();
  });
});

test('every import leads to a file of the sources', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(150);
  const known = new Set(files);
  expect(imports.filter(({ to }) => !known.has(to))).toEqual([]);
});

test('every folder has a floor', () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== ''));
  expect([...folders].filter((folder) => !(folder in FLOORS))).toEqual([]);
});

test('a folder imports strictly lower floors or itself, types included', () => {
  const upward = imports.filter(({ from, to }) => !mayImport(from, to));
  expect(upward.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test('no file imports itself by way of others, types left out', () => {
  const edges = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to, typeOnly } of imports) if (!typeOnly) edges.get(from)?.push(to);
  expect(cycleIn(edges)).toBeUndefined();
});
