/** What a project says of its package manager. */

import { join } from 'node:path';
import type { ManagerSigns } from '../../init/choose-manager.ts';
import { withoutMark } from '../../init/package-json.ts';
import { listPackageLocks } from './package-locks.ts';
import { showPath } from './paths.ts';
import { largest, readTextIfPresent } from './regular-file.ts';

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
  const text = readTextIfPresent(file, largest.package);
  if (text === null || !text.includes('"packageManager"')) return null;
  try {
    const { packageManager } = JSON.parse(withoutMark(text));
    return typeof packageManager === 'string' ? packageManager : null;
  } catch {
    return null;
  }
}
