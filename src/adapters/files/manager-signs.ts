/** What a project says of its package manager. */

import { join } from 'node:path';
import type { ManagerSigns } from '../../init/choose-manager.ts';
import { findProperty, readPackageFile } from './package-file.ts';
import { listPackageLocks } from './package-locks.ts';
import { showPath } from './paths.ts';

/**
 * Of the nearest folder that says something.
 * @param folders absolute, nearest first
 */
export function readManagerSigns(folders: readonly string[], cwd: string): Pick<ManagerSigns, 'field' | 'locks'> {
  for (const folder of folders) {
    const field = readManagerField(join(folder, 'package.json'));
    const locks = listPackageLocks(folder).map(([name, manager]) => ({
      path: showPath(join(folder, name), cwd),
      manager,
    }));
    if (field !== null || locks.length > 0) return { field, locks };
  }
  return { field: null, locks: [] };
}

function readManagerField(file: string): string | null {
  const named = findProperty(readPackageFile(file, '"packageManager"'), 'packageManager');
  return typeof named === 'string' ? named : null;
}
