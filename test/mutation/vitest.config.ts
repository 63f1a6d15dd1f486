/** The unit tests that judge mutants: fast, in this process, without a server. */

import { defineConfig } from 'vitest/config';

/** Fewer of them are faster, where a module is tested by one folder: `MUTATION_TESTS=test/sql`. */
const tests = process.env.MUTATION_TESTS ?? 'test/{apply,plan,sql,tracker}';

export default defineConfig({
  test: {
    include: [`${tests}/**/*.test.ts`],
    testTimeout: 30_000,
    isolate: false,
  },
});
