/**
 * `npm run test:mutation`: breaks the modules that carry the promises, one place at a time, and looks whether a unit test turns
 * red. With arguments: these files only, as in `npm run test:mutation -- src/apply/guards.ts`. See docs/testing.md.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, explain, root } from './install.mjs';
import { ensureNodes } from './nodes.mjs';

/** The oldest that Stryker runs on. */
const needed = 22;

/** @returns the path of a Node that is new enough: this one, or one of those that the tests run on. @throws Error */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  const node = ensureNodes().find(({ name }) => Number(/\d+/.exec(name)?.[0]) >= needed);
  if (node !== undefined) return node.path;
  throw new Error(`Stryker needs Node ${needed} or newer, and this is ${process.version}: run this with another Node.`);
}

function main(files) {
  ensureInstalled();
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const own = files.length === 0 ? [] : ['--mutate', files.join(',')];
  const { status, error } = spawnSync(findNode(), [stryker, 'run', 'test/mutation/stryker.config.mjs', ...own], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  process.exit(status ?? 1);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  explain(error);
}
