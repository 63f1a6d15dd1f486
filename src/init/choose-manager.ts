/** Which package manager a project uses. */

import { findManager, type PackageManager } from './package-manager.ts';

/** What says which one it is. */
export interface ManagerSigns {
  /** `--package-manager`. */
  readonly asked: PackageManager | null;
  /** The field `packageManager` of the nearest package.json that has it. */
  readonly field: string | null;
  /** The lock files of the nearest folder that has some, as shown to people. */
  readonly locks: readonly LockFile[];
  /** Who started this process. */
  readonly started: PackageManager | null;
}

export interface LockFile {
  readonly path: string;
  readonly manager: string;
}

export interface ChosenManager {
  readonly manager: PackageManager;
  /** As shown to people. */
  readonly why: string;
}

/** @returns null where lock files of two say different things, or those of one that is not known here */
export function chooseManager({ asked, field, locks, started }: ManagerSigns): ChosenManager | null {
  if (asked !== null) return { manager: asked, why: '--package-manager' };
  const named = findManager(field?.split('@')[0]);
  if (named !== null) return { manager: named, why: '"packageManager"' };
  const managers = new Set(locks.map(({ manager }) => manager));
  if (managers.size > 1) return null;
  const [lock] = locks;
  if (lock === undefined) {
    return started === null
      ? { manager: 'npm', why: 'no lock file' }
      : { manager: started, why: `started by ${started}` };
  }
  const locked = findManager(lock.manager);
  return locked === null ? null : { manager: locked, why: lock.path };
}
