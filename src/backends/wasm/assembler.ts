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

interface Instruction {
  readonly name: InstructionName;
  readonly operands: readonly Operand[];
}

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
  readonly #instructions: Instruction[] = [];

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

  emit(name: InstructionName, ...operands: Operand[]): this {
    this.#instructions.push({ name, operands });
    return this;
  }

  get(local: Local): this {
    const last = this.#instructions.at(-1);
    // `set x; get x` is `tee x`: half the bytes, and the baseline compiler keeps the value in a register.
    if (last?.name === 'local.set' && last.operands[0] === local.index) {
      this.#instructions[this.#instructions.length - 1] = { name: 'local.tee', operands: last.operands };
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
  encode(): number[] {
    const out: number[] = [];
    const runs: { type: ValueType; count: number }[] = [];
    for (const { type } of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.push(...unsigned(runs.length));
    for (const { type, count } of runs) out.push(...unsigned(count), TYPE_CODES[type]);
    for (const instruction of this.#instructions) encodeInstruction(out, instruction);
    encodeInstruction(out, { name: 'end', operands: [] });
    return out;
  }

  /** The text form (WAT), one instruction to a line, indented by block. */
  toString(): string {
    const params = this.params.map(({ index, type }) => ` (param $${index} ${type})`).join('');
    const results = this.results.map((type) => ` (result ${type})`).join('');
    const lines = [`(func $${this.name}${params}${results}`];
    for (const { index, type } of this.#locals) lines.push(`  (local $${index} ${type})`);
    let depth = 1;
    for (const { name, operands } of this.#instructions) {
      if (name === 'end' || name === 'else') depth--;
      lines.push(`${'  '.repeat(depth)}${[name, ...operandTexts(name, operands)].join(' ')}`);
      if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++;
    }
    return `${lines.join('\n')})`;
  }
}

function operandTexts(name: InstructionName, operands: readonly Operand[]): string[] {
  const { immediates }: InstructionRow = INSTRUCTIONS[name];
  return immediates.flatMap((kind, at) => {
    const operand = operands[at];
    if (operand === undefined || kind === 'zero' || kind === 'block') return [];
    if (kind === 'memory' || kind === 'atomic') return operand === 0 ? [] : [`offset=${operand}`];
    if (operand instanceof Uint8Array) {
      return name === 'v128.const' ? ['i32x4', ...wordsOf(operand)] : [...operand].map(String);
    }
    return [name.startsWith('local.') ? `$${operand}` : String(operand)];
  });
}

function wordsOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [0, 4, 8, 12].map((at) => `0x${view.getUint32(at, true).toString(16).padStart(8, '0')}`);
}

function encodeInstruction(out: number[], { name, operands }: Instruction): void {
  const { opcode, immediates }: InstructionRow = INSTRUCTIONS[name];
  out.push(...opcode);
  immediates.forEach((kind, at) => {
    const operand = operands[at];
    if (operand instanceof Uint8Array) out.push(...operand);
    else out.push(...encodeOperand(kind, operand ?? 0));
  });
}

function encodeOperand(kind: Immediate, operand: number | bigint): Iterable<number> {
  const value = Number(operand);
  switch (kind) {
    case 'i32':
      return signed(BigInt(value | 0));
    case 'i64':
      return signed(BigInt(operand));
    case 'f32':
      return new Uint8Array(Float32Array.of(value).buffer);
    case 'f64':
      return new Uint8Array(Float64Array.of(value).buffer);
    case 'atomic':
      // These must be aligned, and say so: 2².
      return [2, ...unsigned(value)];
    case 'memory':
      // Alignment hint 0: no access here relies on being aligned, and engines ignore the hint.
      return [0, ...unsigned(value)];
    default:
      return unsigned(value);
  }
}

/** LEB128 of a non-negative integer below 2³². */
function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return out;
}

/** Signed LEB128. */
function signed(value: bigint): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
    out.push(done ? byte : byte | 0x80);
    if (done) return out;
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
  readonly #imports: FunctionBuilder[] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports = new Map<string, number>();

  /** A function of `env`, without results; to be asked for before any function is added. Returns its index. */
  import(name: string, params: readonly ValueType[]): number {
    return this.#imports.push(new FunctionBuilder(name, params)) - 1;
  }

  /** Adds a function and returns the index to `call` it by. */
  add(built: FunctionBuilder, exportName?: string): number {
    const index = this.#imports.length + this.#functions.push(built) - 1;
    if (exportName !== undefined) this.#exports.set(exportName, index);
    return index;
  }

  /** The binary module. */
  encode(): Uint8Array<ArrayBuffer> {
    const signatures = new Map<string, { index: number; bytes: number[] }>();
    const typeIndices = [...this.#imports, ...this.#functions].map(({ params, results }) => {
      const types = params.map(({ type }) => type);
      const key = `${types.join()}>${results.join()}`;
      const known = signatures.get(key);
      if (known) return known.index;
      const bytes = [
        0x60,
        ...vector(types.map((t) => [TYPE_CODES[t]])),
        ...vector(results.map((t) => [TYPE_CODES[t]])),
      ];
      signatures.set(key, { index: signatures.size, bytes });
      return signatures.size - 1;
    });
    const out: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const section = (id: number, content: number[]) => {
      out.push(id, ...unsigned(content.length));
      for (const byte of content) out.push(byte);
    };
    section(1, vector([...signatures.values()].map(({ bytes }) => bytes)));
    const { shared, pages } = this.memory;
    const limits = shared ? [0x03, ...unsigned(pages), ...unsigned(pages)] : [0x00, ...unsigned(pages)];
    const imported = this.#imports.map(({ name }, i) => [
      ...nameOf('env'),
      ...nameOf(name),
      0x00,
      ...unsigned(typeIndices[i] ?? 0),
    ]);
    section(2, vector([[...nameOf('env'), ...nameOf('memory'), 0x02, ...limits], ...imported]));
    section(3, vector(typeIndices.slice(this.#imports.length).map(unsigned)));
    section(
      7,
      vector([...this.#exports].map(([name, index]) => [...nameOf(name), 0x00, ...unsigned(index)])),
    );
    section(10, vector(this.#functions.map((built) => sized(built.encode()))));
    return Uint8Array.from(out);
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
    return ['(module', `  (import "env" "memory" (memory ${memory}))`, ...imports, ...functions, ...exports]
      .join('\n')
      .concat(')');
  }
}

function sized(bytes: number[]): number[] {
  const out = unsigned(bytes.length);
  for (const byte of bytes) out.push(byte);
  return out;
}

function vector(items: readonly (readonly number[])[]): number[] {
  const out = unsigned(items.length);
  for (const item of items) for (const byte of item) out.push(byte);
  return out;
}

function nameOf(text: string): number[] {
  return sized([...new TextEncoder().encode(text)]);
}
