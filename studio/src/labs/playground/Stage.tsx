import { useMemo } from 'preact/hooks';
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
  // While it trains, properties and result change by turns: what is drawn of a result is drawn once.
  const numbers = useMemo(
    () =>
      scene && (
        <div>
          <Curves result={result} scene={scene} />
          <Confusion result={result} scene={scene} />
        </div>
      ),
    [result, scene],
  );
  const network = useMemo(
    () => scene && <Network session={session} result={result} scene={scene} layer={layer} />,
    [session, result, scene, layer, theme],
  );
  const table = useMemo(
    () => scene && <LayerTable session={session} result={result} scene={scene} layer={layer} />,
    [session, result, scene, layer],
  );
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
          <Elsewhere session={session} />
        </>
      )}
    </div>
  );
}
