import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { takesColour } from '../../../src/cli/terminal/colour.ts';

const shown = { isTTY: true };
const kept = { isTTY: false };

describe('colours', () => {
  it('are for an output that a terminal shows, each by itself', () => {
    expect(takesColour(shown, {})).toBe(true);
    expect(takesColour(kept, {})).toBe(false);
    expect(takesColour({}, {})).toBe(false);
    expect(takesColour(shown, { TERM: 'dumb' })).toBe(false);
  });

  it('are left out, or forced, where the environment says so', () => {
    expect(takesColour(shown, { NO_COLOR: '1' })).toBe(false);
    expect(takesColour(shown, { NO_COLOR: '' })).toBe(true);
    expect(takesColour(kept, { FORCE_COLOR: '1' })).toBe(true);
    expect(takesColour(shown, { FORCE_COLOR: '0' })).toBe(false);
    expect(takesColour(kept, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(true);
  });

  it('do not reach a pipe, unless they are forced', async () => {
    const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
    const { FORCE_COLOR: _, NO_COLOR: __, ...environment } = process.env;
    const run = async (more: NodeJS.ProcessEnv) => {
      const options = { env: { ...environment, ...more } };
      return (await promisify(execFile)(process.execPath, [main, 'explain', 'gate'], options)).stdout;
    };
    expect(await run({})).not.toContain('\x1b[');
    expect(await run({ FORCE_COLOR: '1' })).toContain('\x1b[1m');
  });
});
