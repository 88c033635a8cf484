import { ArgumentError } from '../../graph/errors.ts';

/** A typed-in expression, taken apart. */
export type Syntax =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'operation'; readonly operation: OperationName; readonly inputs: readonly Syntax[] };

export const FUNCTION_NAMES = [
  ...(['sin', 'cos', 'exp', 'ln', 'sqrt', 'tanh', 'sigmoid', 'relu', 'erf', 'max', 'min'] as const),
] as const;
type FunctionName = (typeof FUNCTION_NAMES)[number];
export type OperationName = FunctionName | 'add' | 'subtract' | 'multiply' | 'divide' | 'power' | 'negate';

/** An expression that cannot be read: says where, and points at the character. */
export class ExpressionError extends ArgumentError {
  /** Counted from 1. */
  readonly column: number;

  constructor(source: string, at: number, expected: string, received: string) {
    const from = Math.max(0, at - 60);
    const shown = source.slice(from, at + 20).replaceAll(/\s/g, ' ');
    super({
      asked: `expression, column ${at + 1}`,
      expected,
      received,
      fix: `\n  ${shown}\n  ${' '.repeat(at - from)}^`,
    });
    this.column = at + 1;
  }
}

interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const LONGEST = 10_000;
const DEEPEST = 200;
const BLANK = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /\p{L}[\p{L}\p{N}_₀-₉ᵢⱼₖₙₘ]*/uy;
const SIGN = /[-+*/^(),=−·×]/y;
/** Signs that people also type, as the ones they stand for. */
const ALIKE: Readonly<Record<string, string>> = { '−': '-', '·': '*', '×': '*' };

function tokens(source: string): Token[] {
  if (source.length > LONGEST) {
    throw new ExpressionError(source, LONGEST, `at most ${LONGEST} characters`, `${source.length}`);
  }
  const found: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0];
    at += text?.length ?? 0;
    return text;
  };
  for (;;) {
    take(BLANK);
    const start = at;
    if (start === source.length) return [...found, { kind: 'end', text: '', at }];
    const number = take(NUMBER);
    const name = number === undefined ? take(NAME) : undefined;
    const sign = number === undefined && name === undefined ? take(SIGN) : undefined;
    if (number !== undefined) found.push({ kind: 'number', text: number, at: start });
    else if (name !== undefined) found.push({ kind: 'name', text: plainName(name), at: start });
    else if (sign !== undefined) found.push({ kind: 'sign', text: ALIKE[sign] ?? sign, at: start });
    else {
      const character = String.fromCodePoint(source.codePointAt(start) ?? 0);
      throw new ExpressionError(
        source,
        start,
        'a number, a name, an operator or a parenthesis',
        `"${character}"`,
      );
    }
  }
}

/** `x₁` and `x1` are the same name. */
export const plainName = (name: string): string => name.normalize('NFKC');

/** What was typed: an expression, and the name it was given, as in `Y = (a+b)*(b-c)`. */
export interface Parsed {
  readonly name?: string;
  readonly syntax: Syntax;
}

/**
 * Reads an expression of numbers, names, `+ − * / ^`, parentheses and functions. `^` binds tightest and to the
 * right, then the minus before a term, then `* /`, then `+ −`.
 *
 * @throws ExpressionError that points at the character where it cannot go on
 */
export function parse(source: string): Parsed {
  return new Parser(source).whole();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokens(source);
  }

  whole(): Parsed {
    const [name, sign] = this.#tokens;
    const named = name?.kind === 'name' && sign?.text === '=';
    if (named) this.#position = 2;
    const syntax = this.#sum();
    if (this.#next.kind !== 'end') throw this.#problem('an operator or the end');
    return named ? { name: name.text, syntax } : { syntax };
  }

  get #next(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '', at: this.#source.length };
  }

  /** Goes past the sign, if it is next. */
  #skip(...signs: readonly string[]): string | undefined {
    const { kind, text } = this.#next;
    if (kind !== 'sign' || !signs.includes(text)) return undefined;
    this.#position++;
    return text;
  }

  #require(sign: string, expected: string): void {
    if (this.#skip(sign) === undefined) throw this.#problem(expected);
  }

  #sum(): Syntax {
    if (++this.#depth > DEEPEST) throw this.#problem(`at most ${DEEPEST} levels of nesting`);
    let left = this.#product();
    for (let sign = this.#skip('+', '-'); sign; sign = this.#skip('+', '-')) {
      left = operation(sign === '+' ? 'add' : 'subtract', left, this.#product());
    }
    this.#depth--;
    return left;
  }

  #product(): Syntax {
    let left = this.#signed();
    for (let sign = this.#skip('*', '/'); sign; sign = this.#skip('*', '/')) {
      left = operation(sign === '*' ? 'multiply' : 'divide', left, this.#signed());
    }
    return left;
  }

  #signed(): Syntax {
    if (this.#skip('-') === undefined) return this.#power();
    if (++this.#depth > DEEPEST) throw this.#problem(`at most ${DEEPEST} levels of nesting`);
    const of = this.#signed();
    this.#depth--;
    return of.kind === 'number' ? { kind: 'number', value: -of.value } : operation('negate', of);
  }

  #power(): Syntax {
    const base = this.#atom();
    return this.#skip('^') === undefined ? base : operation('power', base, this.#signed());
  }

  #atom(): Syntax {
    const { kind, text } = this.#next;
    if (this.#skip('(') !== undefined) {
      const inner = this.#sum();
      this.#require(')', 'an operator or ")"');
      return inner;
    }
    if (kind !== 'number' && kind !== 'name') throw this.#problem('a number, a name or "("');
    this.#position++;
    if (kind === 'number') return { kind, value: Number(text) };
    if (this.#next.text !== '(')
      return text === 'π' ? { kind: 'number', value: Math.PI } : { kind, name: text };
    return this.#call(text);
  }

  #call(name: string): Syntax {
    const known = FUNCTION_NAMES.find((known) => known === name);
    if (!known) {
      this.#position--;
      throw this.#problem(`one of the functions ${FUNCTION_NAMES.join(', ')}`);
    }
    this.#require('(', '"("');
    const inputs = [this.#sum()];
    while (this.#skip(',') !== undefined) inputs.push(this.#sum());
    const count = known === 'max' || known === 'min' ? 2 : 1;
    if (inputs.length < count) throw this.#problem(`"," and another argument of ${name}`);
    if (inputs.length > 1 && count === 1) throw this.#problem(`one argument of ${name}`, `${inputs.length}`);
    this.#require(')', count === 1 ? 'an operator or ")"' : '"," or ")"');
    // The greatest of many is the greatest of two, again and again.
    const [first, ...rest] = inputs as [Syntax, ...Syntax[]];
    return count === 1
      ? operation(known, first)
      : rest.reduce((left, right) => operation(known, left, right), first);
  }

  #problem(expected: string, received?: string): ExpressionError {
    const { kind, text, at } = this.#next;
    return new ExpressionError(
      this.#source,
      at,
      expected,
      received ?? (kind === 'end' ? 'the end' : `"${text}"`),
    );
  }
}

function operation(name: OperationName, ...inputs: readonly Syntax[]): Syntax {
  return { kind: 'operation', operation: name, inputs };
}
