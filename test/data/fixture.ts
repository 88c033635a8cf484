import { readFileSync } from 'node:fs';

/** The contents of a JSON file that a script beside it wrote. */
export function fixture<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8')) as T;
}

export const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
