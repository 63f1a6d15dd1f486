/** Errors about a backup that could not be made. */

import { MigrateError } from '../errors.ts';
import { command, type Sayable, say } from '../text/prose.ts';

/** @param reason without a full stop. */
export function backupFailed(
  reason: string,
  next: Sayable,
  options: { readonly cause?: unknown; readonly retryable?: boolean; readonly without?: readonly string[] } = {},
): MigrateError {
  return new MigrateError(
    'BACKUP_FAILED',
    `No backup was made: ${reason}. Nothing was written to production.`,
    next,
    options,
  );
}

/**
 * For a database that cannot be backed up: the same command would fail again.
 * @param reason without a full stop
 */
export function backupImpossible(reason: string, cause?: unknown): MigrateError {
  const next = say`Without --backup: ${command('apply')}`;
  return backupFailed(reason, next, { cause, without: ['--backup'] });
}
