import { useSignal } from '@preact/signals';
import { contours } from 'd3-contour';
import { displayed } from 'pellucid/units';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Given } from './Controls.tsx';
import {
  type Colour,
  css,
  hatch,
  mark,
  type Palette,
  paint,
  palette,
  pixelOf,
  scaleOf,
  signedText,
} from './colours.ts';
import type { PlaygroundResult, Scene } from './compute.ts';
import { drawPoint, erasePoint } from './drawing.ts';
import { DRAWN_CLASSES, DRAWN_REACH, GRID } from './properties.ts';

interface PlaneGiven extends Given {
  readonly result: PlaygroundResult;
}

/** What a click on the plane does: looks at an example, draws one of a class, or takes one away. */
type Tool = 'look' | 'erase' | number;

type View = readonly [number, number, number, number];
const DRAWN_VIEW: View = [-DRAWN_REACH, DRAWN_REACH, -DRAWN_REACH, DRAWN_REACH];

/** The plane: what the network answers everywhere, and the examples. */
export function Plane({ session, result }: PlaneGiven) {
  const [place, room] = useElementWidth<HTMLDivElement>(340);
  const size = Math.max(220, Math.min(room, 420));
  const ground = useRef<HTMLButtonElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { data, points } = session.properties.value;
  const drawing = data === 'drawn' && !session.locked.has('points');
  const [tool, setTool] = useState<Tool>(0);
  // A signal, so that a key counts from where the key before it has led, be that drawn or not.
  const cross = useSignal<readonly [number, number] | undefined>(undefined);
  const cursor = cross.value;
  const { scene } = result;
  const view = scene?.plane.view ?? DRAWN_VIEW;
  const active = drawing ? tool : 'look';
  const colours = palette();
  const marks = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) drawGround(canvas.current, size, result, view, colours);
  }, [result, size, view, colours]);
  // Hundreds of marks, which stay where they are while the ground below them changes many times a second.
  const limit = scene?.kind === 'regression' ? scene.limits.at(-1) : undefined;
  useLayoutEffect(() => {
    if (marks.current) drawMarks(marks.current, size, { result, points }, view, cursor, colours);
  }, [scene?.examplesKey, scene?.example, limit, points, size, ...view, cursor, colours]);

  const act = (x: number, y: number) => {
    if (active === 'look') {
      const nearest = scene && nearestExample(scene, x, y);
      if (nearest !== undefined) session.set({ e: nearest + 1 });
    } else if (active === 'erase') erasePoint(session, x, y);
    else drawPoint(session, x, y, active);
  };
  const positionOf = (event: PointerEvent): readonly [number, number] => {
    const box = canvas.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const [left, right, bottom, top] = view;
    return [left + across * (right - left), top - down * (top - bottom)];
  };
  const press = (event: PointerEvent) => {
    cross.value = undefined;
    act(...positionOf(event));
    if (active !== 'look') ground.current?.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent) => {
    if (active !== 'look' && event.buttons === 1) act(...positionOf(event));
  };
  const [left, right, bottom, top] = view;
  const onKey = (event: KeyboardEvent) => {
    const [x, y] = cross.value ?? [(left + right) / 2, (bottom + top) / 2];
    const reach = (low: number, value: number, high: number) => Math.max(low, Math.min(high, value));
    const by = (event.shiftKey ? 5 : 1) / 40;
    const move = MOVES[event.key];
    if (move) {
      cross.value = [
        reach(left, x + move[0] * by * (right - left), right),
        reach(bottom, y + move[1] * by * (top - bottom), top),
      ];
    } else if (event.key === 'Enter' || event.key === ' ') {
      act(x, y);
      session.commit();
      cross.value = [x, y];
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <figure class="plane">
      {drawing && <Tools tool={tool} choose={setTool} colours={colours} />}
      <div ref={place} class="around-plane">
        <button
          ref={ground}
          type="button"
          class="ground"
          aria-label={`The plane. ${result.summary} Arrow keys move a cross; Enter ${TOOL_WORDS[typeof active === 'number' ? 'draw' : active]}.`}
          onKeyDown={onKey}
          onPointerDown={press}
          onPointerMove={drag}
          onPointerUp={() => session.commit()}
          onPointerCancel={() => session.commit()}
          style={{ width: `${size}px`, height: `${size}px` }}
        >
          <canvas ref={canvas} />
          <canvas ref={marks} />
        </button>
      </div>
      <figcaption>{scene ? <Key scene={scene} colours={colours} /> : null}</figcaption>
    </figure>
  );
}

