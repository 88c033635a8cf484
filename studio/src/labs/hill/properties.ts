import { choice, choices, flag, integer, number, type PropertyTable, text } from '../../properties.ts';

/** A surface, where and how one goes down it, and how far one has gone. */
export interface HillProperties {
  readonly surface: SurfaceName;
  /** The steepness of bowl and ravine. */
  readonly k: number;
  /** What is typed in. */
  readonly expr: string;
  readonly x: number;
  readonly y: number;
  /** α. */
  readonly a: number;
  /** β. */
  readonly beta: number;
  /** How much the examples' gradients differ. */
  readonly noise: number;
  /** Examples in a batch. */
  readonly batch: BatchSize;
  readonly seed: number;
  readonly methods: readonly MethodName[];
  /** Whether the last step's gradient, and what methods keep of past ones, are drawn. */
  readonly arrows: boolean;
  /** Steps taken. */
  readonly at: number;
}

export const METHODS = [
  ...(['gd', 'sgd', 'batch', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam'] as const),
] as const;
export type MethodName = (typeof METHODS)[number];

export const METHOD_TITLES: Readonly<Record<MethodName, string>> = {
  ...{ gd: 'GD', sgd: 'SGD', batch: 'Mini-batch', momentum: 'Momentum', nesterov: 'Nesterov' },
  ...{ adagrad: 'Adagrad', rmsprop: 'RMSprop', adam: 'Adam' },
};

/** Where a method stood after a step: the name in the table of trails. */
export const placeAt = (axis: 'x' | 'y', title: string, step: number): string =>
  `${axis}[${title}, step ${step}]`;

/** As many lines as one eye can follow. */
export const MOST_METHODS = 4;
/** Examples; a batch is a part of them. */
export const EXAMPLES = 16;
export const BATCH_SIZES = ['1', '2', '4', '8', '16'] as const;
export type BatchSize = (typeof BATCH_SIZES)[number];
/** Steps of a run. */
export const STEPS = 100;

type Interval = readonly [low: number, high: number];

export interface Surface {
  readonly title: string;
  readonly expression: (properties: Pick<HillProperties, 'k' | 'expr'>) => string;
  readonly x: Interval;
  readonly y: Interval;
  /** Where and with which rate it is met first. */
  readonly start: Pick<HillProperties, 'x' | 'y' | 'a' | 'k'>;
}

export const SURFACES = {
  bowl: {
    title: 'Bowl',
    expression: ({ k }) => `(x^2 + ${k}*y^2)/2`,
    ...{ x: [-4, 4], y: [-3, 3], start: { x: -3.5, y: 1, a: 0.12, k: 10 } },
  },
  ravine: {
    title: 'Ravine',
    expression: ({ k }) => `(1 - x)^2 + ${k}*(y - x^2)^2`,
    ...{ x: [-2, 2], y: [-1, 2], start: { x: -1.2, y: 1, a: 0.001, k: 100 } },
  },
  saddle: {
    title: 'Saddle',
    expression: () => '(x^2 - y^2)/2 + y^4/16',
    ...{ x: [-4, 4], y: [-3, 3], start: { x: -3.5, y: 0.001, a: 0.15, k: 10 } },
  },
  beale: {
    title: 'Beale',
    expression: () => '(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2',
    ...{ x: [-4.5, 4.5], y: [-3, 3], start: { x: 1, y: 1.5, a: 0.002, k: 10 } },
  },
  himmelblau: {
    title: 'Himmelblau',
    expression: () => '(x^2 + y - 11)^2 + (x + y^2 - 7)^2',
    ...{ x: [-6, 6], y: [-4.5, 4.5], start: { x: 0, y: -0.5, a: 0.01, k: 10 } },
  },
  typed: {
    title: 'Typed',
    expression: ({ expr }) => expr,
    ...{ x: [-4, 4], y: [-3, 3], start: { x: -3, y: 2, a: 0.1, k: 10 } },
  },
} as const satisfies Readonly<Record<string, Surface>>;
export type SurfaceName = keyof typeof SURFACES;
export const SURFACE_NAMES = Object.keys(SURFACES) as SurfaceName[];
export const surfaceOf = ({ surface }: Pick<HillProperties, 'surface'>): Surface => SURFACES[surface];

/** A surface from its own beginning. */
export const surfaceState = (surface: SurfaceName) => ({ surface, ...SURFACES[surface].start, at: 0 });

export const PLACE_RANGE = { min: -100, max: 100 } as const;
export const RATE_RANGE = { min: 1e-5, max: 10 } as const;
export const LONGEST = 120;

const someMethods = choices('methods', ['gd', 'momentum', 'adam'], METHODS, { least: 1, most: MOST_METHODS });

/** Some of the methods, each once. */
const methods: typeof someMethods = {
  ...someMethods,
  read(given) {
    const read = someMethods.read(given);
    if (!('value' in read) || new Set(read.value).size === read.value.length) return read;
    return { problem: `methods: each only once was expected, found "${given.slice(0, 40)}"` };
  },
};

export const PROPERTIES: PropertyTable<HillProperties> = {
  surface: choice('surface', 'bowl', SURFACE_NAMES),
  k: number('steepness k', 10, { min: 0.1, max: 1000 }),
  expr: text('expression', 'sin(x) + x^2/8 + y^2/2', LONGEST),
  x: number('start, x', SURFACES.bowl.start.x, PLACE_RANGE),
  y: number('start, y', SURFACES.bowl.start.y, PLACE_RANGE),
  a: number('learning rate α', SURFACES.bowl.start.a, RATE_RANGE),
  beta: number('momentum β', 0.9, { min: 0, max: 0.999 }),
  noise: number('noise σ', 0, { min: 0, max: 20 }),
  batch: choice('batch size K', '4', BATCH_SIZES),
  seed: integer('seed', 1, { min: 0, max: 1_000_000 }),
  methods,
  arrows: flag('arrows', true),
  at: integer('steps taken', 0, { min: 0, max: 100_000 }),
};
