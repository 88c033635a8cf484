import { displayed, nodeNames, symbolText } from 'pellucid/units';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useFrame } from '../../parts/frameContext.ts';
import { Quantity } from '../../parts/Quantity.tsx';
import { limitFor, signed } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { Given } from './Controls.tsx';
import { type Palette, paint, palette, pixelOf } from './colours.ts';
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
  const colours = palette();
  const listed = Math.min(chosen, scene.sizes.length - 1);
  return (
    <figure class="network">
      <div ref={place} class="scroll">
        <div class="drawing" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <svg width={layout.width} height={layout.height} aria-hidden="true">
            {edges.map(({ name, from, to }, at) => {
              const { class: sign, width, dash } = signed(weights[at] ?? 0, limit);
              return (
                <path
                  key={name}
                  class={`edge ${sign}`}
                  d={`M${from.x + layout.side / 2} ${from.y}L${to.x - layout.side / 2} ${to.y}`}
                  stroke-width={width * 0.8}
                  stroke-dasharray={dash}
                />
              );
            })}
          </svg>
          {scene.sizes.map((units, layer) =>
            Array.from({ length: units }, (_, unit) => (
              <Unit
                key={`${layer} ${unit}`}
                {...{ session, result, scene, layout, colours, layer, unit }}
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

interface UnitGiven extends NetworkGiven {
  readonly layout: Layout;
  readonly colours: Palette;
  readonly unit: number;
  readonly name: string;
  readonly bias: string | undefined;
  readonly isListed: boolean;
}

/** A unit: a small picture of what it makes of the plane. It opens the unit's output for the chosen example. */
function Unit({ session, result, scene, layout, colours, layer, unit, name, bias, isListed }: UnitGiven) {
  const { inspect, selected } = useFrame();
  const canvas = useRef<HTMLCanvasElement>(null);
  const values = layer === 0 ? scene.inputs : scene.maps[layer - 1];
  const stride = values ? values.length / (GRID * GRID) : 1;
  const limit = scene.limits[layer] ?? 1;
  useLayoutEffect(() => {
    if (!canvas.current || !values) return;
    paint(canvas.current, GRID, (cell) =>
      pixelOf(colours.signed, values[cell * stride + unit] ?? Number.NaN, limit),
    );
  }, [values, unit, limit, colours]);
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
      >
        <canvas ref={canvas} width={GRID} height={GRID} />
      </button>
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