const TOOL_WORDS = {
  look: 'looks at the nearest example',
  erase: 'takes the nearest point away',
  draw: 'draws a point',
} as const;

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function Tools({
  tool,
  choose,
  colours,
}: {
  readonly tool: Tool;
  readonly choose: (tool: Tool) => void;
  readonly colours: Palette;
}) {
  const classes = Array.from({ length: DRAWN_CLASSES }, (_, i) => i);
  return (
    <fieldset class="segments tools-of-plane">
      <legend class="unseen">What a click does</legend>
      {classes.map((i) => (
        <button key={i} type="button" aria-pressed={tool === i} onClick={() => choose(i)}>
          <Mark kind={i} colour={colours.classes[i]} /> {'ABCD'[i]}
        </button>
      ))}
      <button type="button" aria-pressed={tool === 'erase'} onClick={() => choose('erase')}>
        erase
      </button>
      <button type="button" aria-pressed={tool === 'look'} onClick={() => choose('look')}>
        look
      </button>
    </fieldset>
  );
}

function Mark({
  kind,
  colour,
  open,
}: {
  readonly kind: number;
  readonly colour: Colour | undefined;
  readonly open?: boolean;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !colour) return;
    context.clearRect(0, 0, 32, 32);
    context.beginPath();
    mark(context, kind, 16, 16, 9);
    context.lineWidth = 4;
    context.strokeStyle = context.fillStyle = css(colour);
    if (open) context.stroke();
    else context.fill();
  });
  return <canvas ref={canvas} class="mark-key" width={32} height={32} />;
}

/** Which mark is which class, and what the axes are. */
function Key({ scene, colours }: { readonly scene: Scene; readonly colours: Palette }) {
  const { classNames, plane, kind, limits } = scene;
  const edge = (axis: 0 | 1, value: number) => {
    const [shift, scale] = plane.scales[axis] ?? [0, 1];
    return displayed(Number((shift + scale * value).toPrecision(3))).text;
  };
  const [left, right, bottom, top] = plane.view;
  return (
    <>
      {classNames.slice(0, 8).map((name, i) => (
        <span key={name} class="class-key">
          <Mark {...styleOf(scene, i, colours)} /> {name}
        </span>
      ))}
      {classNames.length > 8 && <span>and {classNames.length - 8} more</span>}{' '}
      {scene.points.dev.some(Boolean) && 'Open marks: dev set. '}
      {kind === 'regression' && plane.axes === 2 && `Colours from −${limits.at(-1)} to +${limits.at(-1)}. `}
      <span class="range">
        → {plane.names[0]} {edge(0, left)} … {edge(0, right)},
      </span>{' '}
      <span class="range">
        ↑ {plane.names[1]} {edge(1, bottom)} … {edge(1, top)}
      </span>
    </>
  );
}

/** Four colours; more classes than that take the marks in turn. */
function styleOf(
  scene: Scene,
  label: number,
  { classes }: Palette,
): { kind: number; colour: Colour | undefined } {
  const slot = scene.slots[label] ?? label;
  return { kind: scene.classNames.length > 4 ? Math.floor(slot / 4) : slot, colour: classes[slot % 4] };
}

