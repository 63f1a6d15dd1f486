/**
 * `npm test`: everything that must hold, step by step, stopping at the first that fails. With arguments: those tests only.
 * `npm run test:slow` (`--slow`): what takes long, and the fuzz tests with more runs than `npm test` has time for.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, explain, root } from './install.mjs';

/** Run by this very Node, not through a shell, so that arguments and exit codes arrive as they are. */
function runNode(script, args) {
  const { status, signal, error } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  // What a shell says of a process that a signal ended.
  return signal === null ? (status ?? 1) : 128;
}

const vitest = 'node_modules/vitest/vitest.mjs';
const isSlow = process.argv[2] === '--slow';
const testArguments = process.argv.slice(isSlow ? 3 : 2);
if (isSlow) {
  process.env.TESTS = 'slow';
  process.env.FUZZ_RUNS ??= '400';
  process.env.BACKUP_RUNS ??= '100';
  process.env.ADVICE_RUNS ??= '250';
}

const everything = [
  ['lint', 'node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']],
  ['import graph', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ['src']],
  ['types', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmit']],
  ['build', 'scripts/build.mjs', []],
  ['tests', vitest, ['run']],
  ['unused code', 'node_modules/knip/bin/knip.js', []],
  ['package', 'node_modules/publint/src/cli.js', ['--strict']],
];

const some = [[isSlow ? 'slow tests' : 'tests', vitest, ['run', ...testArguments]]];
const steps = isSlow || testArguments.length > 0 ? some : everything;

try {
  ensureInstalled();
} catch (error) {
  explain(error);
}

const begin = Date.now();
for (const [name, script, args] of steps) {
  console.log(`\n── ${name}`);
  const code = runNode(script, args);
  if (code !== 0) {
    console.error(`\n✖ ${name} failed (exit code ${code})`);
    process.exit(code);
  }
}
console.log(`\n✔ ${steps.map(([name]) => name).join(', ')}: all good, ${Math.round((Date.now() - begin) / 1000)} s`);
