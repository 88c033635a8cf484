import { ByteWriter } from './bytes.ts';
import { type Immediate, INSTRUCTIONS, type InstructionName, type InstructionRow } from './instructions.ts';

/** What a local, parameter or result may hold. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

const TYPE_CODES: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const NO_RESULT = 0x40;

/** A `v128.const` or `i8x16.shuffle` takes 16 bytes, an `i64.const` a bigint, all others numbers. */
type Operand = number | bigint | Uint8Array;

/** A local variable of one function; made by `FunctionBuilder.local`. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** Writes one function: instructions in order, locals on demand. */
export class FunctionBuilder {
  readonly name: string;
  readonly params: readonly Local[];
  readonly results: readonly ValueType[];
  readonly #locals: Local[] = [];
  readonly #instructions: InstructionName[] = [];
  /** What all instructions take, one after another: as many each as its row says. */
  readonly #operands: Operand[] = [];

  constructor(name: string, params: readonly ValueType[] = [], results: readonly ValueType[] = []) {
    this.name = name;
    this.params = params.map((type, index) => ({ index, type }));
    this.results = results;
  }

  local(type: ValueType): Local {
    const made = { index: this.params.length + this.#locals.length, type };
    this.#locals.push(made);
    return made;
  }

  /** No instruction takes more than two operands; those left out are 0. */
  emit(name: InstructionName, first: Operand = 0, second: Operand = 0): this {
    this.#instructions.push(name);
    const { length } = rowOf(name).immediates;
    if (length > 0) this.#operands.push(first);
    if (length > 1) this.#operands.push(second);
    return this;
  }

  get(local: Local): this {
    const last = this.#instructions.length - 1;
    // `set x; get x` is `tee x`: half the bytes, and the baseline compiler keeps the value in a register.
    if (this.#instructions[last] === 'local.set' && this.#operands.at(-1) === local.index) {
      this.#instructions[last] = 'local.tee';
      return this;
    }
    return this.emit('local.get', local.index);
  }

  set(local: Local): this {
    return this.emit('local.set', local.index);
  }

  /** Moves the value on top of the stack into a local of its own. */
  keep(type: ValueType): Local {
    const made = this.local(type);
    this.set(made);
    return made;
  }

  /** Opens a block, runs `body`, closes it. Inside a `loop`, `br 0` starts it again; inside a `block` it leaves. */
  nest(kind: 'block' | 'loop' | 'if', body: () => void): void {
    this.emit(kind, NO_RESULT);
    body();
    this.emit('end');
  }

  /** A counted loop: `body` runs with `counter` at its present value, then `step` more, while below `limit`. */
  repeat(counter: Local, limit: number, step: number, body: () => void): void {
    this.nest('loop', () => {
      body();
      this.get(counter).emit('i32.const', step).emit('i32.add').set(counter);
      this.get(counter).emit('i32.const', limit).emit('i32.lt_s').emit('br_if', 0);
    });
  }

  /** The code entry of the binary format: locals, then instructions. */
  encode(): ByteWriter {
    const out = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const { type } of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) out.unsigned(count).byte(TYPE_CODES[type]);
    let next = 0;
    for (let at = 0; at < this.#instructions.length; at++) {
      const { opcode, immediates } = rowOf(this.#instructions[at] as InstructionName);
      for (let i = 0; i < opcode.length; i++) out.byte(opcode[i] ?? 0);
      for (let i = 0; i < immediates.length; i++)
        encodeOperand(out, immediates[i] as Immediate, this.#operands[next++] ?? 0);
    }
    return out.bytes(INSTRUCTIONS.end.opcode);
  }

  /** The text form (WAT), one instruction to a line, indented by block. */
  toString(): string {
    const params = this.params.map(({ index, type }) => ` (param $${index} ${type})`).join('');
    const results = this.results.map((type) => ` (result ${type})`).join('');
    const lines = [`(func $${this.name}${params}${results}`];
    for (const { index, type } of this.#locals) lines.push(`  (local $${index} ${type})`);
    let [depth, next] = [1, 0];
    for (const name of this.#instructions) {
      if (name === 'end' || name === 'else') depth--;
      const operands = rowOf(name).immediates.flatMap((kind) =>
        operandTexts(name, kind, this.#operands[next++] ?? 0),
      );
      lines.push(`${'  '.repeat(depth)}${[name, ...operands].join(' ')}`);
      if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++;
    }
    return `${lines.join('\n')})`;
  }
}

const rowOf = (name: InstructionName): InstructionRow => INSTRUCTIONS[name];

function operandTexts(name: InstructionName, kind: Immediate, operand: Operand): string[] {
  if (kind === 'zero' || kind === 'block') return [];
  if (kind === 'memory' || kind === 'atomic') return operand === 0 ? [] : [`offset=${operand}`];
  if (operand instanceof Uint8Array) {
    return name === 'v128.const' ? ['i32x4', ...wordsOf(operand)] : [...operand].map(String);
  }
  return [name.startsWith('local.') ? `$${operand}` : String(operand)];
}

function wordsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [0, 4, 8, 12].map((at) => `0x${view.getUint32(at, true).toString(16).padStart(8, '0')}`);
}

function encodeOperand(out: ByteWriter, kind: Immediate, operand: Operand): void {
  if (operand instanceof Uint8Array) {
    out.bytes(operand);
    return;
  }
  const value = Number(operand);
  switch (kind) {
    case 'i32':
      out.signed(value);
      break;
    case 'i64':
      out.signedLong(BigInt(operand));
      break;
    case 'f32':
      out.float(value);
      break;
    case 'f64':
      out.double(value);
      break;
    case 'atomic':
      // These must be aligned, and say so: 2².
      out.byte(2).unsigned(value);
      break;
    case 'memory':
      // Alignment hint 0: no access here relies on being aligned, and engines ignore the hint.
      out.byte(0).unsigned(value);
      break;
    default:
      out.unsigned(value);
  }
}

/** The memory a module takes. Threads can only share one that says how large it may get. */
export interface MemoryType {
  readonly shared: boolean;
  /** In pages of 64 KiB. */
  readonly pages: number;
}

/** Collects functions into one module that imports its memory as `env.memory`. */
export class ModuleBuilder {
  /** Set before the module is encoded or printed. */
  memory: MemoryType = { shared: false, pages: 1 };
  #globals = 0;
  readonly #imports: FunctionBuilder[] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports = new Map<string, number>();

  /** A function of `env`, without results; to be asked for before any function is added. Returns its index. */
  import(name: string, params: readonly ValueType[]): number {
    return this.#imports.push(new FunctionBuilder(name, params)) - 1;
  }

  /** A global i32 that begins as 0. Returns its index. */
  global(): number {
    return this.#globals++;
  }

  /** Adds a function and returns the index to `call` it by. */
  add(built: FunctionBuilder, exportName?: string): number {
    const index = this.#imports.length + this.#functions.push(built) - 1;
    if (exportName !== undefined) this.#exports.set(exportName, index);
    return index;
  }

  /** The binary module. */
  encode(): Uint8Array<ArrayBuffer> {
    const signatures = new Map<string, number>();
    const types = new ByteWriter();
    const typeIndices = [...this.#imports, ...this.#functions].map(({ params, results }) => {
      const key = `${params.map(({ type }) => type)}>${results}`;
      const known = signatures.get(key);
      if (known !== undefined) return known;
      types.byte(0x60).unsigned(params.length);
      for (const { type } of params) types.byte(TYPE_CODES[type]);
      types.unsigned(results.length);
      for (const type of results) types.byte(TYPE_CODES[type]);
      signatures.set(key, signatures.size);
      return signatures.size - 1;
    });
    const out = new ByteWriter().bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const section = (id: number, count: number, write: (to: ByteWriter) => void) => {
      const content = new ByteWriter().unsigned(count);
      write(content);
      out.byte(id).sized(content);
    };
    section(1, signatures.size, (to) => to.bytes(types.written()));
    section(2, 1 + this.#imports.length, (to) => {
      const { shared, pages } = this.memory;
      to.name('env')
        .name('memory')
        .byte(0x02)
        .byte(shared ? 0x03 : 0x00)
        .unsigned(pages);
      if (shared) to.unsigned(pages);
      for (const [i, { name }] of this.#imports.entries()) {
        to.name('env')
          .name(name)
          .byte(0x00)
          .unsigned(typeIndices[i] ?? 0);
      }
    });
    section(3, this.#functions.length, (to) => {
      for (const index of typeIndices.slice(this.#imports.length)) to.unsigned(index);
    });
    if (this.#globals > 0) {
      section(6, this.#globals, (to) => {
        // A variable that begins as 0.
        for (let i = 0; i < this.#globals; i++) to.bytes([TYPE_CODES.i32, 0x01, 0x41, 0x00, 0x0b]);
      });
    }
    section(7, this.#exports.size, (to) => {
      for (const [name, index] of this.#exports) to.name(name).byte(0x00).unsigned(index);
    });
    section(10, this.#functions.length, (to) => {
      for (const built of this.#functions) to.sized(built.encode());
    });
    return out.written();
  }

  /** The text form (WAT) of the whole module. */
  toString(): string {
    const functions = this.#functions.map((built) => built.toString().replaceAll(/^/gm, '  '));
    const exports = [...this.#exports].map(
      ([name, index]) =>
        `  (export "${name}" (func $${this.#functions[index - this.#imports.length]?.name}))`,
    );
    const imports = this.#imports.map(
      ({ name, params }) =>
        `  (import "env" "${name}" (func $${name}${params.map(({ type }) => ` (param ${type})`).join('')}))`,
    );
    const { shared, pages } = this.memory;
    const memory = shared ? `${pages} ${pages} shared` : pages;
    const globals = Array.from({ length: this.#globals }, () => '  (global (mut i32) (i32.const 0))');
    return [
      '(module',
      `  (import "env" "memory" (memory ${memory}))`,
      ...imports,
      ...globals,
      ...functions,
      ...exports,
    ]
      .join('\n')
      .concat(')');
  }
}
