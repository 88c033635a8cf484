/** How numbers, shares, times and the names of metrics are written, in the terminal and in the report alike. */

/** A number that may be missing: `null` is how JSON writes one that is not finite. */
export type MaybeNumber = number | null | undefined;

/** Whether there is a finite number to show. */
export function isFiniteNumber(value: MaybeNumber): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * A measured number with a steady count of significant digits, so that a column of them does not jitter:
 * `0.4120`, `12.35`, `12,346`, `1.235e−7`.
 */
export function measured(value: MaybeNumber, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  return minus(magnitude(value, digits));
}

/**
 * Writes numbers that are read side by side: all with the decimals that give the largest of `values` its
 * significant `digits`.
 */
export function alike(values: readonly MaybeNumber[], digits = 4): (value: MaybeNumber) => string {
  const largest = values.reduce<number>(
    (most, value) => (isFiniteNumber(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  if (largest >= 1e7 || largest < 1e-4) return (value) => measured(value, digits);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(largest)));
  return (value) => {
    if (!isFiniteNumber(value)) return measured(value);
    const [whole, part] = value.toFixed(decimals).split('.');
    const text = part === undefined ? grouped(whole ?? '') : `${grouped(whole ?? '')}.${part}`;
    return Number(text) === 0 ? text.replace('-', '') : minus(text);
  };
}

/** A number as someone chose it, without trailing zeros: `0.001`, `0.25`, `32`. */
export function chosen(value: number): string {
  if (!Number.isFinite(value)) return measured(value);
  return minus(
    value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(Number(value.toPrecision(12))),
  );
}

/** A count, in groups of three: `60,000`. */
export function count(value: number): string {
  return Number.isFinite(value) ? minus(grouped(value.toFixed(0))) : measured(value);
}

/** A count and its noun: `1 epoch`, `20 epochs`. */
export function counted(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** A share of one, as a percentage: `97.4 %`; `–` when it is a share of nothing. */
export function percent(share: MaybeNumber): string {
  if (!isFiniteNumber(share)) return '–';
  const text = (100 * share).toFixed(1);
  // 99.97 must not be read as perfect, nor 0.03 as never.
  if (text === '100.0') return share === 1 ? '100 %' : '99.9 %';
  if (text === '0.0') return share === 0 ? '0 %' : '0.1 %';
  return `${text} %`;
}

/** A length of time in the two largest units that matter: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(seconds: MaybeNumber): string {
  if (!isFiniteNumber(seconds) || seconds < 0) return '–';
  if (seconds < 0.995) return `${seconds.toPrecision(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A metric by its everyday name: `val_mean_absolute_error` → `dev mean absolute error`. */
export function metricName(key: string): string {
  const words = key.replace(/^val_/, 'dev ').replaceAll('_', ' ');
  return words.replace(/\b(mse|mae|rmse|auc)\b/g, (name) => name.toUpperCase()).replace(/\br2\b/, 'R²');
}

/** Whether a metric is a share of one, and reads best as a percentage. */
export function isShare(key: string): boolean {
  return /accuracy|precision|recall|f1/i.test(key);
}

/** A metric's value as its kind is read: shares as percentages, all else as measured numbers. */
export function metricValue(key: string, value: MaybeNumber, digits = 4): string {
  return isShare(key) ? percent(value) : measured(value, digits);
}

// By hand: a bar that is redrawn twelve times a second has no time for the locale's own way.
function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function magnitude(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e7 || size < 1e-4) return value.toExponential(digits - 1).replace('e+', 'e');
  if (size >= 10 ** digits) return count(value);
  // Rounding up can gain a digit (9999.7 → 10000), which toPrecision would write with an exponent.
  const text = value.toPrecision(digits);
  return text.includes('e') ? count(value) : text;
}

/** `text` with true minus signs in place of hyphens. */
export function minus(text: string): string {
  return text.replaceAll('-', '−');
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
