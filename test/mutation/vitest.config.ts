/** The unit tests that judge mutants: fast, in this process, without a server. */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{apply,plan,sql,tracker}/**/*.test.ts'],
    testTimeout: 30_000,
    isolate: false,
  },
});
