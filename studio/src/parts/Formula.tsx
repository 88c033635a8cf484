import { displayed, type SymbolParts, symbolParts } from 'pellucid/units';
import type { ComponentChild } from 'preact';
import type { ExpressionData, FormulaData } from '../worker/formulaData.ts';
import { useFrame } from './frameContext.ts';

/** How tightly an expression holds together; what holds less tightly than its place asks for gets parentheses. */
const BINDING = { least: 0, sum: 1, product: 2, power: 3, atom: 4 } as const;
interface Piece {
  readonly node: ComponentChild;
  readonly binding: number;
}
interface Style {
  readonly filled: boolean;
  readonly veiled: string | undefined;
  /** Decimals of the numbers filled in. */
  readonly digits: number | undefined;
}

/**
 * A formula in MathML: in symbols, or filled in with numbers and what they come to. Browsers do not break lines in
 * MathML: each term is an element of its own, so that lines can break between them.
 */
export function FormulaMath({ of, filled = false }: { readonly of: FormulaData; readonly filled?: boolean }) {
  const { veiled } = useFrame();
  const style: Style = { filled, veiled, digits: of.digits };
  const value = numberMath(of.value, of.symbol === veiled, of.digits).node;
  return (
    <div class={`math ${filled ? 'filled' : 'symbols'}`} data-formula={of.symbol}>
      <math>
        <mrow>
          {symbolMath(of.symbol)}
          <mo {...SPACED}>=</mo>
        </mrow>
      </math>
      <span data-side="right">
        {terms(of.expression, style).map((term, at) => (
          <math key={`${at}`}>
            <mrow>{term}</mrow>
          </math>
        ))}
      </span>
      {filled && (
        <span data-side="value">
          <math>
            <mrow>
              <mo {...SPACED}>=</mo>
            </mrow>
          </math>
          <math data-result="">
            <mrow>{value}</mrow>
          </math>
        </span>
      )}
    </div>
  );
}

/** An operator that leads its element would stand as close as a sign. */
const SPACED = { lspace: '0.22em', rspace: '0.22em' } as const;

/** The right side in pieces, each but the first led by its operator. */
function terms(whole: ExpressionData, style: Style): ComponentChild[] {
  const expression = whole.kind === 'general' && style.filled ? whole.filled : whole;
  const [argument] = expression.kind === 'call' ? expression.parts : [];
  if (argument && expression.kind === 'call' && expression.template === `${expression.name}({0})`) {
    const inner = terms(argument, style);
    if (inner.length > 1) return applied(expression.name, inner);
  }
  const joint =
    expression.kind === 'add' || expression.kind === 'subtract'
      ? ([expression.kind === 'add' ? '+' : '−', BINDING.sum] as const)
      : expression.kind === 'multiply'
        ? (['·', BINDING.product] as const)
        : undefined;
  if (!joint || !('parts' in expression) || expression.parts.length < 2)
    return [write(expression, style).node];
  const [by, binding] = joint;
  return expression.parts.map((part, at) => {
    const tight = expression.kind === 'subtract' && at > 0 ? BINDING.product : binding;
    return at === 0 ? (
      within(part, tight, style)
    ) : (
      <>
        <mo {...SPACED}>{by}</mo>
        {within(part, tight, style)}
      </>
    );
  });
}

/** A function of a sum or a product, so that lines can break within its parentheses. */
const applied = (name: string, inner: readonly ComponentChild[]): ComponentChild[] =>
  inner.map((term, at) => (
    <>
      {at === 0 && (
        <>
          <mi data-apply={name}>{name}</mi>
          <mo>(</mo>
        </>
      )}
      {term}
      {at === inner.length - 1 && <mo>)</mo>}
    </>
  ));

/** A symbol in running text. */
export function SymbolMath({ of }: { readonly of: string }) {
  return <math>{symbolMath(of)}</math>;
}

function symbolMath(symbol: string): ComponentChild {
  return partsMath(symbolParts(symbol));
}

function partsMath(parts: SymbolParts): ComponentChild {
  if (parts.kind === 'derivative') {
    return (
      <mfrac>
        <mrow>
          <mo>∂</mo>
          {partsMath(parts.of)}
        </mrow>
        <mrow>
          <mo>∂</mo>
          {partsMath(parts.by)}
        </mrow>
      </mfrac>
    );
  }
  const { base, subscript, place } = parts;
  const name = <mi>{base}</mi>;
  const whole = subscript === undefined ? name : <msub>{[name, <mi key="s">{subscript}</mi>]}</msub>;
  if (place === undefined) return whole;
  return (
    <mrow>
      {whole}
      <mo>[</mo>
      <mtext>{place}</mtext>
      <mo>]</mo>
    </mrow>
  );
}

