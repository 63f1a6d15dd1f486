/** The backup before the first write. Without it nothing is written. */

import { MigrateError } from '../errors.ts';
import type { BackupProgress, Database, SavedBackup } from '../ports.ts';
import type { Production } from '../production/production.ts';
import { command } from '../text/prose.ts';
import { endless } from '../text/sentence.ts';
import { backupFailed } from './failed.ts';

export interface BackupFile {
  /** Absolute. */
  readonly path: string;
  /** As shown to people. */
  readonly shown: string;
}

export interface MadeBackup extends SavedBackup {
  /** As shown to people. */
  readonly file: string;
}

export interface BackupInput {
  readonly database: Database;
  readonly production: Production;
  readonly file: BackupFile;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: BackupProgress) => void;
}

export type BackupEnd =
  /** null if there is nothing to copy yet. */
  | { readonly type: 'done'; readonly saved: SavedBackup | null }
  /** Nothing of it remains. */
  | { readonly type: 'failed'; readonly error: MigrateError };

export async function backUp({ database, production, file, signal, onProgress }: BackupInput): Promise<BackupEnd> {
  const { schema } = production;
  const trackerFingerprint = production.trackerExists ? production.trackerFingerprint : null;
  const { path } = file;
  try {
    const call = signal ? { signal } : {};
    const saved = await database.backUp({ path, schema, trackerFingerprint, onProgress, ...call });
    return signal?.aborted ? { type: 'failed', error: interrupted(saved) } : { type: 'done', saved };
  } catch (error) {
    if (signal?.aborted) return { type: 'failed', error: interrupted(null) };
    if (error instanceof MigrateError) return { type: 'failed', error: explain(error) };
    throw error;
  }
}

function interrupted(saved: SavedBackup | null): MigrateError {
  const state = saved === null ? 'nothing of the backup is left' : 'the backup is there';
  return new MigrateError(
    'INTERRUPTED',
    `Interrupted during the backup; nothing was written to production, and ${state}.`,
    command('apply'),
  );
}

const ownErrors: ReadonlySet<string> = new Set(['BACKUP_FAILED', 'PLAN_STALE', 'ENGINE_MISSING']);

/** The connection's own advice is not about the backup, so it is replaced. */
function explain(error: MigrateError): MigrateError {
  if (ownErrors.has(error.code)) return error;
  const { retryable } = error;
  const reason = endless(error.message);
  return backupFailed(reason, retryable ? command('apply') : error.steps, { cause: error, retryable });
}

/** Only the name: others can read the tracker's rows, and a path tells where customers' data is. */
export function findFileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
