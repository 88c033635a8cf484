/** What is kept in this browser. A browser that keeps nothing, or is full, loses no more than that. */
const PREFIX = 'pellucid-studio:';

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // Private windows and full stores refuse; the address still holds the state.
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
