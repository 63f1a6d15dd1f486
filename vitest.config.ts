import { configDefaults, defineConfig } from 'vitest/config';
import { CasePlaces } from './test/support/case-places.ts';
import { ProcessesFirst } from './test/support/sequencer.ts';

/** `npm run test:slow` runs what takes long, the fuzz tests with more runs, and all cases of the `*.sampled` ones; `npm test` all the rest. */
const slow = process.env.TESTS === 'slow';
const slowTests = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    // Those of the command line, if it names some.
    reporters: ['default', new CasePlaces()],
    include: slow
      ? [slowTests, 'test/**/fuzz/*.test.ts', 'test/**/*-random.test.ts', 'test/**/*.sampled.test.ts']
      : ['test/**/*.test.ts'],
    exclude: slow ? configDefaults.exclude : [...configDefaults.exclude, slowTests],
    // The embedded engine is a native module and the tests start servers: processes, not threads.
    pool: 'forks',
    // Loading the program anew for every file would take a third of the time. Every file still runs when it is alone.
    isolate: slow,
    // Of two cores: many of them wait for a server or a process.
    maxWorkers: 3,
    sequence: { sequencer: ProcessesFirst },
    // Those that are concurrent wait for most of their time.
    maxConcurrency: 8,
    testTimeout: slow ? 300_000 : 30_000,
    hookTimeout: slow ? 60_000 : 30_000,
    globalSetup: ['test/support/build-once.mjs'],
  },
});
