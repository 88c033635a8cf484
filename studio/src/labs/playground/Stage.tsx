import { useMemo } from 'preact/hooks';
import { InTurn } from '../../parts/InTurn.tsx';
import { NumberField } from '../../parts/NumberField.tsx';
import type { Given } from './Controls.tsx';
import { Curves } from './Curves.tsx';
import type { PlaygroundResult } from './compute.ts';
import { Elsewhere } from './Elsewhere.tsx';
import { Network } from './Network.tsx';
import { Plane } from './Plane.tsx';
import { Confusion, LayerTable } from './Tables.tsx';

export function Stage({ session, result }: Given & { readonly result: PlaygroundResult }) {
  const { scene, problem, notice, trouble } = result;
  const { layer } = session.properties.value;
  const theme = document.documentElement.dataset.theme;
  // What takes its turn looks at the result by itself.
  const numbers = useMemo(
    () => (
      <InTurn session={session} turn={2}>
        {(now) =>
          now.scene && (
            <div>
              <Curves result={now} scene={now.scene} />
              <Confusion result={now} scene={now.scene} />
            </div>
          )
        }
      </InTurn>
    ),
    [session],
  );
  const network = useMemo(
    () => (
      <InTurn session={session} turn={1}>
        {(now) =>
          now.scene && <Network key={theme} session={session} result={now} scene={now.scene} layer={layer} />
        }
      </InTurn>
    ),
    [session, layer, theme],
  );
  const table = useMemo(
    () => (
      <InTurn session={session} turn={3}>
        {(now) => now.scene && <LayerTable session={session} result={now} scene={now.scene} layer={layer} />}
      </InTurn>
    ),
    [session, layer],
  );
  const elsewhere = useMemo(() => <Elsewhere session={session} />, [session]);
  return (
    <div class="playground">
      {[problem, notice, trouble].map((line) =>
        line === undefined ? null : (
          <p key={line} class="trouble" role="alert">
            {line}{' '}
            {line === trouble && (
              <>
                The picture keeps the last weights that were numbers.{' '}
                <button type="button" class="link" onClick={() => session.undo()}>
                  Undo
                </button>
              </>
            )}
          </p>
        ),
      )}
      <div class="top-row">
        <Plane session={session} result={result} />
        {numbers}
      </div>
      {scene && (
        <>
          {network}
          {!session.hidden.has('e') && (
            <div class="chosen">
              <NumberField
                label="example"
                value={scene.example + 1}
                min={1}
                max={scene.points.x.length}
                step={1}
                whole
                disabled={session.locked.has('e')}
                onChange={(e) => session.set({ e }, { merge: 'e' })}
                onCommit={() => session.commit()}
              />
              <span>or choose a point of the plane</span>
            </div>
          )}
          {table}
          {elsewhere}
        </>
      )}
    </div>
  );
}
