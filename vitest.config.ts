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
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'studio',
          include: ['test/studio/**/*.test.ts'],
          globalSetup: ['test/studio/build.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
