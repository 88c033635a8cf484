import { defineConfig } from 'vitest/config';
import { publicSources } from './studio/packages.ts';

export default defineConfig({
  resolve: { alias: publicSources() },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          setupFiles: ['test/seed.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/studio/**'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          // A browser is several processes: one at a time, so that what is timed in it is its own.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'studio',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          include: ['test/studio/**/*.test.ts'],
          globalSetup: ['test/studio/build.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
