import { ArgumentError } from '../../graph/errors.ts';
import { displayed, fixed, symbolText } from '../../units/formula.ts';
import type { Block, Table } from '../document.ts';
import { countOf, type Quantity } from './quantity.ts';
import type { Section } from './section.ts';

/** A part of a ledger. */
export interface Part {
  /** By its number from 1, or its name. */
  readonly layer?: string;
  /** Counted from 0. */
  readonly unit?: number;
  /** Rows of a table at most. */
  readonly limit?: number;
}

const LIMIT = 200;
/** What is printed whole without asking. */
const WHOLE = 2000;

/** The tables of a ledger's sections. */
export function pagesOf(sections: readonly Section[], examples: number, size: number, part: Part): Block[] {
  const { layer, unit, limit = LIMIT } = part;
  const chosen = layer === undefined ? sections : sections.filter((section) => isNamed(section, layer));
  if (chosen.length === 0) {
    throw new ArgumentError({
      asked: `layer ${layer}`,
      expected: `one of ${sections.map(({ key, name }) => `${key.replace(/^layer/, '')} (${name})`).join(', ')}`,
    });
  }
  if (unit !== undefined && layer !== undefined) for (const section of chosen) checkUnit(section, unit);
  const tooLarge = layer === undefined && size * examples > WHOLE;
  if (tooLarge) return summary(sections, size);
  return chosen.flatMap((section) => pagesOfSection(section, examples, unit, limit));
}

const isNamed = ({ key, name }: Section, layer: string) =>
  [key, name, key.replace(/^layer/, '')].includes(layer);

/** @throws ArgumentError where a layer told unit by unit has no such one */
function checkUnit({ name, quantities }: Section, unit: number): void {
  const units = quantities.flatMap(({ unitOf, shape }) => (unitOf ? [shape.at(-1) ?? 1] : []));
  const count = Math.max(...units);
  if (units.length === 0 || (unit >= 0 && unit < count)) return;
  throw new ArgumentError({
    asked: `one unit of ${name}`,
    expected: `one of its ${count}`,
    received: `number ${unit + 1}, counted from 1`,
  });
}

/** How large each layer is, and how to see a part. */
function summary(sections: readonly Section[], size: number): Block[] {
  const rows = sections.map(({ key, title, quantities }) => [
    key,
    title,
    quantities.reduce((total, quantity) => total + countOf(quantity), 0).toLocaleString('en-GB'),
  ]);
  return [
    {
      kind: 'paragraph',
      text: `${size.toLocaleString('en-GB')} numbers are too many to print. Ask for a layer, by --layer, and for one of its units, by --unit.`,
    },
    {
      kind: 'table',
      columns: [{ title: 'part' }, { title: 'what' }, { title: 'numbers', align: 'right' }],
      rows,
    },
  ];
}

function pagesOfSection(
  section: Section,
  examples: number,
  unit: number | undefined,
  limit: number,
): Block[] {
  const list = Array.from({ length: examples }, (_, example) => example);
  const own = section.quantities.filter(({ shared }) => !shared);
  const shared = section.quantities.filter((quantity) => quantity.shared);
  const blocks: Block[] = [
    { kind: 'heading', text: section.title, level: 2 },
    ...(section.rule ? [{ kind: 'paragraph', text: section.rule } as const] : []),
    ...list.flatMap((example) => [
      ...(examples > 1 && own.length > 0
        ? [{ kind: 'heading', text: `Example ${example + 1}`, level: 3 } as const]
        : []),
      ...inOrderOf(own, example, unit, limit),
    ]),
    ...shared.filter(({ role }) => role === 'step').flatMap((quantity) => tableOf(quantity, 0, unit, limit)),
    ...updates(shared, unit, limit),
  ];
  return blocks;
}

/** Net inputs and outputs come before what follows from them; steps on the way to an output, before it. */
function inOrderOf(
  own: readonly Quantity[],
  example: number,
  unit: number | undefined,
  limit: number,
): Block[] {
  const main = forward(own, example, unit, limit);
  const others = own
    .filter(({ role }) => role !== 'net' && role !== 'output')
    .flatMap((quantity) => tableOf(quantity, example, unit, limit));
  return own.some(({ role }) => role === 'net') ? [...main, ...others] : [...others, ...main];
}

