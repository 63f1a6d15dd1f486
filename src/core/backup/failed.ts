/** How a backup that could not be made is told. */

import { MigrateError } from '../../errors.ts';

/** @param reason without a full stop. */
export function backupFailed(
  reason: string,
  next: string,
  options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
): MigrateError {
  return new MigrateError(
    'BACKUP_FAILED',
    `No backup was made: ${reason}. Nothing was written to production.`,
    next,
    options,
  );
}
