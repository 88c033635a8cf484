import dices from 'lucide-static/icons/dices.svg?raw';
import pauseIcon from 'lucide-static/icons/pause.svg?raw';
import playIcon from 'lucide-static/icons/play.svg?raw';
import resetIcon from 'lucide-static/icons/rotate-ccw.svg?raw';
import stepIcon from 'lucide-static/icons/step-forward.svg?raw';
import undoIcon from 'lucide-static/icons/undo-2.svg?raw';
import { useState } from 'preact/hooks';
import type { LabResult } from '../lab.ts';
import { Icon } from '../parts/Icon.tsx';
import { NumberField } from '../parts/NumberField.tsx';
import { type Session, SPEEDS, type Speed } from '../session.ts';

/** Undo, step, run or pause, speed, reset, seed. */
export function Transport<P extends object, R extends LabResult>({
  session,
}: {
  readonly session: Session<P, R>;
}) {
  const { lab } = session;
  const running = session.running.value;
  const unlocked = session.predicted.value !== undefined;
  const walks = lab.position !== undefined || lab.training !== undefined;
  const [position, length] = [Math.min(session.position.value, session.length.value), session.length.value];
  const { canStep } = session;
  return (
    <section class="transport" aria-label="Transport">
      <button type="button" disabled={!session.canUndo.value} onClick={() => session.undo()} title="Undo (Z)">
        <Icon of={undoIcon} /> <span>Undo</span>
      </button>
      {walks && (
        <>
          <button
            type="button"
            disabled={!canStep || running}
            onClick={() => void session.step()}
            title="Step (→)"
          >
            <Icon of={stepIcon} /> <span>Step</span>
          </button>
          {running ? (
            <button type="button" class="main" onClick={() => session.pause()} title="Pause (space)">
              <Icon of={pauseIcon} /> <span>Pause</span>
            </button>
          ) : (
            <button
              type="button"
              class="main"
              disabled={!canStep || !unlocked}
              onClick={() => void session.run()}
              title={unlocked ? 'Run (space)' : 'Answer the question, or skip it, and Run unlocks'}
            >
              <Icon of={playIcon} /> <span>Run</span>
            </button>
          )}
        </>
      )}
      {lab.position !== undefined && (
        <p class="count">
          step <b>{position}</b> of {length}
        </p>
      )}
      {walks && (
        <label class="speed">
          <span>speed</span>
          <select
            value={session.speed.value}
            onChange={(event) => {
              session.speed.value = event.currentTarget.value as Speed;
            }}
          >
            {Object.keys(SPEEDS).map((speed) => (
              <option key={speed}>{speed}</option>
            ))}
          </select>
        </label>
      )}
      <button
        type="button"
        onClick={() => session.reset()}
        title="Everything as it was at first; this too can be undone"
      >
        <Icon of={resetIcon} /> <span>Reset</span>
      </button>
      {lab.reseed && <Seed session={session} />}
    </section>
  );
}

function Seed<P extends object, R extends LabResult>({ session }: { readonly session: Session<P, R> }) {
  const now = (session.properties.value as { seed?: number }).seed ?? 0;
  const [seed, setSeed] = useState(now);
  return (
    <div class="seed">
      <NumberField label="seed" value={seed} min={0} max={1_000_000} step={1} whole onChange={setSeed} />
      <button
        type="button"
        class="plain"
        aria-label="Draw from the seed"
        title="Draw from this seed"
        onClick={() => {
          const next = seed === now ? seed + 1 : seed;
          setSeed(next);
          void session.lab.reseed?.(session, next);
        }}
      >
        <Icon of={dices} />
      </button>
    </div>
  );
}
