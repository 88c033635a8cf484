import { displayed, nodeNames, symbolText } from 'pellucid/units';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useFrame } from '../../parts/frameContext.ts';
import { Quantity } from '../../parts/Quantity.tsx';
import { limitFor, signed } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Given } from './Controls.tsx';
import { css, paint, palette, pixelOf } from './colours.ts';
import type { PlaygroundResult, Scene } from './compute.ts';
import { GRID } from './properties.ts';

interface NetworkGiven extends Given {
  readonly result: PlaygroundResult;
  readonly scene: Scene;
  /** The layer whose numbers are listed. */
  readonly layer: number;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Side of a unit's picture. */
  readonly side: number;
  at(layer: number, unit: number): { readonly x: number; readonly y: number };
}

/** Layers as columns; a column of many units has smaller gaps, a network of many layers scrolls. */
function layoutOf({ sizes }: Scene, room: number): Layout {
  const columns = sizes.length;
  const most = Math.max(...sizes);
  const side = most > 10 ? 26 : 34;
  const width = Math.max(room, columns * 74);
  const height = Math.max(180, most * (side + 24) + 8);
  const edge = side / 2 + 20;
  return {
    ...{ width, height, side },
    at(layer, unit) {
      const count = sizes[layer] ?? 1;
      const step = Math.min(height / count, 110);
      return {
        x: edge + ((width - 2 * edge) * layer) / Math.max(columns - 1, 1),
        y: height / 2 + (unit - (count - 1) / 2) * step - 6,
      };
    },
  };
}

/** More inputs than this would make the drawing too high: it then shows the first. */
const MOST_INPUTS = 16;

/** The network: what each unit makes of the plane, weights as edges, and biases in numbers. */
export function Network({ session, result, scene: whole, layer: chosen }: NetworkGiven) {
  const [place, room] = useElementWidth<HTMLDivElement>(640);
  const shownInputs = Math.min(whole.sizes[0] ?? 0, MOST_INPUTS);
  const scene = { ...whole, sizes: whole.sizes.with(0, shownInputs) };
  const layout = layoutOf(scene, room);
  const names = nodeNames({ sizes: whole.sizes });
  const edges = scene.sizes.slice(1).flatMap((units, l) =>
    Array.from({ length: (scene.sizes[l] ?? 0) * units }, (_, at) => {
      const [i, j] = [Math.floor(at / units), at % units];
      return { name: names.weight(l, i, j), from: layout.at(l, i), to: layout.at(l + 1, j) };
    }),
  );
  const weights = edges.map(({ name }) => result.quantities[name] ?? 0);
  const limit = limitFor(weights);
  const ground = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ground.current && sized(ground.current, layout);
    if (!context) return;
    drawEdges(context, edges, weights, limit, layout.side);
    drawMaps(context, scene, layout);
  });
  const listed = Math.min(chosen, scene.sizes.length - 1);
  return (
    <figure class="network">
      <div ref={place} class="scroll">
        <div class="drawing" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <canvas ref={ground} class="drawn" />
          {scene.sizes.map((units, layer) =>
            Array.from({ length: units }, (_, unit) => (
              <Unit
                key={`${layer} ${unit}`}
                {...{ session, result, scene, layout, layer, unit }}
                name={names.output(layer, unit)}
                bias={layer === 0 ? undefined : names.bias(layer, unit)}
                isListed={layer === listed}
              />
            )),
          )}
        </div>
      </div>
      <figcaption>
        Width by √|w| up to {limit}, blue and solid positive, rust and dashed negative; θ under each unit.
        {scene.limits.map((most, layer) => (
          <span key={`${layer}`}>
            {' '}
            {layer === 0 ? 'Inputs' : layer === scene.sizes.length - 1 ? 'output' : `layer ${layer}`} ±{most}
            {layer === scene.sizes.length - 1 ? '.' : ','}
          </span>
        ))}
        {shownInputs < (whole.sizes[0] ?? 0) &&
          ` The first ${shownInputs} of ${whole.sizes[0]} inputs are drawn.`}
      </figcaption>
    </figure>
  );
}

