/**
 * `npm run test:nodes`: the contract suite and the command's start on each Node that is supported, from the oldest to the newest.
 * Their binaries come from npm, as test/nodes/package-lock.json pins them, into .tmp/nodes: no dependency of the package.
 * With arguments: those tests only.
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, explain, installFolder, isInstalledAs, root } from './install.mjs';

const pinned = join(root, 'test', 'nodes');
const folder = join(root, '.tmp', 'nodes');

/**
 * Installs them where they are not yet. @returns `{name, path}` of each, oldest first; none on other platforms than Linux on x64.
 * @throws Error when npm cannot.
 */
export function ensureNodes() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [];
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(pinned, name), join(folder, name));
  if (!isInstalledAs(folder)) installFolder(folder, 'the versions of Node', '--no-bin-links');
  return listNodes();
}

/** Those that are here already, oldest first. */
export function listNodes() {
  const { dependencies } = JSON.parse(readFileSync(join(pinned, 'package.json'), 'utf8'));
  return Object.keys(dependencies)
    .map((name) => ({ name, path: join(folder, 'node_modules', name, 'bin', 'node') }))
    .filter(({ path }) => existsSync(path));
}

const onEach = ['test/scenarios/contract', 'test/cli/start.test.ts', 'test/adapters/prisma/engine'];

function testOn({ name, path }, tests) {
  console.log(`\n── ${name}`);
  const { status, error } = spawnSync(path, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...tests], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`\n✖ ${name} failed`);
}

function main(tests) {
  ensureInstalled();
  ensureBuilt();
  const nodes = ensureNodes();
  if (nodes.length === 0)
    return console.log(`There are no other versions of Node for ${process.platform}-${process.arch}.`);
  for (const node of nodes) testOn(node, tests.length > 0 ? tests : onEach);
  console.log(`\n✔ ${nodes.map(({ name }) => name).join(', ')}: all good`);
}

if (process.argv[1] === import.meta.filename) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    explain(error);
  }
}
