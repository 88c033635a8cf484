import { type NDArray, ndarray, sin, square, stack, type Tensor, tensor } from 'pellucid';
import {
  blobs,
  circles,
  type Encoding,
  type Examples,
  encodeInputs,
  encodeTarget,
  featureNames,
  fitEncoding,
  moons,
  sine,
  spirals,
  splitRows,
  type Task as TaskKind,
  xor,
} from 'pellucid/data';
import { call, type Expression, multiply, operand, power } from 'pellucid/units';
import { DRAWN_REACH, FEATURES, type PlaygroundProperties } from './properties.ts';
import { recallTable, type TableSummary } from './tables.ts';

/** What there is to learn, as numbers for the network and as a picture. */
export interface Task {
  /** Tasks of the same key are the same. */
  readonly key: string;
  readonly kind: TaskKind;
  /** [n, features] */
  readonly inputs: NDArray;
  /** As `encodeTarget` gives it. */
  readonly target: NDArray;
  /** Index of the class, or the number to predict. */
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
  /** Which of the colours and marks each class has. */
  readonly slots: readonly number[];
  readonly inputNames: readonly string[];
  readonly train: Int32Array;
  readonly dev: Int32Array;
  readonly plane: Plane;
  /** How input i of an example comes about, where that can be said. */
  readonly formula?: (example: number, input: number) => Expression | undefined;
  readonly table?: TableSummary;
}

/** How examples lie on the stage. */
export interface Plane {
  /** Coordinates of every example; with one axis only `x` counts. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly axes: 1 | 2;
  readonly names: readonly [string, string];
  /** Left, right, bottom, top. */
  readonly view: View;
  /** What is written at a coordinate: value = shift + scale · coordinate. */
  readonly scales: readonly (readonly [shift: number, scale: number])[];
  /** The network's inputs at points of the plane; what is not drawn is as in the example. */
  inputsAt(x: Float32Array, y: Float32Array, example: number): NDArray;
}

/** What cannot be learned from, in one sentence. */
export class NoTask extends Error {}

/** Everything a task depends on. */
type Given = Pick<
  PlaygroundProperties,
  'data' | 'n' | 'noise' | 'classes' | 'points' | 'table' | 'target' | 'task' | 'ax' | 'ay'
> &
  Pick<PlaygroundProperties, 'features' | 'split' | 'seed'>;

let last: Task | undefined;

/** @throws NoTask where there is nothing to learn from */
export async function taskOf(given: Given): Promise<Task> {
  const { data, n, noise, classes, points, table, target, task, ax, ay, features, split, seed } = given;
  const key = JSON.stringify([
    ...[data, split, seed],
    ...(data === 'table'
      ? [table, target, task, ax, ay]
      : data === 'drawn'
        ? [points, features]
        : [n, noise, classes, features]),
  ]);
  if (last?.key === key) return last;
  const made = data === 'table' ? await tableTask(key, given) : planeTask(key, given);
  last = made;
  return made;
}

/** Presets and drawn points: features of a point of the plane. */
function planeTask(key: string, given: Given): Task {
  const examples = given.data === 'drawn' ? drawn(given.points) : preset(given);
  const { kind, labels, classNames } = labelled(examples);
  const regression = kind === 'regression';
  const count = examples.x.shape[0] ?? 0;
  const width = examples.x.shape[1] ?? 1;
  const at = (axis: number) =>
    Float32Array.from({ length: count }, (_, i) => examples.x.data[i * width + axis] ?? 0);
  const [x, y] = [at(0), width > 1 ? at(1) : Float32Array.from(labels)];
  const features = regression ? given.features.filter((i) => !/y/.test(FEATURES[i] ?? '')) : given.features;
  const chosen = features.length > 0 ? features : [0];
  const names = chosen.map((i) => FEATURES[i] ?? 'x');
  return {
    ...{ key, kind, labels, classNames, inputNames: names, target: examples.y },
    slots: slotsOf(classNames, given.data === 'drawn'),
    ...partsOf(labels, given, regression),
    inputs: featuresAt(x, y, chosen),
    formula: (example, input) => featureFormula(chosen[input] ?? 0, x[example] ?? 0, y[example] ?? 0),
    plane: {
      ...{ x, y, axes: regression ? 1 : 2, names: ['x', regression ? 'target' : 'y'] },
      view: given.data === 'drawn' ? DRAWN_VIEW : regression ? viewOf(x, y) : squared(viewOf(x, y)),
      scales: [
        [0, 1],
        [0, 1],
      ],
      inputsAt: (gx, gy) => featuresAt(gx, gy, chosen),
    },
  };
}

