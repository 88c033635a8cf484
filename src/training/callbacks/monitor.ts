import { ArgumentError } from '../../graph/errors.ts';
import type { Logs } from './callback.ts';

/** Whether what is watched should fall or rise; `auto` goes by its name. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** Names of what should rise; everything else should fall. */
const RISING = /acc|auc|precision|recall|f1|fbeta|r2_score|iou|true_(positives|negatives)|cosine_similarity/;

export function modeOf(mode: MonitorMode, monitor: string): 'min' | 'max' {
  if (mode !== 'auto') return mode;
  return RISING.test(monitor) ? 'max' : 'min';
}

/** Whether a value is better than the best so far, by more than `minDelta`; anything is better than NaN. */
export function isBetter(value: number, best: number, mode: 'min' | 'max', minDelta: number): boolean {
  if (Number.isNaN(best)) return true;
  return mode === 'min' ? value < best - minDelta : value > best + minDelta;
}

/** The log that is watched. @throws ArgumentError, listing the others, where there is none of the name */
export function monitored(what: string, monitor: string, logs: Logs): number {
  const value = logs[monitor];
  if (value !== undefined) return value;
  throw new ArgumentError({
    asked: `${what} by "${monitor}"`,
    expected: `one of the logs, ${Object.keys(logs).join(', ')}`,
    fix: 'Give fit validationData or a validationSplit to watch val_ logs.',
  });
}
