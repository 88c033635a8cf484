import { GATES, type Gate } from '../../data/gates.ts';
import { ArgumentError } from '../../index.ts';
import { gateTable } from '../../units/index.ts';

/** Rows of inputs and outputs, each 0 or 1, in the order in which they are learned. */
export interface TruthTable {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly number[];
}

/** A table has at most this many inputs. */
const MOST_INPUTS = 6;

/**
 * The table of a gate's name, or one that is written out, as `00:0,01:1,10:1,11:0`.
 *
 * @param order Its rows in another order, as `11,10,01,00`; the course's order, counting down, for a named gate
 */
export function truthTableOf(gate: string, order: string | undefined): TruthTable {
  const table = Object.hasOwn(GATES, gate.toLowerCase()) ? named(gate.toLowerCase() as Gate) : written(gate);
  return order === undefined ? table : ordered(table, order);
}

function named(gate: Gate): TruthTable {
  const { inputs, outputs } = gateTable(gate);
  return { name: gate.toUpperCase(), inputs: inputs.toReversed(), outputs: outputs.toReversed() };
}

function written(text: string): TruthTable {
  const rows = text.split(',').map((part) => /^\s*([01]+)\s*[:=]\s*([01])\s*$/.exec(part));
  const inputs = rows.map((row) => [...(row?.[1] ?? '')].map(Number));
  const size = inputs[0]?.length ?? 0;
  if (rows.includes(null) || size > MOST_INPUTS || inputs.some((row) => row.length !== size)) {
    throw new ArgumentError({
      asked: '--gate',
      expected: `${Object.keys(GATES).join(', ')}, or rows as 00:0,01:1,10:1,11:0`,
      received: `"${text}"`,
    });
  }
  return { name: 'this table', inputs, outputs: rows.map((row) => Number(row?.[2])) };
}

function ordered(table: TruthTable, order: string): TruthTable {
  const keys = table.inputs.map((row) => row.join(''));
  const wanted = order.split(',').map((part) => part.trim());
  const places = wanted.map((key) => keys.indexOf(key));
  if (places.includes(-1) || wanted.length !== keys.length || new Set(wanted).size !== wanted.length) {
    throw new ArgumentError({
      asked: '--order',
      expected: `each of ${keys.join(', ')} once`,
      received: `"${order}"`,
    });
  }
  return {
    ...table,
    inputs: places.map((at) => table.inputs[at] ?? []),
    outputs: places.map((at) => table.outputs[at] ?? 0),
  };
}
