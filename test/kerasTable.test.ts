import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type KerasNames, kerasTable } from './kerasTable.ts';

const names: KerasNames = JSON.parse(
  readFileSync(new URL('../fixtures/keras/names.json', import.meta.url), 'utf8'),
);

// `npm run keras-table` writes it anew.
it('docs/keras.md says what the code has', async () => {
  await expect(kerasTable(names)).toMatchFileSnapshot('../docs/keras.md');
});