const DRAWN_VIEW = [-DRAWN_REACH, DRAWN_REACH, -DRAWN_REACH, DRAWN_REACH] as const;

/** How often a spiral winds around the centre: enough that no line tells two of them apart. */
const TURNS = 1.25;

function preset({ data, n, noise, classes, seed }: Given): Examples {
  const options = { n, noise, seed };
  switch (data) {
    case 'circles':
      return circles(options);
    case 'moons':
      return moons(options);
    case 'blobs':
      return blobs({ ...options, classes });
    case 'xor':
      return xor(options);
    case 'sine':
      return sine(options);
    default:
      return spirals({ ...options, arms: classes, turns: TURNS });
  }
}

const LETTERS = 'ABCD';

/** Points drawn by hand: classes are those that were used, so that none is without an example. */
function drawn(points: readonly number[]): Examples {
  const count = Math.floor(points.length / 3);
  const rows = Array.from({ length: count }, (_, i) => points.slice(3 * i, 3 * i + 3));
  const used = [...new Set(rows.map(([, , label = 0]) => label))].sort((a, b) => a - b);
  if (used.length < 2) {
    throw new NoTask(
      count === 0
        ? 'There are no points yet: choose a class and draw some, of two classes at least.'
        : 'All points are of one class, so there is nothing to tell apart: draw some of another class.',
    );
  }
  const x = ndarray(Float32Array.from(rows.flatMap(([a = 0, b = 0]) => [a, b])), [count, 2]);
  const classes = rows.map(([, , label = 0]) => used.indexOf(label));
  const binary = used.length === 2;
  return {
    ...{ x, task: binary ? 'binary' : 'classes', featureNames: ['x', 'y'] },
    y: binary ? ndarray(Float32Array.from(classes), [count, 1]) : ndarray(Int32Array.from(classes)),
    classNames: used.map((label) => LETTERS[label] ?? `${label}`),
  };
}

function labelled({ y, task, classNames = [] }: Examples): Pick<Task, 'kind' | 'labels' | 'classNames'> {
  return { kind: task, labels: y.data, classNames };
}

/** The class that a letter of a drawn point stands for; classes of other data count from the first. */
const slotsOf = (classNames: readonly string[], isDrawn: boolean): number[] =>
  classNames.map((name, i) => (isDrawn ? LETTERS.indexOf(name) : i));

function partsOf(labels: ArrayLike<number>, { split, seed }: Given, regression: boolean) {
  const fractions = { train: 1 - split, dev: split, test: 0 };
  const { train, dev } = splitRows({
    ...(regression ? { rows: labels.length } : { labels }),
    ...{ seed, fractions },
  });
  return { train, dev };
}

const OF_POINT: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
  (x) => x,
  (_, y) => y,
  (x) => square(x),
  (_, y) => square(y),
  (x, y) => x.mul(y),
  (x) => sin(x),
  (_, y) => sin(y),
];

function featuresAt(x: Float32Array, y: Float32Array, features: readonly number[]): NDArray {
  const [a, b] = [tensor(ndarray(x)), tensor(ndarray(y))];
  return stack(
    features.map((i) => (OF_POINT[i] ?? ((only: Tensor) => only))(a, b)),
    1,
  ).value();
}

function featureFormula(feature: number, x: number, y: number): Expression {
  const [a, b] = [operand('x', x), operand('y', y)];
  const ways = [a, b, power(a, 2), power(b, 2), multiply(a, b), call('sin', a), call('sin', b)];
  return ways[feature] ?? a;
}