/** A negative number, and one with a power of ten, stand in parentheses next to an operator. */
function numberMath(value: number, hidden = false, digits?: number): Piece {
  if (hidden) return { node: <mtext>?</mtext>, binding: BINDING.atom };
  const { text } = displayed(value, digits);
  const negative = text.startsWith('−');
  const [mantissa = '', exponent] = text.replace(/^−/, '').split(/×10|e\+?/);
  const number =
    exponent === undefined ? (
      <mn>{mantissa}</mn>
    ) : (
      <mrow>
        <mn>{mantissa}</mn>
        <mo>×</mo>
        <msup>
          <mn>10</mn>
          <mn>{plain(exponent)}</mn>
        </msup>
      </mrow>
    );
  const node = negative ? (
    <mrow>
      <mo>−</mo>
      {number}
    </mrow>
  ) : (
    number
  );
  return {
    node,
    binding: negative ? BINDING.least : exponent === undefined ? BINDING.atom : BINDING.product,
  };
}

const plain = (text: string) =>
  text.replace('⁻', '−').replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (digit) => `${'⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)}`);

function within(part: ExpressionData | undefined, binding: number, style: Style): ComponentChild {
  if (!part) return null;
  const piece = write(part, style);
  if (piece.binding >= binding) return piece.node;
  return (
    <mrow>
      <mo>(</mo>
      {piece.node}
      <mo>)</mo>
    </mrow>
  );
}

function joined(parts: readonly ExpressionData[], by: string, binding: number, style: Style): Piece {
  const [only] = parts;
  if (only && parts.length === 1) return write(only, style);
  const nodes = parts.flatMap((part, at) =>
    at === 0 ? [within(part, binding, style)] : [<mo key={`o${at}`}>{by}</mo>, within(part, binding, style)],
  );
  return { node: <mrow>{nodes}</mrow>, binding };
}

function write(part: ExpressionData, style: Style): Piece {
  switch (part.kind) {
    case 'operand':
      if (style.filled) return numberMath(part.value, part.symbol === style.veiled, style.digits);
      return { node: symbolMath(part.symbol), binding: BINDING.atom };
    case 'number':
      return numberMath(part.value, false, Number.POSITIVE_INFINITY);
    case 'rest':
      return {
        node: (
          <mrow data-rest={part.count}>
            <mo>[</mo>
            <mtext>{`${part.count} more: `}</mtext>
            {numberMath(part.value, false, style.digits).node}
            <mo>]</mo>
          </mrow>
        ),
        binding: BINDING.atom,
      };
    case 'general':
      return style.filled ? write(part.filled, style) : general(part.index, part.term, style);
    case 'add':
      return joined(part.parts, '+', BINDING.sum, style);
    case 'multiply':
      return joined(part.parts, '·', BINDING.product, style);
    case 'subtract':
      return {
        node: (
          <mrow>
            {within(part.parts[0], BINDING.sum, style)}
            <mo>−</mo>
            {within(part.parts[1], BINDING.product, style)}
          </mrow>
        ),
        binding: BINDING.sum,
      };
    case 'divide':
      return {
        node: (
          <mfrac>
            {within(part.parts[0], BINDING.least, style)}
            {within(part.parts[1], BINDING.least, style)}
          </mfrac>
        ),
        binding: BINDING.atom,
      };
    case 'negate':
      return {
        node: (
          <mrow>
            <mo>−</mo>
            {within(part.parts[0], BINDING.product, style)}
          </mrow>
        ),
        binding: BINDING.least,
      };
    case 'power':
      return {
        node: (
          <msup>
            {within(part.parts[0], BINDING.atom, style)}
            <mn>{part.exponent}</mn>
          </msup>
        ),
        binding: BINDING.power,
      };
    case 'call':
      return { node: called(part, style), binding: BINDING.atom };
  }
}

function general(index: string, term: ExpressionData, style: Style): Piece {
  const node = (
    <mrow>
      <munder>
        <mo>∑</mo>
        <mi>{index}</mi>
      </munder>
      {within(term, BINDING.product, style)}
    </mrow>
  );
  return { node, binding: BINDING.sum };
}

/** A function as its own text says it is written: `σ({0})`, `|{0}|`. */
function called({ name, template, parts }: ExpressionData & { kind: 'call' }, style: Style): ComponentChild {
  const nodes = parts.map((part) => write(part, style).node);
  if (name === '√') return <msqrt data-call={name}>{nodes}</msqrt>;
  if (name === '2^') {
    return (
      <msup data-call={name}>
        <mn>2</mn>
        <mrow data-argument="0">{nodes}</mrow>
      </msup>
    );
  }
  const pieces = template.split(/(\{\d+\}|[(),|⌊⌋[\]])/).filter((piece) => piece.trim() !== '');
  return (
    <mrow data-call={name}>
      {pieces.map((piece, at) => {
        const hole = /^\{(\d+)\}$/.exec(piece)?.[1];
        if (hole !== undefined)
          return (
            <mrow key={`${at}`} data-argument={hole}>
              {nodes[Number(hole)]}
            </mrow>
          );
        return /^[(),|⌊⌋[\]]$/.test(piece) ? (
          <mo key={`${at}`}>{piece}</mo>
        ) : (
          <mi key={`${at}`}>{piece.trim()}</mi>
        );
      })}
    </mrow>
  );
}
