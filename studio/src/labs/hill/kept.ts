/** A function that remembers what it made for the last few keys. */
export function kept<A extends readonly unknown[], T>(
  most: number,
  keyOf: (...args: A) => string,
  make: (...args: A) => T,
): (...args: A) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = keyOf(...args);
    const known = made.get(key) ?? make(...args);
    // The one used last is forgotten last.
    made.delete(key);
    made.set(key, known);
    for (const oldest of made.keys()) {
      if (made.size <= most) break;
      made.delete(oldest);
    }
    return known;
  };
}