/** A canvas of a layout's size, cleared, and sharp on sharp screens. */
function sized(canvas: HTMLCanvasElement, { width, height }: Layout): CanvasRenderingContext2D | null {
  const sharp = Math.min(devicePixelRatio || 1, 2);
  const [across, down] = [Math.round(width * sharp), Math.round(height * sharp)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext('2d');
  context?.setTransform(1, 0, 0, 1, 0, 0);
  context?.clearRect(0, 0, across, down);
  context?.setTransform(sharp, 0, 0, sharp, 0, 0);
  return context;
}

interface Edge {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

function drawEdges(
  context: CanvasRenderingContext2D,
  edges: readonly Edge[],
  weights: readonly number[],
  limit: number,
  side: number,
): void {
  const { positive, negative, soft } = palette();
  context.globalAlpha = 0.7;
  for (const [at, { from, to }] of edges.entries()) {
    const { class: sign, width, dash } = signed(weights[at] ?? 0, limit);
    context.strokeStyle = sign === 'zero' ? soft : css(sign === 'positive' ? positive : negative);
    context.lineWidth = width * 0.8;
    context.setLineDash(dash?.split(' ').map(Number) ?? []);
    context.beginPath();
    context.moveTo(from.x + side / 2, from.y);
    context.lineTo(to.x - side / 2, to.y);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

/** What each unit makes of the plane, as a small picture in its place. */
function drawMaps(context: CanvasRenderingContext2D, scene: Scene, { side, at }: Layout): void {
  const { signed: scale } = palette();
  const map = document.createElement('canvas');
  map.width = map.height = GRID;
  for (const [layer, units] of scene.sizes.entries()) {
    const values = layer === 0 ? scene.inputs : scene.maps[layer - 1];
    if (!values) continue;
    const stride = values.length / (GRID * GRID);
    const limit = scene.limits[layer] ?? 1;
    for (let unit = 0; unit < units; unit++) {
      paint(map, GRID, (cell) => pixelOf(scale, values[cell * stride + unit] ?? Number.NaN, limit));
      const { x, y } = at(layer, unit);
      context.drawImage(map, x - side / 2, y - side / 2, side, side);
    }
  }
}

interface UnitGiven extends NetworkGiven {
  readonly layout: Layout;
  readonly unit: number;
  readonly name: string;
  readonly bias: string | undefined;
  readonly isListed: boolean;
}

/** What lies on a unit's picture: it opens the unit's output for the chosen example. */
function Unit({ session, result, scene, layout, layer, unit, name, bias, isListed }: UnitGiven) {
  const { inspect, selected } = useFrame();
  const { x, y } = layout.at(layer, unit);
  const { side } = layout;
  const value = result.quantities[name];
  const label = layer === 0 ? `${symbolText(name)}, ${scene.inputNames[unit]}` : `unit ${symbolText(name)}`;
  return (
    <div class={`unit${isListed ? ' listed' : ''}`} style={{ left: `${x}px`, top: `${y}px` }}>
      <button
        type="button"
        class="map"
        data-stop=""
        aria-label={`${label}: ${value === undefined ? 'unknown' : displayed(value).text} for the chosen example`}
        aria-pressed={selected === name}
        style={{ width: `${side}px`, height: `${side}px` }}
        onClick={() => {
          if (layer > 0) session.set({ layer }, { merge: 'layer' });
          inspect(name);
        }}
      />
      <div class="below" style={{ top: `${side / 2}px` }}>
        {bias === undefined ? (
          <span class="name">{scene.inputNames[unit]}</span>
        ) : (
          <Quantity of={bias} value={result.quantities[bias]} />
        )}
      </div>
    </div>
  );
}
