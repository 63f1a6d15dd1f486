/** The command that installs a package in a project, for the package manager whose lock file is there. */

import { join } from 'node:path';
import { quotePath } from '../../text/shell.ts';
import { findGitRoot, isWithin, listAncestors, readKind, showPath } from './paths.ts';
import { largest, readTextIfPresent } from './regular-file.ts';

interface Commands {
  readonly install: string;
  readonly add: string;
}

const npm: Commands = { install: 'npm install', add: 'npm install --save-dev' };

const byName: ReadonlyMap<string, Commands> = new Map([
  ['npm', npm],
  ['pnpm', { install: 'pnpm install', add: 'pnpm add --save-dev' }],
  ['yarn', { install: 'yarn install', add: 'yarn add --dev' }],
  ['bun', { install: 'bun install', add: 'bun add --dev' }],
]);

const lockFiles: readonly (readonly [string, string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/**
 * @param root of the project, absolute
 * @param name of a package; where package.json has it, all that it has is installed
 * @param cwd absolute
 */
export function describeInstall(root: string, name: string, cwd: string): string {
  const { install, add } = findCommands(root);
  const line = isDeclared(root, name) ? install : `${add} ${name}`;
  return root === cwd ? line : `cd ${quotePath(showPath(root, cwd))} && ${line}`;
}

/** The nearest lock file, or `packageManager` of a package.json, up to the git root; npm where there is neither. */
function findCommands(root: string): Commands {
  const top = findGitRoot(root);
  for (const folder of listAncestors(root)) {
    if (top !== null && !isWithin(folder, top)) break;
    const own = /"packageManager"\s*:\s*"([a-z]+)@/.exec(readPackage(folder))?.[1];
    const locked = lockFiles.find(([file]) => readKind(join(folder, file)) === 'file')?.[1];
    const commands = byName.get(own ?? locked ?? '');
    if (commands !== undefined) return commands;
  }
  return npm;
}

function isDeclared(root: string, name: string): boolean {
  return readPackage(root).includes(`"${name}"`);
}

function readPackage(folder: string): string {
  return readTextIfPresent(join(folder, 'package.json'), largest.package) ?? '';
}
