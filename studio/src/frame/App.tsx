import book from 'lucide-static/icons/book-open.svg?raw';
import help from 'lucide-static/icons/circle-question-mark.svg?raw';
import moon from 'lucide-static/icons/moon.svg?raw';
import presentation from 'lucide-static/icons/presentation.svg?raw';
import share from 'lucide-static/icons/share-2.svg?raw';
import sun from 'lucide-static/icons/sun.svg?raw';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readAddress } from '../address.ts';
import { LABS } from '../labs/index.ts';
import { Icon } from '../parts/Icon.tsx';
import { WorkerClient } from '../worker/client.ts';
import { Glossary } from './Glossary.tsx';
import { Help } from './Help.tsx';
import { Home } from './Home.tsx';
import { onKey } from './keys.ts';
import { LabPage } from './LabPage.tsx';
import { dismiss, notices, notify, withdraw } from './notices.ts';
import { lecture, theme, toggleTheme } from './preferences.ts';
import { Rail } from './Rail.tsx';
import { Share } from './Share.tsx';
import { startVisit, type Visit } from './visit.ts';

const SILENCE = 'The computation does not answer; nothing you made is gone.';

const worker = new WorkerClient({
  lost: () => notify('The computation was lost and has been started again; nothing you made is gone.'),
  silent(isSilent) {
    if (isSilent) notify(SILENCE, { label: 'Start it again', do: () => worker.restart() });
    else withdraw(SILENCE);
  },
});

export function App() {
  const { visit, loading } = useVisit();
  const [dialog, setDialog] = useState<'glossary' | 'share' | 'help' | undefined>();
  const entry = LABS.find(({ id }) => id === visit?.id);
  useEffect(() => {
    document.title = entry ? `${entry.title} · Pellucid studio` : 'Pellucid studio';
  }, [entry]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) =>
      visit ? visit.use((session) => onKey(event, session)) : onKey(event, undefined);
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [visit]);
  const close = () => setDialog(undefined);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the page
      </button>
      <header class="top">
        <a class="mark" href="#/">
          Pellucid <span>studio</span>
        </a>
        <Rail section={entry?.section} />
        <div class="tools">
          <Tool name="Glossary" icon={book} onClick={() => setDialog('glossary')} />
          {visit && <Tool name="Share" icon={share} onClick={() => setDialog('share')} />}
          <Tool name="Help" icon={help} onClick={() => setDialog('help')} />
          <Tool
            name="Lecture mode (L)"
            icon={presentation}
            pressed={lecture.value}
            onClick={() => {
              lecture.value = !lecture.value;
            }}
          />
          <Tool
            name={theme.value === 'dark' ? 'Light' : 'Dark'}
            icon={theme.value === 'dark' ? sun : moon}
            onClick={toggleTheme}
          />
        </div>
      </header>
      <Notices />
      {visit ? visit.use((session) => <LabPage key={visit} session={session} />) : loading ? null : <Home />}
      {dialog === 'glossary' && <Glossary close={close} />}
      {dialog === 'help' && <Help close={close} />}
      {dialog === 'share' && visit?.use((session) => <Share session={session} close={close} />)}
    </>
  );
}

/** Past the head, for those who go by keyboard. */
function skip(): void {
  const main = document.querySelector<HTMLElement>('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}

/** The visit that the address asks for. */
function useVisit(): { visit: Visit | undefined; loading: boolean } {
  const [visit, setVisit] = useState<Visit | undefined>();
  const [loading, setLoading] = useState(() => readAddress(location.hash).lab !== '');
  const current = useRef<Visit | undefined>(undefined);
  useEffect(() => {
    const show = (next: Visit | undefined) => {
      current.current?.leave();
      current.current = next;
      setVisit(next);
      setLoading(false);
    };
    const follow = async () => {
      const { hash } = location;
      if (current.current?.wrote(hash)) return;
      const { lab } = readAddress(hash);
      if (lab === '') return show(undefined);
      const entry = LABS.find(({ id }) => id === lab);
      if (!entry) {
        notify(`There is no lab “${lab.slice(0, 30)}” here; this is the contents page.`);
        return show(undefined);
      }
      try {
        const { lab: loaded } = await entry.load();
        if (location.hash === hash) show(startVisit(loaded, hash, worker));
      } catch {
        notify(`The lab “${entry.title}” could not be loaded.`, {
          label: 'Try again',
          do: () => location.reload(),
        });
        show(undefined);
      }
    };
    void follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return { visit, loading };
}

function Tool({
  name,
  icon,
  pressed,
  onClick,
}: {
  readonly name: string;
  readonly icon: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class="plain"
      aria-label={name}
      title={name}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <Icon of={icon} />
    </button>
  );
}

function Notices() {
  return (
    <div class="notices" role="status">
      {notices.value.map((notice) => (
        <p key={notice.text}>
          {notice.text}{' '}
          {notice.action && (
            <button
              type="button"
              class="link"
              onClick={() => {
                notice.action?.do();
                dismiss(notice);
              }}
            >
              {notice.action.label}
            </button>
          )}
          <button type="button" class="link" onClick={() => dismiss(notice)}>
            Dismiss
          </button>
        </p>
      ))}
    </div>
  );
}
