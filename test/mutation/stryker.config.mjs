/** Stryker's settings: it breaks the modules that carry the promises, and runs their unit tests. See docs/testing.md. */

import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', pool: 'forks', related: false },
  plugins: ['@stryker-mutator/vitest-runner', here('./ignored.mjs')],
  ignorers: ['prose', 'refused'],
  // What is run when the script names no module.
  mutate: [
    'src/plan/**/*.ts',
    'src/apply/**/*.ts',
    'src/tracker/**/*.ts',
    'src/sql/split.ts',
    'src/sql/scanner.ts',
    'src/sql/trigger.ts',
  ],
  ignorePatterns: ['*', '!src/**', '!test/**', 'test/scenarios', 'test/hostile', '!package.json'],
  // What a module makes when it is loaded is made once for all mutants; each of these would need a process of its own.
  ignoreStatic: false,
  concurrency: 1,
  timeoutMS: 10_000,
  tempDirName: '.tmp/mutation',
  incrementalFile: '.tmp/mutation-incremental.json',
  reporters: ['clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: true },
  jsonReporter: { fileName: '.tmp/mutation.json' },
  allowConsoleColors: false,
  checkers: [],
  allowEmpty: true,
};
