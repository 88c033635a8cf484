import { displayed } from 'pellucid/units';
import { Quantity } from '../../parts/Quantity.tsx';
import { SeriesTable } from '../../parts/SeriesTable.tsx';
import { limitFor } from '../../parts/signs.ts';
import { useElementWidth } from '../../parts/useElementWidth.ts';
import type { PlaygroundResult, Scene } from './compute.ts';

interface Given {
  readonly result: PlaygroundResult;
  readonly scene: Scene;
}

const HEIGHT = 150;
const ROOM = { left: 40, right: 8, top: 8, bottom: 20 } as const;

/** The loss on both sets as training goes on. */
export function Curves({ result, scene }: Given) {
  const [place, width] = useElementWidth<HTMLDivElement>(320);
  const hasDev = result.quantities['L[dev]'] !== undefined;
  const { steps, train, dev } = scene.curve.steps.length > 0 ? scene.curve : beginning(result);
  const all = [...train, ...(hasDev ? dev : [])].filter(Number.isFinite);
  const top = niceTop(all);
  const last = Math.max(steps.at(-1) ?? 1, 1);
  const x = (step: number) => ROOM.left + ((width - ROOM.left - ROOM.right) * step) / last;
  const y = (loss: number) => ROOM.top + (HEIGHT - ROOM.top - ROOM.bottom) * (1 - Math.min(loss / top, 1));
  const path = (losses: readonly number[]) =>
    losses
      .flatMap((loss, i) =>
        Number.isFinite(loss) ? [`${x(steps[i] ?? 0).toFixed(1)} ${y(loss).toFixed(1)}`] : [],
      )
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${point}`)
      .join('');
  const ends = [
    ['train', train.at(-1) ?? Number.NaN],
    ['dev', hasDev ? (dev.at(-1) ?? Number.NaN) : Number.NaN],
  ] as const;
  return (
    <figure class="curves">
      <div ref={place}>
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {[0, top / 2, top].map((loss) => (
            <g key={loss}>
              <path class="grid" d={`M${ROOM.left} ${y(loss)}H${width - ROOM.right}`} />
              <text x={ROOM.left - 6} y={y(loss) + 4} text-anchor="end">
                {displayed(Number(loss.toPrecision(2))).text}
              </text>
            </g>
          ))}
          <text x={ROOM.left} y={HEIGHT - 4}>
            0
          </text>
          <text x={width - ROOM.right} y={HEIGHT - 4} text-anchor="end">
            step {last.toLocaleString('en')}
          </text>
          <path class="line train" d={path(train)} />
          {hasDev && <path class="line dev" d={path(dev)} />}
          {ends.map(([line, loss]) =>
            Number.isFinite(loss) ? (
              <circle key={line} class={`end ${line}`} cx={x(steps.at(-1) ?? 0)} cy={y(loss)} r={3.5} />
            ) : null,
          )}
        </svg>
      </div>
      <figcaption>
        <EndLabel of="L[train]" line="train" text="training loss" result={result} />
        {hasDev && <EndLabel of="L[dev]" line="dev" text="dev loss" result={result} />}
        <span>
          chosen example <Quantity of="L" value={result.quantities.L} label="loss of the chosen example" />
        </span>
        {result.quantities.R !== undefined && (
          <span>
            regularisation <Quantity of="R" value={result.quantities.R} label="regularisation" />
          </span>
        )}
      </figcaption>
      {scene.curve.steps.length > 0 && (
        <SeriesTable
          title="The curves as a table"
          steps={steps}
          series={['train', ...(hasDev ? ['dev'] : [])].map((part) => ({
            title: part === 'train' ? 'training loss' : 'dev loss',
            name: (step) => `L[${part}, step ${step}]`,
          }))}
          quantities={result.quantities}
        />
      )}
    </figure>
  );
}

/** Before the first step: what the losses are. */
const beginning = ({ quantities }: PlaygroundResult): Scene['curve'] => ({
  steps: [0],
  train: [quantities['L[train]'] ?? Number.NaN],
  dev: [quantities['L[dev]'] ?? Number.NaN],
});

/** A scale that changes seldom: from 0 to the next round number above the worst. */
function niceTop(losses: readonly number[]): number {
  const most = Math.max(0.01, ...losses);
  return most > 0.5
    ? limitFor([most])
    : ([0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((limit) => limit >= most) ?? 0.5);
}

function EndLabel({
  of,
  line,
  text,
  result,
}: {
  readonly of: string;
  readonly line: string;
  readonly text: string;
  readonly result: PlaygroundResult;
}) {
  return (
    <span>
      <svg width={26} height={8} aria-hidden="true">
        <path class={`line ${line}`} d="M0 4H26" />
      </svg>{' '}
      {text} <Quantity of={of} value={result.quantities[of]} label={text} />
    </span>
  );
}
