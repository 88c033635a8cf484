import { displayed, superscript } from './displayed.ts';
import { type Expression, type Operand, restOf, SHOWN_TERMS, type Sum, shownTerms } from './expressions.ts';
import { symbolLatex, symbolText } from './symbols.ts';

/** How an expression is written: as Unicode text or LaTeX, in symbols or filled in with numbers. */
export interface Style {
  readonly notation: 'unicode' | 'latex';
  readonly filled: boolean;
  /** Decimals of the numbers filled in. */
  readonly digits?: number;
}

/** How tightly an expression holds together; what holds less tightly than its place asks for gets parentheses. */
const BINDING = { sum: 1, product: 2, power: 3, atom: 4 } as const;
interface Piece {
  readonly text: string;
  readonly binding: number;
}

/** An expression as text. */
export function written(expression: Expression, style: Style): string {
  return write(expression, style).text;
}

/** A number as text, in LaTeX with its powers of ten. */
export function numberText(value: number, { notation, digits }: Pick<Style, 'notation' | 'digits'>): string {
  const { text } = displayed(value, digits);
  if (notation === 'unicode') return text;
  const [mantissa = '', exponent] = text.replaceAll('−', '-').split('×10');
  if (exponent !== undefined) return `${mantissa} \\times 10^{${plainExponent(exponent)}}`;
  if (Number.isNaN(value)) return '\\mathrm{NaN}';
  return mantissa.replace('∞', '\\infty');
}

const plainExponent = (text: string) =>
  text.replace('⁻', '-').replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => `${'⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)}`);

function write(expression: Expression, style: Style): Piece {
  const latex = style.notation === 'latex';
  switch (expression.kind) {
    case 'operand':
      return style.filled ? writeNumber(expression.value, style) : writeSymbol(expression, latex);
    case 'number':
      return writeNumber(expression.value, { ...style, digits: Number.POSITIVE_INFINITY });
    case 'add':
      return joined(expression.terms, latex ? ' + ' : ' + ', BINDING.sum, style);
    case 'sum':
      return writeSum(expression, style);
    case 'subtract': {
      const [from, what] = [
        within(expression.from, BINDING.sum, style),
        within(expression.what, BINDING.product, style),
      ];
      return { text: `${from}${latex ? ' - ' : ' − '}${what}`, binding: BINDING.sum };
    }
    case 'multiply':
      return joined(expression.factors, latex ? ' \\cdot ' : '·', BINDING.product, style);
    case 'divide':
      return writeQuotient(expression, style);
    case 'negate':
      return {
        text: `${latex ? '-' : '−'}${within(expression.of, BINDING.product, style)}`,
        binding: BINDING.sum,
      };
    case 'power': {
      const base = within(expression.base, BINDING.atom, style);
      const whole = Number.isInteger(expression.exponent);
      const exponent = latex
        ? `^{${expression.exponent}}`
        : whole
          ? superscript(expression.exponent)
          : `^${expression.exponent}`;
      return { text: `${base}${exponent}`, binding: BINDING.power };
    }
    case 'call': {
      const values = expression.arguments.map((argument) => write(argument, style).text);
      return atom(expression.callee[latex ? 'latex' : 'text'](...values));
    }
  }
}

const atom = (text: string): Piece => ({ text, binding: BINDING.atom });
const symbol = (operand: Operand, latex: boolean) => (latex ? symbolLatex : symbolText)(operand.symbol);
/** A derivative is a quotient: its square is (∂L/∂w)²; and what has a mark above, (O⁽²⁾₁)². */
const writeSymbol = (operand: Operand, latex: boolean): Piece => ({
  text: symbol(operand, latex),
  binding: /^∂|⁽/.test(operand.symbol) ? BINDING.power : BINDING.atom,
});

/** A negative number, and one with a power of ten, stand in parentheses next to an operator. */
function writeNumber(value: number, style: Style): Piece {
  const text = numberText(value, style);
  const negative = /^[−-]/.test(text);
  return { text, binding: negative ? 0 : /×|times/.test(text) ? BINDING.product : BINDING.atom };
}

