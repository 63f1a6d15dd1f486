/**
 * `npm run test:mutation`: breaks the modules that carry the promises, one place at a time, and looks whether a unit test turns
 * red. With arguments: these files only, as in `npm run test:mutation -- src/apply/guards.ts`. See docs/testing.md.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled, explain, root } from './install.mjs';

/** The oldest that Stryker runs on, and the package that has its binary for this platform. */
const needed = 22;
const { platform, arch } = process;
const binary = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
const version = '22.23.5';

/** Outside of the package, so that every checkout has it from there. */
const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'migrate-prod', 'nodes', String(needed));

/** @returns the path of a Node that is new enough: this one, or one that is installed for it. @throws Error when npm cannot */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  const path = join(folder, 'node_modules', binary, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  process.stderr.write(`Installing Node ${version} beside the package (Stryker needs ${needed} or newer) …\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  // A shell finds npm on Windows too; the line is made of constants.
  const install = `npm install --ignore-scripts --no-audit --no-fund --loglevel=error ${binary}@${version}`;
  const { status, stderr } = spawnSync(install, { cwd: folder, shell: true, encoding: 'utf8' });
  if (status === 0 && existsSync(path)) return path;
  throw new Error(
    `Node ${version} could not be installed:\n${stderr.trim()}\nNext: run this with Node ${needed} or newer.`,
  );
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
