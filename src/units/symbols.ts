/** The parts of an operand's symbol: `Δw_15` is base `Δw` with subscript `15`. */
export type SymbolParts =
  | { readonly kind: 'simple'; readonly base: string; readonly subscript?: string; readonly place?: string }
  | { readonly kind: 'derivative'; readonly of: SymbolParts; readonly by: SymbolParts };

/** Takes a symbol apart: base, subscript after `_`, place in brackets; `∂L/∂w_16` is a derivative. */
export function symbolParts(symbol: string): SymbolParts {
  const derivative = /^∂(?<of>.+?)\/∂(?<by>.+)$/.exec(symbol)?.groups;
  if (derivative) {
    return {
      kind: 'derivative',
      of: symbolParts(derivative.of ?? ''),
      by: symbolParts(derivative.by ?? ''),
    };
  }
  const parts = /^(?<base>[^_[]+)(?:_(?<subscript>[^[]+))?(?:\[(?<place>.*)\])?$/.exec(symbol)?.groups;
  const { base = symbol, subscript, place } = parts ?? {};
  return {
    kind: 'simple',
    base,
    ...(subscript !== undefined && { subscript }),
    ...(place !== undefined && { place }),
  };
}

const SUBSCRIPTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'₀₁₂₃₄₅₆₇₈₉'].map((small, digit) => [`${digit}`, small])),
  ...{
    i: 'ᵢ',
    j: 'ⱼ',
    k: 'ₖ',
    m: 'ₘ',
    n: 'ₙ',
    p: 'ₚ',
    t: 'ₜ',
    x: 'ₓ',
    '+': '₊',
    '-': '₋',
    '−': '₋',
    ',': ',',
  },
};
/** Digits and running indices get small letters; words, as in `y_in`, stay. */
const SMALL = /^(?:[ijk\d,+−-]+|[mnptx]|t[−-]1)$/;

/** A symbol as Unicode text: w₁₆, Δw₁₅, y_in, ∂L/∂w₁₆. */
export function symbolText(symbol: string): string {
  return unicode(symbolParts(symbol));
}

function unicode(parts: SymbolParts): string {
  if (parts.kind === 'derivative') return `∂${unicode(parts.of)}/∂${unicode(parts.by)}`;
  const { base, subscript, place } = parts;
  const below =
    subscript === undefined
      ? ''
      : SMALL.test(subscript)
        ? Array.from(subscript, (letter) => SUBSCRIPTS[letter] ?? letter).join('')
        : `_${subscript}`;
  return `${base}${below}${place === undefined ? '' : `[${place}]`}`;
}

const GREEK: Readonly<Record<string, string>> = {
  ...{ α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'varepsilon', η: 'eta', θ: 'theta', λ: 'lambda' },
  ...{ μ: 'mu', π: 'pi', ρ: 'rho', σ: 'sigma', τ: 'tau', φ: 'varphi', ω: 'omega', Δ: 'Delta', Σ: 'Sigma' },
};

/** A symbol in LaTeX: `w_{16}`, `\Delta w_{15}`, `\mathrm{Error}_{7}`. */
export function symbolLatex(symbol: string): string {
  return latex(symbolParts(symbol));
}

function latex(parts: SymbolParts): string {
  if (parts.kind === 'derivative') {
    return `\\frac{\\partial ${latex(parts.of)}}{\\partial ${latex(parts.by)}}`;
  }
  const { base, subscript, place } = parts;
  const below =
    subscript === undefined
      ? ''
      : `_{${/^[a-z]{2,}$/i.test(subscript) && !/^[ijk]+$/.test(subscript) ? `\\mathrm{${subscript}}` : latexLetters(subscript)}}`;
  return `${latexBase(base)}${below}${place === undefined ? '' : `[${escaped(place)}]`}`;
}

/** The number of a layer stands above: `w⁽²⁾` is `w^{(2)}`. */
function latexBase(base: string): string {
  const [, letter, layer] = /^(.+)⁽(.+)⁾$/u.exec(base.replace('′', '')) ?? [];
  if (letter !== undefined && layer !== undefined) {
    const mark = base.includes('′') ? '\\prime' : '';
    return `${latexBase(letter)}^{${mark}(${plainDigits(layer)})}`;
  }
  const change = /^Δ(?=.)/.test(base);
  const rest = change ? base.slice(1) : base;
  const body = /^[A-Za-z][\w .]+$/.test(rest) ? `\\mathrm{${escaped(rest)}}` : latexLetters(rest);
  return change ? `\\Delta ${body}` : body;
}

const plainDigits = (text: string) =>
  text.replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/gu, (digit) => `${'⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)}`);

/** Greek letters by name, the hat and the prime as marks, and nothing that LaTeX would obey. */
function latexLetters(text: string): string {
  const letters = Array.from(escaped(text), (letter) => {
    const name = GREEK[letter];
    return name ? `\\${name} ` : letter === '−' ? '-' : letter === '′' ? "'" : letter;
  });
  return letters
    .join('')
    .trimEnd()
    .replace(/^(.)\u0302/u, '\\hat{$1}')
    .replace(/^ŷ/, '\\hat{y}');
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\backslash ')
    .replaceAll(/[#$%&{}_]/g, (letter) => `\\${letter}`)
    .replaceAll('^', '\\hat{}')
    .replaceAll('~', '\\sim ');
}