/** An expression where it must hold together as tightly as `binding`. */
function within(expression: Expression, binding: number, style: Style): string {
  const piece = write(expression, style);
  return piece.binding < binding ? parenthesised(piece.text, style) : piece.text;
}

const parenthesised = (text: string, { notation }: Style) =>
  notation === 'latex' ? `\\left(${text}\\right)` : `(${text})`;

function joined(parts: readonly Expression[], by: string, binding: number, style: Style): Piece {
  const [only] = parts;
  if (only && parts.length === 1) return write(only, style);
  const pieces = parts.map((part) => within(part, binding, style));
  return { text: pieces.length === 0 ? (binding === BINDING.sum ? '0' : '1') : pieces.join(by), binding };
}

function writeQuotient(expression: Expression & { kind: 'divide' }, style: Style): Piece {
  const { numerator, denominator } = expression;
  if (style.notation === 'latex') {
    return atom(`\\frac{${write(numerator, style).text}}{${write(denominator, style).text}}`);
  }
  // The denominator must not be a product either: a/b·c reads as (a/b)·c.
  const text = `${within(numerator, BINDING.product, style)}/${within(denominator, BINDING.power, style)}`;
  return { text, binding: BINDING.product };
}

function writeSum(sum: Sum, style: Style): Piece {
  const latex = style.notation === 'latex';
  if (sum.terms.length <= SHOWN_TERMS) return joined(sum.terms, ' + ', BINDING.sum, style);
  if (!style.filled && sum.general) {
    const index = sum.index ?? 'i';
    const general = within(sum.general, BINDING.product, style);
    const text = latex ? `\\sum_{${index}} ${general}` : `${symbolText(`Σ_${index}`)} ${general}`;
    return { text, binding: BINDING.sum };
  }
  const { first, left, last } = shownTerms(sum);
  const dots = latex ? '\\cdots' : '…';
  const terms = (of: readonly Expression[]) => of.map((term) => within(term, BINDING.sum, style));
  const middle = style.filled ? leftOut(left, style) : dots;
  return { text: [...terms(first), middle, ...terms(last)].join(' + '), binding: BINDING.sum };
}

/** The terms not shown, as how many they are and what they come to: `[779 more: 1.2034]`. */
function leftOut(left: readonly Expression[], style: Style): string {
  const total = numberText(restOf(left, style.digits).value, { ...style, digits: Number.POSITIVE_INFINITY });
  const rest = restOf(left, style.digits).text;
  return style.notation === 'latex'
    ? `\\left[${left.length}\\text{ more: }${total}\\right]`
    : `[${left.length} more: ${rest}]`;
}

/** An expression in words. */
export function inWords(expression: Expression): string {
  switch (expression.kind) {
    case 'operand':
      return expression.words ?? symbolText(expression.symbol);
    case 'number':
      return displayed(expression.value, Number.POSITIVE_INFINITY).text;
    case 'add':
      return listed(expression.terms.map(inWords), 'plus');
    case 'sum':
      return expression.terms.length > SHOWN_TERMS || expression.general
        ? `the sum of ${expression.general ? inWords(expression.general) : `${expression.terms.length} terms`}`
        : listed(expression.terms.map(inWords), 'plus');
    case 'subtract':
      return `${inWords(expression.from)} less ${inWords(expression.what)}`;
    case 'multiply':
      return listed(expression.factors.map(inWords), 'times');
    case 'divide':
      return `${inWords(expression.numerator)} divided by ${inWords(expression.denominator)}`;
    case 'negate':
      return `minus ${inWords(expression.of)}`;
    case 'power':
      return expression.exponent === 2
        ? `the square of ${inWords(expression.base)}`
        : `${inWords(expression.base)} to the power ${expression.exponent}`;
    case 'call':
      return expression.callee.words(...expression.arguments.map(inWords));
  }
}

const listed = (parts: readonly string[], by: string) => parts.join(` ${by} `);
