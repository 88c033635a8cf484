import { signal } from '@preact/signals';

export interface Notice {
  readonly text: string;
  /** The way back, where there is one. */
  readonly action?: { readonly label: string; readonly do: () => void };
}

/** What happened, in one line each; the newest last. */
export const notices = signal<readonly Notice[]>([]);

export function notify(text: string, action?: Notice['action']): void {
  const notice: Notice = action ? { text, action } : { text };
  notices.value = [...notices.value.filter((other) => other.text !== text), notice].slice(-3);
}

export function dismiss(notice: Notice): void {
  notices.value = notices.value.filter((other) => other !== notice);
}

/** Takes back what is no longer so. */
export function withdraw(text: string): void {
  notices.value = notices.value.filter((notice) => notice.text !== text);
}
