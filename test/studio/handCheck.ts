/** What came of working a filled-in formula out by hand. */
export interface Checked {
  readonly name: string;
  readonly text: string;
  readonly computed: number;
  readonly shown: number;
  readonly slack: number;
  readonly holds: boolean;
}

/**
 * Reads a filled-in formula off the page as a person would — only what is displayed — works out its right side, and
 * compares with the displayed result. Each displayed number may be off by half its last digit; how far that can move
 * the result is found by moving them. It is sent to the browser as text, so it knows nothing but its argument.
 */
export function handCheck(formula: Element): Omit<Checked, 'name'> {
  type Node = { readonly calculate: (moved: number) => number };
  const functions: Readonly<Record<string, (...values: number[]) => number>> = {
    σ: (x = Number.NaN) => 1 / (1 + Math.exp(-x)),
    '√': Math.sqrt,
    exp: Math.exp,
    ln: Math.log,
    'log₁₀': Math.log10,
    tanh: Math.tanh,
    sin: Math.sin,
    cos: Math.cos,
    max: Math.max,
    min: Math.min,
    abs: Math.abs,
    floor: Math.floor,
    ReLU: (x = Number.NaN) => Math.max(x, 0),
    relu: (x = Number.NaN) => Math.max(x, 0),
    step: (x = Number.NaN) => Number(x >= 0),
    sign: Math.sign,
    f: (net = Number.NaN, theta = Number.NaN) => (net > theta ? 1 : net < -theta ? -1 : 0),
    argmin: (...values) => values.indexOf(Math.min(...values)) + 1,
    less: (a = Number.NaN, b = Number.NaN) => Number(a < b),
    equal: (a = Number.NaN, b = Number.NaN) => Number(a === b),
    where: (condition, a = Number.NaN, b = Number.NaN) => (condition ? a : b),
    log1p: Math.log1p,
    expm1: Math.expm1,
    erf: (x = Number.NaN) => erf(x),
    gelu: (x = Number.NaN) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    '2^': (x = Number.NaN) => 2 ** x,
    float16: (x = Number.NaN) => toFormat(x, 5, 10),
    bfloat16: (x = Number.NaN) => toFormat(x, 8, 7),
    float32: Math.fround,
    float64: (x = Number.NaN) => x,
  };
  /** 2/√π · ∫ exp(−u²) du from 0 to x, by Simpson's rule. */
  const erf = (x: number): number => {
    if (Math.abs(x) > 6) return Math.sign(x);
    const parts = 400;
    let total = 0;
    for (let i = 0; i <= parts; i++) {
      const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2;
      total += weight * Math.exp(-(((x * i) / parts) ** 2));
    }
    return (2 / Math.sqrt(Math.PI)) * (x / parts / 3) * total;
  };
  /** The nearest number with so many bits of exponent and fraction; of two as near the one whose last bit is 0. */
  const toFormat = (x: number, exponentBits: number, fractionBits: number): number => {
    if (!Number.isFinite(x) || x === 0) return x;
    const bias = 2 ** (exponentBits - 1) - 1;
    let power = 1 - bias;
    while (power < 2000 && 2 ** (power + 1) <= Math.abs(x)) power++;
    const step = 2 ** (power - fractionBits);
    const [low, high] = [Math.floor(x / step), Math.ceil(x / step)];
    const [below, above] = [x / step - low, high - x / step];
    const nearest = below < above || (below === above && low % 2 === 0) ? low : high;
    const most = (2 - 2 ** -fractionBits) * 2 ** bias;
    return Math.abs(nearest * step) > most ? Math.sign(x) * Number.POSITIVE_INFINITY : nearest * step;
  };
  /** Half the last digit of every number displayed. */
  const slacks: number[] = [];
  const constant = (value: number): Node => ({ calculate: () => value });

  const numberOf = (element: Element): Node => {
    const text = (element.textContent ?? '').trim().replace('−', '-');
    const value = text === '∞' ? Number.POSITIVE_INFINITY : Number(text);
    const decimals = text.split('.')[1]?.length ?? 0;
    // A number with fewer than four decimals is exact, unless it is cut off before a power of ten.
    const cut = decimals >= 4 || element.nextElementSibling?.textContent === '×';
    const at = slacks.push(cut ? 0.5 * 10 ** -decimals : 0) - 1;
    return { calculate: (moved) => value + (moved === at ? (slacks[at] ?? 0) : 0) };
  };
  const operators: Readonly<Record<string, number>> = { '+': 1, '−': 1, '·': 2, '×': 2 };

  /** The children of a row as operands and operators, by precedence. */
  const row = (children: readonly Element[]): Node => {
    let at = 0;
    const textAt = (i: number) => children[i]?.textContent?.trim() ?? '';
    const isOperator = (i: number) => children[i]?.localName === 'mo';
    const primary = (): Node => {
      if (isOperator(at) && textAt(at) === '−') {
        at++;
        const inner = product();
        return { calculate: (moved) => -inner.calculate(moved) };
      }
      if (isOperator(at) && (textAt(at) === '(' || textAt(at) === '[')) {
        at++;
        while (children[at]?.localName === 'mtext') at++;
        const inner = sum();
        at++;
        return inner;
      }
      const element = children[at++];
      const apply = element?.getAttribute('data-apply');
      if (apply !== null && apply !== undefined) {
        // Its parentheses stand beside it, so that lines can break within them.
        at++;
        const inner = sum();
        at++;
        const called = functions[apply];
        if (!called) throw new Error(`nobody knows how to work out ${apply}`);
        return { calculate: (moved) => called(inner.calculate(moved)) };
      }
      if (!element) throw new Error(`a number was expected in ${formula.textContent}`);
      return read(element);
    };
    const operate = (level: number, next: () => Node): Node => {
      let left = next();
      while (isOperator(at) && operators[textAt(at)] === level) {
        const [sign, before] = [textAt(at++), left];
        const right = next();
        left = {
          calculate: (moved) => {
            const [a, b] = [before.calculate(moved), right.calculate(moved)];
            return sign === '+' ? a + b : sign === '−' ? a - b : a * b;
          },
        };
      }
      return left;
    };
    const product = (): Node => operate(2, primary);
    const sum = (): Node => operate(1, product);
    return sum();
  };

  const read = (element: Element): Node => {
    const children = [...element.children];
    const [first, second] = children;
    if (element.localName === 'mn') return numberOf(element);
    if (element.localName === 'mi' && element.textContent === '∞') return constant(Number.POSITIVE_INFINITY);
    const call = element.getAttribute('data-call');
    if (call !== null) {
      // A function may be written with its arguments in another order: `(a if condition, else b)`.
      const orderOf = (place: Element) => Number(place.getAttribute('data-argument'));
      const places = [...element.querySelectorAll('[data-argument]')]
        .filter((place) => place.parentElement?.closest('[data-call]') === element)
        .sort((a, b) => orderOf(a) - orderOf(b));
      const given = (element.localName === 'msqrt' ? children : places).map(read);
      const called = functions[call];
      if (!called) throw new Error(`nobody knows how to work out ${call}`);
      return { calculate: (moved) => called(...given.map((value) => value.calculate(moved))) };
    }
    if (element.localName === 'mfrac' && first && second) {
      const [above, below] = [read(first), read(second)];
      return { calculate: (moved) => above.calculate(moved) / below.calculate(moved) };
    }
    if (element.localName === 'msup' && first && second) {
      const [base, exponent] = [read(first), read(second)];
      return { calculate: (moved) => base.calculate(moved) ** exponent.calculate(moved) };
    }
    return row(children);
  };

  const right = [...formula.querySelectorAll('[data-side="right"] > math > mrow')];
  const value = formula.querySelector('[data-result]');
  if (right.length === 0 || !value) throw new Error(`no formula: ${formula.textContent}`);
  const expression = row(right.flatMap((term) => [...term.children]));
  const computed = expression.calculate(-1);
  const operands = slacks.length;
  let slack = 1e-9 + Math.abs(computed) * 2 ** -22;
  for (let at = 0; at < operands; at++) slack += Math.abs(expression.calculate(at) - computed) * 1.01;
  const result = read(value);
  const shown = result.calculate(-1);
  for (let at = operands; at < slacks.length; at++) slack += Math.abs(result.calculate(at) - shown) * 1.01;
  return {
    text: formula.textContent ?? '',
    computed,
    shown,
    slack,
    holds: Object.is(computed, shown) || Math.abs(computed - shown) <= slack,
  };
}
