import { defineConfig } from 'vitest/config';

/** For `npm run test:cloud`: one story after the other, over a line that may be slow. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/cloud/*.cloud.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
