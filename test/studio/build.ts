import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the studio once, before its tests. */
export default async function setup(): Promise<void> {
  await build({ configFile: fileURLToPath(new URL('../../studio/vite.config.ts', import.meta.url)) });
}
