import type { Dtype } from '../graph/dtypes.ts';

/** The dtypes that floating variables are read as, innermost last; undefined where they are read as they are. */
const scopes: (Dtype | undefined)[] = [];

/** What floating variables are read as at the moment. */
export function readingAs(): Dtype | undefined {
  return scopes.at(-1);
}

/**
 * Runs `body` with floating variables read as `dtype`, whatever a scope around says: what is computed is in that
 * dtype, and the variables keep theirs.
 */
export function autocast<T>(dtype: Dtype | undefined, body: () => T): T {
  scopes.push(dtype);
  try {
    return body();
  } finally {
    scopes.pop();
  }
}
