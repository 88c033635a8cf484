import { notify } from './notices.ts';

/** What is kept in this browser. */
const PREFIX = 'pellucid-studio:';

/** What the browser would not keep: it lasts as long as the page does. */
const unkept = new Map<string, string>();

const REFUSED =
  'This browser keeps nothing here: what you make lasts until this page is closed. Share saves it as a link or a file.';
const FULL =
  'There is no room left in this browser to keep your work: it lasts until this page is closed. Share saves it as a link or a file.';

/** Says it once: what is dismissed does not come again with every change. */
function tell(text: string): void {
  if (told.has(text)) return;
  told.add(text);
  notify(text);
}
const told = new Set<string>();

export function recall(key: string): string | undefined {
  if (unkept.has(key)) return unkept.get(key);
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it in this browser; where that is full or refuses, in this page. */
export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
    unkept.delete(key);
  } catch (problem) {
    unkept.set(key, value);
    tell(problem instanceof DOMException && problem.name === 'QuotaExceededError' ? FULL : REFUSED);
  }
}

/** Hears of changes that another tab makes. */
export function onOtherTab(key: string, changed: (value: string | null) => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === PREFIX + key) changed(event.newValue);
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}
