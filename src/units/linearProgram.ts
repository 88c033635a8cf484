/**
 * Linear programs solved exactly: whole numbers of any size, pivoted without fractions, so that an optimum and its
 * multipliers are proofs rather than approximations.
 *
 * @see Edmonds, "Systems of distinct representatives and linear algebra", 1967 (integer pivoting)
 * @see Bland, "New finite pivoting rules for the simplex method", 1977
 */
import { ArgumentError, VerifyError } from '../graph/errors.ts';

/** Maximise objective · z subject to rows · z ≤ bounds and z ≥ 0; bounds ≥ 0, so that z = 0 is a place to start. */
export interface LinearProgram {
  readonly objective: readonly bigint[];
  readonly rows: readonly (readonly bigint[])[];
  readonly bounds: readonly bigint[];
}

/** Every number is a numerator over the one `denominator`, which is above 0. */
export interface Optimum {
  readonly denominator: bigint;
  readonly value: bigint;
  readonly solution: readonly bigint[];
  /** One multiplier a row, ≥ 0: they combine the rows to the bound `value` on the objective (the dual solution). */
  readonly multipliers: readonly bigint[];
}

/**
 * The optimum by the simplex method.
 *
 * @throws ArgumentError when the objective has no bound
 */
export function maximise({ objective, rows, bounds }: LinearProgram): Optimum {
  const columns = objective.length;
  // A dictionary: row r says denominator · basic[r] = table[r][columns] − Σ table[r][c] · free[c].
  const table = rows.map((row, r) => [...row, at(bounds, r)]);
  table.push([...objective.map((value) => -value), 0n]);
  const basic = rows.map((_, r) => columns + r);
  const free = objective.map((_, c) => c);
  let denominator = 1n;
  for (;;) {
    const column = entering(at(table, rows.length), free);
    if (column === undefined) break;
    const row = leaving(table, basic, column);
    if (row === undefined) {
      throw new ArgumentError({
        asked: 'a linear program',
        expected: 'a bounded objective',
        received: 'none',
      });
    }
    denominator = pivot(table, row, column, denominator);
    const left = at(basic, row);
    basic[row] = at(free, column);
    free[column] = left;
  }
  const last = at(table, rows.length);
  const solution = objective.map((_, variable) => {
    const row = basic.indexOf(variable);
    return row < 0 ? 0n : at(at(table, row), columns);
  });
  const multipliers = rows.map((_, r) => {
    const column = free.indexOf(columns + r);
    return column < 0 ? 0n : at(last, column);
  });
  return { denominator, value: at(last, columns), solution, multipliers };
}

/** Of the columns that would raise the objective, the variable with the lowest number: Bland's rule never cycles. */
function entering(objective: readonly bigint[], free: readonly number[]): number | undefined {
  let chosen: number | undefined;
  for (const [column, variable] of free.entries()) {
    if (at(objective, column) >= 0n) continue;
    if (chosen === undefined || variable < at(free, chosen)) chosen = column;
  }
  return chosen;
}

/** The row that first reaches its bound; of equals, the variable with the lowest number. */
function leaving(
  table: readonly (readonly bigint[])[],
  basic: readonly number[],
  column: number,
): number | undefined {
  let chosen: number | undefined;
  for (const [r, variable] of basic.entries()) {
    const row = at(table, r);
    if (at(row, column) <= 0n) continue;
    if (chosen === undefined) {
      chosen = r;
      continue;
    }
    const best = at(table, chosen);
    const order = at(row, row.length - 1) * at(best, column) - at(best, best.length - 1) * at(row, column);
    if (order < 0n || (order === 0n && variable < at(basic, chosen))) chosen = r;
  }
  return chosen;
}

/** Exchanges a basic and a free variable; the divisions leave no remainder. Returns the new denominator. */
function pivot(table: bigint[][], row: number, column: number, denominator: bigint): bigint {
  const pivotRow = at(table, row);
  const centre = at(pivotRow, column);
  for (const [r, other] of table.entries()) {
    if (r === row) continue;
    const factor = at(other, column);
    for (const [c, value] of other.entries()) {
      other[c] = c === column ? -factor : (value * centre - factor * at(pivotRow, c)) / denominator;
    }
  }
  pivotRow[column] = denominator;
  return centre;
}

/** An element that is known to be there. */
function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new VerifyError({ asked: `element ${index} of ${list.length}` });
  return value;
}
