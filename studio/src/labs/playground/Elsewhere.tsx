import { useState } from 'preact/hooks';
import { notify } from '../../frame/notices.ts';
import type { NetworkDescription } from '../../network.ts';
import type { Given } from './Controls.tsx';

type Language = 'typescript' | 'python';
const LANGUAGES: Readonly<Record<Language, { readonly title: string; readonly file: string }>> = {
  typescript: { title: 'TypeScript', file: 'network.ts' },
  python: { title: 'Keras, Python', file: 'network.py' },
};

function save(name: string, content: string | Uint8Array): void {
  const part = typeof content === 'string' ? content : Uint8Array.from(content);
  const url = URL.createObjectURL(new Blob([part]));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const LARGEST = 20_000_000;

/** The network as code, as a file, and from a file. */
export function Elsewhere({ session }: Given) {
  const [code, setCode] = useState<{ readonly language: Language; readonly text: string } | undefined>();
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (problem) {
      notify(problem instanceof Error ? problem.message : String(problem));
    }
  };
  const exported = <T extends string | Uint8Array>(as: Language | 'keras') =>
    session.call<T>('exported', { properties: session.properties.value, as });
  const show = (language: Language) =>
    attempt(async () => setCode({ language, text: await exported<string>(language) }));
  const open = (file: File | undefined) =>
    attempt(async () => {
      if (!file) return;
      if (file.size > LARGEST)
        throw new Error(`${file.name} is larger than ${LARGEST / 1e6} MB; nothing was changed.`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const network = await session.call<NetworkDescription>('imported', { name: file.name, bytes });
      const changes = session.lab.receive?.(network);
      if (typeof changes === 'string') notify(changes);
      else if (changes) session.set({ ...changes });
    });
  return (
    <section class="elsewhere">
      <h2>Take it elsewhere</h2>
      <div class="files">
        {(['typescript', 'python'] as const).map((language) => (
          <button key={language} type="button" onClick={() => void show(language)}>
            {LANGUAGES[language].title}
          </button>
        ))}
        <button
          type="button"
          onClick={() => void attempt(async () => save('network.keras', await exported<Uint8Array>('keras')))}
        >
          .keras file
        </button>
        <label class="button">
          Open a .keras file
          <input
            class="unseen"
            type="file"
            accept=".keras,.h5"
            onChange={(event) => {
              void open(event.currentTarget.files?.[0]);
              event.currentTarget.value = '';
            }}
          />
        </label>
      </div>
      {code && (
        <div class="code">
          <p>
            {LANGUAGES[code.language].title}; weights are in the .keras file.{' '}
            <button type="button" class="link" onClick={() => save(LANGUAGES[code.language].file, code.text)}>
              Save {LANGUAGES[code.language].file}
            </button>{' '}
            <button type="button" class="link" onClick={() => setCode(undefined)}>
              Close
            </button>
          </p>
          <textarea
            readOnly
            aria-label={LANGUAGES[code.language].title}
            rows={Math.min(code.text.split('\n').length, 20)}
            value={code.text}
          />
        </div>
      )}
    </section>
  );
}