function nearestExample({ points, plane }: Scene, x: number, y: number): number | undefined {
  const [left, right, bottom, top] = plane.view;
  let best: { readonly at: number; readonly far: number } | undefined;
  for (let at = 0; at < points.x.length; at++) {
    const far = Math.hypot(
      ((points.x[at] ?? 0) - x) / (right - left),
      ((points.y[at] ?? 0) - y) / (top - bottom),
    );
    if (!best || far < best.far) best = { at, far };
  }
  return best?.at;
}

/** More points than this hide each other. */
const MOST_MARKS = 3000;

/** What the network answers everywhere, and where its answer turns. */
function drawGround(
  canvas: HTMLCanvasElement,
  size: number,
  { scene, trouble }: PlaygroundResult,
  [, , bottom, top]: View,
  colours: Palette,
): void {
  const { context, sharp } = sized(canvas, size);
  if (!context) return;
  if (scene) drawAnswers(canvas, scene, colours);
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  if (scene) drawBoundary(context, scene, size, colours, (y) => ((top - y) / (top - bottom)) * size);
  if (trouble !== undefined) hatch(context, size, size);
}

/** A canvas of a size, cleared, whose pixels are those of the screen. */
function sized(
  canvas: HTMLCanvasElement,
  size: number,
): { context: CanvasRenderingContext2D | null; sharp: number } {
  const sharp = Math.min(devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(size * sharp)) canvas.width = canvas.height = Math.round(size * sharp);
  const context = canvas.getContext('2d');
  context?.setTransform(1, 0, 0, 1, 0, 0);
  context?.clearRect(0, 0, canvas.width, canvas.height);
  return { context, sharp };
}

function drawMarks(
  canvas: HTMLCanvasElement,
  size: number,
  { result, points }: Pick<PlaneGiven, 'result'> & { readonly points: readonly number[] },
  [left, right, bottom, top]: View,
  cursor: readonly [number, number] | undefined,
  colours: Palette,
): void {
  const { context, sharp } = sized(canvas, size);
  if (!context) return;
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  const across = (x: number) => ((x - left) / (right - left)) * size;
  const down = (y: number) => ((top - y) / (top - bottom)) * size;
  const { scene } = result;
  if (scene) {
    const count = Math.min(scene.points.x.length, MOST_MARKS);
    for (let at = 0; at < count; at++) {
      const [x, y] = [across(scene.points.x[at] ?? 0), down(scene.points.y[at] ?? 0)];
      drawExample(context, scene, at, x, y, colours);
    }
  } else {
    for (let at = 0; at + 2 < points.length; at += 3) {
      const label = points[at + 2] ?? 0;
      context.beginPath();
      mark(context, label, across(points[at] ?? 0), down(points[at + 1] ?? 0), 4.5);
      context.fillStyle = css(colours.classes[label % 4] ?? colours.zero);
      context.fill();
    }
  }
  if (cursor) drawCross(context, across(cursor[0]), down(cursor[1]), colours);
}

/** The answers at the points of the grid as colours. */
function drawAnswers(canvas: HTMLCanvasElement, scene: Scene, colours: Palette): void {
  const answers = scene.maps.at(-1);
  if (!answers) return;
  if (scene.plane.axes === 1) return;
  const colourOf = (label: number) => styleOf(scene, label, colours).colour ?? colours.zero;
  if (scene.kind === 'regression') {
    const limit = scene.limits.at(-1) ?? 1;
    paint(canvas, GRID, (cell) => pixelOf(colours.signed, answers[cell] ?? Number.NaN, limit));
  } else if (scene.kind === 'binary') {
    const scale = scaleOf(colourOf(0), colours.zero, colourOf(1), PALE);
    paint(canvas, GRID, (cell) => pixelOf(scale, (answers[cell] ?? Number.NaN) - 0.5, 0.5));
  } else {
    const count = scene.classNames.length;
    const scales = scene.classNames.map((_, label) =>
      scaleOf(colours.zero, colours.zero, colourOf(label), PALE),
    );
    paint(canvas, GRID, (cell) => {
      const [best, p] = bestOf(answers, cell, count);
      const scale = scales[best];
      return scale ? pixelOf(scale, p - 1 / count, 1 - 1 / count) : 0;
    });
  }
}

