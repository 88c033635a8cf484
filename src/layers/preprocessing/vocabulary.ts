import { ArgumentError } from '../../graph/errors.ts';

export interface VocabularyOptions<Token> {
  readonly vocabulary?: readonly Token[];
  /** The most numbers there may be, those for unknown tokens included; as many as needed by default. */
  readonly maxTokens?: number;
  /** How many numbers stand for unknown tokens; 1 by default. */
  readonly numOovIndices?: number;
  /** The token that stands for nothing, and is number 0; none by default. */
  readonly maskToken?: Token;
  /** What an unknown token is called; `[UNK]` or −1 by default. */
  readonly oovToken?: Token;
}

/** Tokens and their numbers: the mask token, if any, then unknown tokens, then those learnt. */
export class Vocabulary<Token extends string | number> {
  readonly numOovIndices: number;
  readonly maskToken: Token | undefined;
  readonly #asked: string;
  readonly #maxTokens: number | undefined;
  readonly oovToken: Token;
  /** Whether number 0 is kept for the mask token: only where numbers themselves come out. */
  readonly #keepsMask: boolean;
  readonly #compare: (a: Token, b: Token) => number;
  #learned: readonly Token[] = [];
  #indices = new Map<Token, number>();

  constructor(
    asked: string,
    options: VocabularyOptions<Token>,
    keepsMask: boolean,
    oovToken: Token,
    compare: (a: Token, b: Token) => number,
  ) {
    const { numOovIndices = 1, maxTokens } = options;
    if (!Number.isInteger(numOovIndices) || numOovIndices < 0) {
      throw new ArgumentError({
        asked: `${asked} with numOovIndices ${numOovIndices}`,
        expected: 'a whole number, at least 0',
      });
    }
    if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 1)) {
      throw new ArgumentError({
        asked: `${asked} with maxTokens ${maxTokens}`,
        expected: 'a whole number above 1',
      });
    }
    this.#asked = asked;
    this.numOovIndices = numOovIndices;
    this.maskToken = options.maskToken;
    this.#maxTokens = maxTokens;
    this.oovToken = options.oovToken ?? oovToken;
    this.#keepsMask = keepsMask && options.maskToken !== undefined;
    this.#compare = compare;
    if (options.vocabulary) this.set(options.vocabulary);
  }

  /** The number of the first token that was learnt. */
  get firstLearned(): number {
    return Number(this.#keepsMask) + this.numOovIndices;
  }

  get learned(): readonly Token[] {
    if (this.#learned.length > 0) return this.#learned;
    throw new ArgumentError({
      asked: this.#asked,
      expected: 'a vocabulary',
      received: 'none',
      fix: 'Give one, or call adapt(data) before.',
    });
  }

  get size(): number {
    return this.firstLearned + this.#learned.length;
  }

  /** @throws ArgumentError when it is empty, too long, or has a token twice. */
  set(vocabulary: readonly Token[]): void {
    const special = this.#special();
    const hasSpecial = special.length > 0 && special.every((token, i) => token === vocabulary[i]);
    const tokens = hasSpecial ? vocabulary.slice(special.length) : vocabulary;
    const twice = tokens.find((token, i) => tokens.indexOf(token) !== i || token === this.maskToken);
    const most = (this.#maxTokens ?? Number.POSITIVE_INFINITY) - this.firstLearned;
    if (tokens.length === 0 || twice !== undefined || tokens.length > most) {
      throw new ArgumentError({
        asked: `${this.#asked} with a vocabulary`,
        expected: `tokens that differ, at least one${most < Number.POSITIVE_INFINITY ? ` and at most ${most}` : ''}`,
        received: twice === undefined ? `${tokens.length}` : `${JSON.stringify(twice)} where it may not be`,
      });
    }
    this.#learned = tokens;
    this.#indices = new Map(tokens.map((token, i) => [token, this.firstLearned + i]));
  }

  /** The most frequent tokens first; of equally frequent ones those that sort last, as in Keras. */
  adapt(data: readonly Token[]): void {
    const counts = new Map<Token, number>();
    for (const token of data) counts.set(token, (counts.get(token) ?? 0) + 1);
    if (this.maskToken !== undefined) counts.delete(this.maskToken);
    counts.delete(this.oovToken);
    const sorted = [...counts].sort(([a, m], [b, n]) => n - m || this.#compare(b, a)).map(([token]) => token);
    this.set(this.#maxTokens === undefined ? sorted : sorted.slice(0, this.#maxTokens - this.firstLearned));
  }

  indexOf(token: Token): number {
    if (this.#keepsMask && token === this.maskToken) return 0;
    const index = this.#indices.get(token);
    if (index !== undefined) return index;
    if (this.learned.length > 0 && this.numOovIndices > 0) return Number(this.#keepsMask);
    throw new ArgumentError({
      asked: `${this.#asked} of ${JSON.stringify(token)}`,
      expected: 'a token of the vocabulary, as numOovIndices is 0',
      fix: 'Keep a number for unknown tokens, or add it to the vocabulary.',
    });
  }

  tokenOf(index: number): Token {
    return this.tokens()[index] ?? this.oovToken;
  }

  /** All tokens by their numbers. */
  tokens(): Token[] {
    return [...this.#special(), ...this.learned];
  }

  #special(): Token[] {
    const mask = this.#keepsMask && this.maskToken !== undefined ? [this.maskToken] : [];
    return [...mask, ...Array.from({ length: this.numOovIndices }, () => this.oovToken)];
  }

  config() {
    return {
      maxTokens: this.#maxTokens ?? null,
      numOovIndices: this.numOovIndices,
      maskToken: this.maskToken ?? null,
      oovToken: this.oovToken,
      vocabulary: this.#learned.length > 0 ? [...this.#learned] : null,
    };
  }
}