/** The numbers of a quantity to print: those of a unit, and no more than the limit. */
function chosenOf(
  quantity: Quantity,
  unit: number | undefined,
  limit: number,
): { shown: number[]; left: number } {
  const all = Array.from({ length: countOf(quantity) }, (_, flat) => flat);
  const { unitOf } = quantity;
  const wanted = unit === undefined || !unitOf ? all : all.filter((flat) => unitOf(flat) === unit);
  return { shown: wanted.slice(0, limit), left: Math.max(0, wanted.length - limit) };
}

function leftOut(left: number): Block[] {
  return left === 0
    ? []
    : [
        {
          kind: 'paragraph',
          text: `… and ${left.toLocaleString('en-GB')} more; --unit prints those of one unit.`,
        },
      ];
}

/** Net input and output side by side, as in the lecture. */
function forward(
  quantities: readonly Quantity[],
  example: number,
  unit: number | undefined,
  limit: number,
): Block[] {
  const net = quantities.find(({ role }) => role === 'net');
  const output = quantities.find(({ role }) => role === 'output');
  const main = net ?? output;
  if (!main) return [];
  const { shown, left } = chosenOf(main, unit, limit);
  const columns = [net, output].flatMap((quantity) =>
    quantity ? [{ title: quantity.title, quantity }] : [],
  );
  const table: Table = {
    kind: 'table',
    columns: columns.map(({ title }) => ({ title })),
    rows: shown.map((flat) => columns.map(({ quantity }) => filledText(quantity, flat, example))),
  };
  return [table, ...leftOut(left)];
}

function filledText(quantity: Quantity, flat: number, example: number): string {
  const formula = quantity.formula?.(flat, example);
  return (
    formula?.filled() ??
    `${symbolText(quantity.symbol(flat))} = ${displayed(quantity.value(flat, example)).text}`
  );
}

/** With four decimals, or as many digits where those would not show it. */
const inColumn = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? displayed(value).text : fixed(value);

/** One quantity: each number with its formula, the formula filled in, and the result. */
function tableOf(quantity: Quantity, example: number, unit: number | undefined, limit: number): Block[] {
  const { shown, left } = chosenOf(quantity, unit, limit);
  if (shown.length === 0) return [];
  const rows = shown.map((flat) => {
    const formula = quantity.formula?.(flat, example);
    const value = inColumn(quantity.value(flat, example));
    return formula
      ? [formula.symbols(), formula.numbers(), value]
      : [symbolText(quantity.symbol(flat)), '', value];
  });
  const isOpened = rows.some(([, numbers]) => numbers !== '');
  const value = { title: 'value', align: 'right' } as const;
  return [
    {
      kind: 'table',
      columns: [{ title: quantity.title }, ...(isOpened ? [{ title: 'with numbers' }] : []), value],
      rows: isOpened ? rows : rows.map(([symbol = '', , number = '']) => [symbol, number]),
    },
    ...leftOut(left),
  ];
}

/** Weights: the old, the change with its formula, the new. */
function updates(shared: readonly Quantity[], unit: number | undefined, limit: number): Block[] {
  return shared
    .filter(({ role }) => role === 'weight')
    .flatMap((weight): Block[] => {
      const change = shared.find(({ key }) => key === weight.key.replace(/\.([^.]+)$/, '.Δ$1'));
      const fresh = shared.find(({ key }) => key === `${weight.key}′`);
      const { shown, left } = chosenOf(weight, unit, limit);
      const rows = shown.map((flat) => {
        const gradient = weight.gradient?.(flat, 0);
        const cells = [symbolText(weight.symbol(flat)), fixed(weight.value(flat, 0))];
        if (!change || !fresh) return [...cells, gradient === undefined ? '' : fixed(gradient)];
        const formula = change.formula?.(flat, 0);
        return [
          ...cells,
          formula ? formula.symbols().replace(/^[^=]+= /, '') : '',
          formula ? formula.numbers() : fixed(change.value(flat, 0)),
          fixed(fresh.value(flat, 0)),
        ];
      });
      const number = (title: string) => ({ title, align: 'right' }) as const;
      const columns =
        change && fresh
          ? [
              { title: weight.title },
              number('old'),
              { title: `Δ${weight.title}` },
              { title: 'with numbers' },
              number('new'),
            ]
          : [{ title: weight.title }, number('value'), number('∂L/∂')];
      const kept = shared.filter(({ key, role }) => role === 'slot' && key.startsWith(`${weight.key}.`));
      return [
        ...kept.flatMap((quantity) => tableOf(quantity, 0, unit, limit)),
        { kind: 'table', columns, rows },
        ...leftOut(left),
      ];
    });
}