/** The plane is paler than the marks on it. */
const PALE = 0.62;

function bestOf(answers: Float32Array, cell: number, count: number): readonly [number, number] {
  let [best, most] = [0, answers[cell * count] ?? Number.NaN];
  for (let k = 1; k < count; k++) {
    const p = answers[cell * count + k] ?? Number.NaN;
    if (p > most) [best, most] = [k, p];
  }
  return [best, most];
}

/** Where the answer turns from one class to another; of a regression, the curve. */
function drawBoundary(
  context: CanvasRenderingContext2D,
  scene: Scene,
  size: number,
  { ink }: Palette,
  down: (y: number) => number,
): void {
  const answers = scene.maps.at(-1);
  if (!answers || (scene.kind === 'regression' && scene.plane.axes === 2)) return;
  const at = (cell: number) => (size * cell) / GRID;
  context.strokeStyle = ink;
  context.lineWidth = scene.plane.axes === 1 ? 2.5 : 1.5;
  context.beginPath();
  if (scene.plane.axes === 1) {
    for (let cell = 0; cell < GRID; cell++) {
      const y = down(answers[cell] ?? Number.NaN);
      if (Number.isFinite(y)) context.lineTo(at(cell + 0.5), Math.max(-size, Math.min(2 * size, y)));
    }
  } else {
    for (const margin of marginsOf(scene, answers)) {
      const [line] = contours().size([GRID, GRID]).thresholds([0])(margin);
      for (const ring of line?.coordinates.flat() ?? []) {
        let before: readonly [number, number] | undefined;
        for (const [x = 0, y = 0] of ring) {
          // Along the border of the picture there is no boundary.
          const outside = [x, y].some((side) => side <= 0.5 || side >= GRID - 0.5);
          if (before && !outside) context.lineTo(at(x), at(y));
          else context.moveTo(at(x), at(y));
          before = outside ? undefined : [x, y];
        }
      }
    }
  }
  context.stroke();
}

/** For each class but the last: by how much it is ahead of the others. */
function marginsOf({ kind, classNames }: Scene, answers: Float32Array): number[][] {
  if (kind === 'binary') return [Array.from(answers, (p) => p - 0.5)];
  const count = classNames.length;
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: GRID * GRID }, (_, cell) => {
      let others = Number.NEGATIVE_INFINITY;
      for (let other = 0; other < count; other++) {
        if (other !== k) others = Math.max(others, answers[cell * count + other] ?? 0);
      }
      return (answers[cell * count + k] ?? 0) - others;
    }),
  );
}

function drawExample(
  context: CanvasRenderingContext2D,
  scene: Scene,
  at: number,
  x: number,
  y: number,
  colours: Palette,
): void {
  const label = scene.points.labels[at] ?? 0;
  const isDev = scene.points.dev[at] === 1;
  const { kind, colour } =
    scene.kind === 'regression' ? { kind: 0, colour: undefined } : styleOf(scene, label, colours);
  const isChosen = at === scene.example;
  context.beginPath();
  mark(context, kind, x, y, isChosen ? 6 : 3.6);
  const text = colour ? css(colour) : signedText(label, scene.limits.at(-1) ?? 1, colours);
  context.fillStyle = isDev ? colours.paper : text;
  context.fill();
  context.lineWidth = isDev ? 1.75 : 1;
  context.strokeStyle = isDev && scene.kind !== 'regression' ? text : isDev ? colours.ink : colours.paper;
  context.stroke();
  if (!isChosen) return;
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2;
  context.stroke();
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, { ink, paper }: Palette): void {
  for (const [colour, width] of [
    [paper, 5],
    [ink, 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - 9, y);
    context.lineTo(x + 9, y);
    context.moveTo(x, y - 9);
    context.lineTo(x, y + 9);
    context.stroke();
  }
}