/** As much up as to the right, around the same middle. */
function squared([left, right, bottom, top]: View): View {
  const half = Math.max(right - left, top - bottom) / 2;
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return [x - half, x + half, y - half, y + half];
}

type View = readonly [left: number, right: number, bottom: number, top: number];

/** Round numbers around all of the data, with some room. */
function viewOf(x: ArrayLike<number>, y: ArrayLike<number>): View {
  const range = (values: ArrayLike<number>): [number, number] => {
    const all = Array.from(values);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = 0.08 * (high - low || 1);
    return [Math.floor((low - room) * 10) / 10, Math.ceil((high + room) * 10) / 10];
  };
  const [left, right] = range(x);
  const [bottom, top] = range(y);
  return [left, right, bottom, top];
}

/** A table of the user's own: all its columns are inputs, two of them are drawn. */
async function tableTask(key: string, given: Given): Promise<Task> {
  const found = await recallTable(given.table);
  if (!found) {
    throw new NoTask(
      given.table === ''
        ? 'No table is open yet: choose a CSV file.'
        : 'The table of this link is not kept in this browser: open its CSV file again, or choose other data.',
    );
  }
  const { table, summary } = found;
  const options = {
    ...(summary.columns.includes(given.target) && { target: given.target }),
    ...(given.task !== 'auto' && { task: given.task }),
  };
  // The split needs the classes, and the encoding the rows to learn from.
  const all = fitEncoding(table, options);
  const target = encodeTarget(all, table);
  const regression = all.target.kind === 'regression';
  const parts = partsOf(target.data, given, regression);
  const encoding: Encoding = fitEncoding(table, { ...options, rows: parts.train });
  const inputs = encodeInputs(encoding, table);
  const names = featureNames(encoding);
  const width = names.length;
  if (width > MOST_FEATURES) {
    throw new NoTask(
      `${summary.name} makes ${width} features, and ${MOST_FEATURES} at most are drawn here: leave out columns with many categories.`,
    );
  }
  const right = Math.max(names.indexOf(given.ax), 0);
  const up = names.includes(given.ay) ? names.indexOf(given.ay) : right === 0 ? 1 : 0;
  const column = (i: number) =>
    Float32Array.from({ length: table.rows }, (_, row) => inputs.data[row * width + i] ?? 0);
  const numbers = encodeTarget(encoding, table);
  const only = width === 1;
  const classNames = encoding.target.kind === 'regression' ? [] : encoding.target.classes;
  const [x, y] = [column(right), only ? Float32Array.from(numbers.data) : column(up)];
  return {
    ...{ key, kind: encoding.target.kind, target: numbers, inputs, inputNames: names, labels: numbers.data },
    classNames,
    slots: slotsOf(classNames, false),
    ...parts,
    table: summary,
    plane: {
      ...{ x, y, axes: only && regression ? 1 : 2 },
      names: [names[right] ?? 'x', only ? encoding.target.column : (names[up] ?? 'y')],
      view: viewOf(x, y),
      scales: [scaleOf(encoding, names[right]), only ? targetScale(encoding) : scaleOf(encoding, names[up])],
      inputsAt(gx, gy, example) {
        const data = new Float32Array(gx.length * width);
        for (let i = 0; i < gx.length; i++) {
          for (let f = 0; f < width; f++) {
            data[i * width + f] =
              f === right ? (gx[i] ?? 0) : f === up ? (gy[i] ?? 0) : (inputs.data[example * width + f] ?? 0);
          }
        }
        return ndarray(data, [gx.length, width]);
      },
    },
  };
}

/** More features than this have no place in the drawing of a network. */
const MOST_FEATURES = 40;

function scaleOf({ inputs }: Encoding, name: string | undefined): readonly [number, number] {
  const found = inputs.find(({ column }) => column === name);
  return found?.kind === 'numeric' ? [found.mean, found.deviation] : [0, 1];
}

const targetScale = ({ target }: Encoding): readonly [number, number] =>
  target.kind === 'regression' ? [target.mean, target.deviation] : [0, 1];
