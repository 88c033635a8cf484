import { expect, test } from 'vitest';
import {
  FunctionBuilder,
  ModuleBuilder,
  type ValueType,
} from '../../../src/backends/wasm/assembly/assembler.ts';
import { writePieces } from '../../../src/backends/wasm/threads/pieces.ts';

type Call = (...numbers: number[]) => number;
const SIGNATURES = {
  claim: { params: 4, results: ['i32'] },
  bound: { params: 3, results: ['i32'] },
  rewindOther: { params: 2, results: [] },
  reset: { params: 0, results: [] },
} as const;

/** One of the functions, all on memory of their own. */
function functions(): (name: keyof typeof SIGNATURES) => Call {
  const module = new ModuleBuilder();
  const indices = writePieces(module, 64);
  for (const [name, { params, results }] of Object.entries(SIGNATURES)) {
    const types = Array.from({ length: params }, (): ValueType => 'i32');
    const wrapper = new FunctionBuilder(`call_${name}`, types, results);
    for (const param of wrapper.params) wrapper.get(param);
    module.add(wrapper.emit('call', indices[name as keyof typeof SIGNATURES]), name);
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env: { memory } });
  return (name) => exports[name] as Call;
}

test('a thread does the pieces of its own share in order, then those that the others have not begun', () => {
  const claim = functions()('claim');
  expect([0, 1, 2].map((thread) => claim(thread, 3, 0, 2))).toEqual([0, 2, 4]);
  const rest = Array.from({ length: 5 }, () => claim(1, 3, 0, 2));
  expect(rest).toEqual([3, 5, 1, -1, -1]);
  expect(claim(0, 3, 0, 2)).toBe(-1);
});

test('the shares are whole again when their set comes to be used the next time but one', () => {
  const get = functions();
  const claim = get('claim');
  const all = (set: number) => Array.from({ length: 5 }, () => claim(0, 2, set, 2));
  expect(all(0)).toEqual([0, 1, 2, 3, -1]);
  expect(all(1)).toEqual([0, 1, 2, 3, -1]);
  get('rewindOther')(0, 1);
  expect(all(0)).toEqual([0, 1, -1, -1, -1]);
  get('reset')();
  expect([all(0), all(1)]).toEqual([
    [0, 1, 2, 3, -1],
    [0, 1, 2, 3, -1],
  ]);
});

test.each([
  [1, 16],
  [3, 16],
  [196, 16],
  [100_003, 24],
  // A product of more than 32 bits.
  [200_000_000, 128],
])(
  'the pieces of %i parts, cut into %i, follow each other without gaps and are as even as can be',
  (parts, all) => {
    const bound = functions()('bound');
    const bounds = Array.from({ length: all + 1 }, (_, piece) => bound(piece, parts, all));
    expect([bounds[0], bounds.at(-1)]).toEqual([0, parts]);
    const sizes = bounds.slice(1).map((end, at) => end - (bounds[at] ?? 0));
    expect(Math.min(...sizes)).toBe(Math.floor(parts / all));
    expect(Math.max(...sizes)).toBe(Math.ceil(parts / all));
  },
);
