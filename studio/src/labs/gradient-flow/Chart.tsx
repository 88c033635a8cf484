import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { FlowResult } from './compute.ts';

const HEIGHT = 270;
const MARGIN = { left: 44, right: 76, top: 14, bottom: 34 } as const;
const LOWS = [-4, -6, -8, -12, -16, -24, -32, -48] as const;
const HIGHS = [2, 6, 12, 24, 48] as const;

/** What is drawn: names of the numbers, how the line looks, what stands at its end. */
const LINES = [
  { key: 'norm', class: 'norm', label: '‖∂L/∂W‖' },
  { key: 'variance', class: 'variance', label: 'var a' },
  { key: 'gradient', class: 'gradient', label: 'var ∂L/∂a' },
] as const;

interface Point {
  readonly at: number;
  readonly power: number;
}

/** Powers of ten, layer by layer. What is 0 or no number is hatched where it would stand. */
export function Chart({
  result,
  choose,
}: {
  readonly result: FlowResult;
  readonly choose: (layer: number) => void;
}) {
  const [place, width] = useElementWidth<HTMLDivElement>(640);
  const { layers, quantities, listed } = result;
  const lines = LINES.map((line) => ({
    ...line,
    points: layers.map(
      (layer, at): Point => ({ at, power: Math.log10(quantities[layer[line.key]] ?? Number.NaN) }),
    ),
  }));
  const powers = lines.flatMap(({ points }) => points.map(({ power }) => power)).filter(Number.isFinite);
  const low = LOWS.find((limit) => powers.every((power) => power >= limit)) ?? -48;
  const high = HIGHS.find((limit) => powers.every((power) => power <= limit)) ?? 48;
  const inner = width - MARGIN.left - MARGIN.right;
  const tall = HEIGHT - MARGIN.top - MARGIN.bottom;
  const x = (at: number) =>
    MARGIN.left + (layers.length === 1 ? inner / 2 : (inner * at) / (layers.length - 1));
  const y = (power: number) =>
    MARGIN.top + (tall * (high - Math.min(high, Math.max(low, power)))) / (high - low);
  const broken = layers.flatMap((_, at) =>
    lines.some(({ points }) => !Number.isFinite(points[at]?.power ?? 0)) ? [at] : [],
  );
  const nearest = (event: PointerEvent & { readonly currentTarget: SVGSVGElement }) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const share = (event.clientX - left - MARGIN.left) / inner;
    choose(1 + Math.min(layers.length - 1, Math.max(0, Math.round(share * (layers.length - 1)))));
  };
  const ends = endPlaces(
    lines.map(({ points }) => y(points.findLast(({ power }) => Number.isFinite(power))?.power ?? low)),
  );
  const step = Math.ceil(layers.length / Math.max(2, Math.floor(inner / 40)));
  return (
    <figure>
      <div ref={place} class="drawing">
        <svg width={width} height={HEIGHT} aria-hidden="true" onPointerDown={nearest}>
          <defs>
            <pattern
              id="flow-hatch"
              width={7}
              height={7}
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <path d="M0 0V7" />
            </pattern>
          </defs>
          {[low, 0, high].map((tick) => (
            <g key={tick}>
              <path class="axis" d={`M${MARGIN.left} ${y(tick)}H${MARGIN.left + inner}`} />
              <text class="tick" x={MARGIN.left - 6} y={y(tick) + 4} text-anchor="end">
                10
                <tspan dy={-5} font-size={9}>
                  {`${tick}`.replace('-', '−')}
                </tspan>
              </text>
            </g>
          ))}
          {broken.map((at) => (
            <rect key={at} class="hatched" x={x(at) - 4} y={MARGIN.top} width={8} height={tall} />
          ))}
          <path class="here" d={`M${x(listed - 1)} ${MARGIN.top}V${MARGIN.top + tall}`} />
          {layers.map(({ number, title }, at) =>
            at % step === 0 || at === layers.length - 1 ? (
              <text key={number} class="tick" x={x(at)} y={HEIGHT - 16} text-anchor="middle">
                {title === 'output' ? 'out' : number}
              </text>
            ) : null,
          )}
          <text class="tick" x={MARGIN.left} y={HEIGHT - 2}>
            layer: forward →, gradients ← backward
          </text>
          {lines.map(({ class: kind, label, points }, i) => (
            <g key={kind} class={kind}>
              {runs(points).map((run) => (
                <path
                  key={run[0]?.at}
                  d={`M${run.map(({ at, power }) => `${x(at)} ${y(power)}`).join('L')}`}
                />
              ))}
              {points.map(({ at, power }) =>
                Number.isFinite(power) ? (
                  <circle key={at} cx={x(at)} cy={y(power)} r={at === listed - 1 ? 4.5 : 2} />
                ) : null,
              )}
              {runs(points).length > 0 && (
                <text x={MARGIN.left + inner + 8} y={(ends[i] ?? 0) + 4}>
                  {label}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
      <figcaption class="hint">
        Powers of ten. The dotted upright is the layer listed below; press in the picture to choose another.
        Hatched: a layer with a 0, which has no power, or with what is no number.
      </figcaption>
    </figure>
  );
}

/** Points that follow each other without a gap. */
function runs(points: readonly Point[]): Point[][] {
  const found: Point[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point.power)) found.at(-1)?.push(point);
    else found.push([]);
  }
  return found.filter((run) => run.length > 0);
}

const LABEL = 15;

/** Heights of the labels at the lines' ends, moved apart where they would meet. */
function endPlaces(heights: readonly number[]): number[] {
  const order = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const places: number[] = [];
  let below = MARGIN.top;
  for (const { height, i } of order) {
    places[i] = Math.max(height, below);
    below = (places[i] ?? 0) + LABEL;
  }
  const over = Math.max(0, below - LABEL - (HEIGHT - MARGIN.bottom));
  return places.map((place) => place - over);
}
