/** The command that installs a package in a project, by the package manager that the project uses. */

import { join } from 'node:path';
import { chooseManager } from '../../init/choose-manager.ts';
import { findManager, type PackageManager } from '../../init/package-manager.ts';
import { quotePath } from '../../text/shell.ts';
import { readManagerSigns } from './manager-signs.ts';
import { findGitRoot, isWithin, listAncestors, showPath } from './paths.ts';
import { largest, readTextIfPresent } from './regular-file.ts';

const adds: Readonly<Record<PackageManager, string>> = {
  npm: 'npm install --save-dev',
  pnpm: 'pnpm add --save-dev',
  yarn: 'yarn add --dev',
  bun: 'bun add --dev',
};

/**
 * @param root of the project, absolute
 * @param name of a package; where package.json has it, all that it has is installed
 * @param cwd absolute
 * @param version of a package that is to be added; any where it is absent
 */
export function describeInstall(root: string, name: string, cwd: string, version?: number): string {
  const manager = findProjectManager(root, cwd);
  const added = version === undefined ? name : `${name}@${version}`;
  const line = isDeclared(root, name) ? `${manager} install` : `${adds[manager]} ${added}`;
  return root === cwd ? line : `cd ${quotePath(showPath(root, cwd))} && ${line}`;
}

/** Up to the git root. Where lock files contradict each other, the first one; npm where there is none. */
function findProjectManager(root: string, cwd: string): PackageManager {
  const top = findGitRoot(root);
  const folders = listAncestors(root).filter((folder) => top === null || isWithin(folder, top));
  const signs = readManagerSigns(folders, cwd);
  const chosen = chooseManager({ asked: null, started: null, ...signs });
  return chosen?.manager ?? findManager(signs.locks[0]?.manager) ?? 'npm';
}

function isDeclared(root: string, name: string): boolean {
  return readTextIfPresent(join(root, 'package.json'), largest.package)?.includes(`"${name}"`) ?? false;
}
