import { useRef, useState } from 'preact/hooks';
import { LONGEST, writeAddress } from '../address.ts';
import type { LabResult } from '../lab.ts';
import { keysOf } from '../properties.ts';
import type { Session } from '../session.ts';
import { Dialog } from './Dialog.tsx';
import { notify } from './notices.ts';
import { OpenIn } from './OpenIn.tsx';

/** Links with what is on the page; for teachers, links that lock or hide; files; and the way to other labs. */
export function Share<P extends object, R extends LabResult>({
  session,
  close,
}: {
  readonly session: Session<P, R>;
  readonly close: () => void;
}) {
  const { lab } = session;
  const keys = keysOf(lab.properties);
  const [limits, setLimits] = useState<Readonly<Record<string, 'lock' | 'hide' | ''>>>({});
  const query = session.query;
  for (const kind of ['lock', 'hide'] as const) {
    const chosen = keys.filter((key) => limits[key] === kind);
    if (chosen.length > 0) query.set(kind, chosen.join(','));
  }
  const link = `${location.href.split('#')[0]}${writeAddress(lab.id, query)}`;
  const tooLong = link.length > LONGEST;
  return (
    <Dialog title="Share" close={close}>
      <h3>A link to this page as it is</h3>
      {tooLong ? (
        <p>This state is too large for a link. Save it as a file; it opens here again.</p>
      ) : (
        <CopyLink link={link} />
      )}
      <details>
        <summary>For teachers: lock or hide controls</summary>
        <ul class="limits">
          {keys.map((key) => (
            <li key={key}>
              <label>
                <span>{lab.properties[key].label}</span>
                <select
                  value={limits[key] ?? ''}
                  onChange={(event) =>
                    setLimits({ ...limits, [key]: event.currentTarget.value as 'lock' | 'hide' | '' })
                  }
                >
                  <option value="">free</option>
                  <option value="lock">locked</option>
                  <option value="hide">hidden</option>
                </select>
              </label>
            </li>
          ))}
        </ul>
      </details>
      <Files session={session} close={close} />
      <OpenIn session={session} onLeave={close} />
    </Dialog>
  );
}

function CopyLink({ link }: { readonly link: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      setCopied(false);
      notify('The browser does not let this page copy: the link is selected.');
    }
  };
  return (
    <p class="link">
      <input ref={field} type="text" readOnly aria-label="Link" value={link} />
      <button type="button" onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </p>
  );
}

/** Saves as a small file, or as the list of self-checks done. */
function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const anchor = Object.assign(document.createElement('a'), { href: url, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** No file of a lab's state is longer. */
const LONGEST_FILE = 1_000_000;

function Files<P extends object, R extends LabResult>({
  session,
  close,
}: {
  readonly session: Session<P, R>;
  readonly close: () => void;
}) {
  const { lab, checked, predicted } = session;
  const open = async (file: File | undefined) => {
    if (!file) return;
    const text = file.size <= LONGEST_FILE ? await file.text() : '';
    if (!text.startsWith('#/'))
      return notify(`${file.name} is not a file of this studio; nothing was changed.`);
    location.hash = text.trim();
    close();
  };
  const answers = () =>
    JSON.stringify(
      {
        lab: lab.id,
        question: lab.question.ask,
        predicted: lab.question.choices[predicted.value ?? -1] ?? null,
        done: lab.selfChecks.filter((_, at) => checked.value.has(at)).map(({ task }) => task),
      },
      null,
      2,
    );
  return (
    <>
      <h3>Files</h3>
      <p class="files">
        <button
          type="button"
          onClick={() => save(`${lab.id}.pellucid.txt`, `#/${lab.id}?v=1&${session.query.toString()}`)}
        >
          Save this state
        </button>
        <label class="button">
          Open a state
          <input
            class="unseen"
            type="file"
            accept=".txt"
            onChange={(event) => void open(event.currentTarget.files?.[0])}
          />
        </label>
        <button type="button" onClick={() => save(`${lab.id}-answers.json`, answers())}>
          Save my answers
        </button>
      </p>
    </>
  );
}
