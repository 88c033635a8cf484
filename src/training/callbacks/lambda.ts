import type { Callback } from './callback.ts';

/** A callback of the hooks given: `lambda({ onEpochEnd: (epoch, logs) => … })`. */
export function lambda(hooks: Callback): Callback {
  return { ...hooks };
}
