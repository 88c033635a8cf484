import { effect, signal } from '@preact/signals';
import { keep, recall } from './storage.ts';

export type Theme = 'light' | 'dark';

const preferred = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const stored = recall('theme');

export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : preferred());
/** Large type, prose hidden, arrows step. */
export const lecture = signal(false);

/** Shows the preferences on the page, and keeps them. */
export function applyPreferences(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
  effect(() => {
    document.documentElement.dataset.lecture = String(lecture.value);
  });
}

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  keep('theme', theme.value);
}
