import { useMemo, useState } from 'preact/hooks';
import { LABS } from '../labs/index.ts';
import { Dialog } from './Dialog.tsx';
import { TERMS } from './glossaryTerms.ts';

export function Glossary({ close }: { readonly close: () => void }) {
  const [wanted, setWanted] = useState('');
  const found = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    return TERMS.filter(({ term, meaning }) => `${term} ${meaning}`.toLowerCase().includes(text));
  }, [wanted]);
  return (
    <Dialog title="Glossary" close={close}>
      <input
        type="search"
        placeholder="Search the glossary"
        aria-label="Search the glossary"
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <p class="unseen" role="status">{`${found.length} terms`}</p>
      <dl class="glossary">
        {found.map(({ term, meaning, lab }) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              {meaning}{' '}
              {LABS.some(({ id }) => id === lab) && (
                <a href={`#/${lab}`} onClick={close}>
                  See it
                </a>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {found.length === 0 && <p>No term has these letters.</p>}
    </Dialog>
  );
}
