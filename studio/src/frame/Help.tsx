import { Dialog } from './Dialog.tsx';

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['→', 'Step: what the next number is, and how it comes about'],
  ['← or Z', 'Undo, as far back as you came'],
  ['space', 'Run, or pause'],
  ['arrows', 'On the stage, from number to number; Enter opens one in the inspector'],
  ['L', 'Lecture mode: large type, the words hidden, and the arrows step wherever the focus is'],
];

const ADDRESS: readonly (readonly [key: string, says: string])[] = [
  ['lock=a,t', 'These controls are shown, and stay as the link has them'],
  ['hide=seed', 'These controls are not shown, and stay as the link has them'],
  ['v=1', 'The version of the address'],
  ['z=…', 'Everything that follows, packed: long links are shorter that way'],
  ['net=…', 'A network that another lab sent along'],
];

/** What keys do, and how a link says what a page shows. */
export function Help({ close }: { readonly close: () => void }) {
  return (
    <Dialog title="Help" close={close}>
      <div class="help">
        <p>
          Every number can be opened: choose it, and the inspector shows the formula, filled in, and what it
          comes to. Whatever you change can be undone, and is kept in this browser.
        </p>
        <h3>Keys</h3>
        <List of={KEYS} />
        <h3>Links, for teachers</h3>
        <p>
          The address of a page is its whole state: whoever opens it sees the same numbers. <b>Share</b> makes
          a link of it, and lets you lock or hide controls. In an address that reads:
        </p>
        <List of={ADDRESS} />
      </div>
    </Dialog>
  );
}

const List = ({ of }: { readonly of: readonly (readonly [term: string, meaning: string])[] }) => (
  <dl>
    {of.map(([term, meaning]) => (
      <div key={term} class="row">
        <dt>{term}</dt>
        <dd>{meaning}</dd>
      </div>
    ))}
  </dl>
);
