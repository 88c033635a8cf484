import { useComputed } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LabResult } from '../lab.ts';
import { FrameContext } from '../parts/frameContext.ts';
import { keepOneStop, markStop, moveStop } from '../parts/roving.ts';
import type { Session } from '../session.ts';
import { Inspector } from './Inspector.tsx';
import { OpenIn } from './OpenIn.tsx';
import { Reading } from './Reading.tsx';
import { Transport } from './Transport.tsx';

const TABS = ['inspector', 'reading'] as const;
type Tab = (typeof TABS)[number];
const TAB_NAMES: Readonly<Record<Tab, string>> = { inspector: 'Inspect', reading: 'Read' };

/** One lab: words, stage, inspector, transport. On a small screen the words and the inspector are tabs. */
export function LabPage<P extends object, R extends LabResult>({
  session,
}: {
  readonly session: Session<P, R>;
}) {
  const [tab, setTab] = useState<Tab>('reading');
  const { lab } = session;
  const result = session.result.value;
  const stage = useRef<HTMLElement>(null);
  const said = useComputed(() => (session.running.value ? '' : (session.result.value?.said ?? '')));
  useEffect(() => {
    if (stage.current) keepOneStop(stage.current);
  });
  const [selected, veiled] = [session.selected.value, session.veiled.value];
  // The same as long as it says the same: every number on the stage looks at it.
  const frame = useMemo(
    () => ({
      inspect(name: string) {
        session.selected.value = name;
        setTab('inspector');
      },
      selected,
      veiled,
    }),
    [session, selected, veiled],
  );
  // What looks at the session by itself is not drawn anew with the page.
  const parts = useMemo(
    () => ({
      controls: <lab.Controls session={session} />,
      transport: <Transport session={session} />,
      inspector: <Inspector session={session} />,
      reading: <Reading session={session} />,
    }),
    [lab, session],
  );
  return (
    <FrameContext.Provider value={frame}>
      <main
        class="lab"
        id="main"
        data-lab={lab.id}
        data-settled={session.settled.value}
        data-written={session.written}
        data-tab={tab}
        aria-labelledby="lab-title"
      >
        <h1 id="lab-title">
          <span class="number">{lab.section}</span> {lab.title}
        </h1>
        <section
          ref={stage}
          class="stage"
          aria-label="Stage"
          onFocusCapture={(event) => stage.current && markStop(stage.current, event.target)}
          onKeyDown={(event) => {
            if (stage.current && moveStop(stage.current, event.key)) {
              event.preventDefault();
              event.stopPropagation();
            }
          }}
        >
          <div class="controls">{parts.controls}</div>
          {session.problem.value && (
            <p class="problem" role="alert">
              {session.problem.value}{' '}
              <button type="button" class="link" onClick={() => session.undo()}>
                Undo
              </button>
            </p>
          )}
          {result && (
            <>
              <p class="said">{result.said}</p>
              <lab.Stage session={session} result={result} />
              <p class="summary">{result.summary}</p>
              <OpenIn session={session} />
            </>
          )}
          <p class="unseen" role="status" aria-live="polite">
            {said}
          </p>
        </section>
        {parts.transport}
        <div class="tabs" role="tablist" aria-label="Beside the stage">
          {TABS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={tab === name}
              aria-controls={name}
              onClick={() => setTab(name)}
            >
              {TAB_NAMES[name]}
            </button>
          ))}
        </div>
        <aside class="inspector" id="inspector" aria-label="Inspector">
          {parts.inspector}
        </aside>
        <aside class="words" id="reading" aria-label="About this lab">
          {parts.reading}
        </aside>
      </main>
    </FrameContext.Provider>
  );
}
