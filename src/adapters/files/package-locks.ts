/** The lock files by which a package manager is known. On every start: keep it small. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LOCKS } from 'package-manager-detector/constants';

/** @returns names of files, and of package managers: also of those that are not known here */
export function listPackageLocks(folder: string): readonly (readonly [name: string, manager: string])[] {
  return Object.entries(LOCKS).filter(([name]) => existsSync(join(folder, name)));
}
