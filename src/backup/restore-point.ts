/** How to go back: the instant just before the first write, the backup, and the commands that restore them. */

import { findTursoName, isTurso, type Target } from '../target/target.ts';
import { quoteArgument, quotePath } from '../text/shell.ts';

export interface RestorePoint {
  /** UTC, to the second; by the server's clock, not after the first write. */
  readonly at: string;
  /** `machine` if the server's time is not valid. */
  readonly clock: 'server' | 'machine';
  /** Restores from the provider's own log, as a new database; null if no such command is known. */
  readonly command: string | null;
  /** The backup's path as shown to people; null without one. */
  readonly backup: string | null;
}

export interface ReadClock {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly clock: RestorePoint['clock'];
}

export function buildRestorePoint(target: Target, { now, clock }: ReadClock, backup: string | null): RestorePoint {
  const at = renderInstant(now);
  // Only Turso has this point-in-time restore (docs.turso.tech/features/point-in-time-recovery).
  const command = isTurso(target)
    ? `turso db create NEW_NAME --from-db ${quoteArgument(findTursoName(target) ?? 'NAME')} --timestamp ${at}`
    : null;
  return { at, clock, command, backup };
}

/**
 * UTC, rounded down to the second.
 * @param milliseconds since 1970
 */
export function renderInstant(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Sentences and commands, one a line; none if there is nothing to say. */
export function describeRestorePoint(
  target: Target,
  { at: time, clock, command, backup }: RestorePoint,
): readonly string[] {
  if (target.type === 'file') return [];
  const at = clock === 'server' ? time : `${time} by the clock of this machine, because the server's time is not valid`;
  if (command === null) return [`Restore point: ${at}${backup === null ? ', for a backup of your own' : ''}.`];
  const asked = findTursoName(target) === null ? ' (turso db list has the name)' : '';
  return [
    `Restore point: ${at}. To get back${asked}:`,
    `  ${command}`,
    '  (a new database with a URL of its own; how far back depends on your Turso plan)',
  ];
}

/** What the user should know while a backup can still be asked for; null if there is another way back. */
export function describeNoWayBack(target: Target): string | null {
  if (isTurso(target)) return null;
  const what = target.type === 'file' ? 'A local file' : 'This server';
  return `${what} has no point-in-time restore. To save a copy first: apply --backup <file>`;
}

/**
 * The command that restores a backup.
 * @param path as shown to people
 */
export function findRestoreCommand(target: Target, path: string): string {
  const file = quotePath(path);
  if (isTurso(target)) return `turso db create NEW_NAME --from-dump ${file}`;
  if (target.type === 'server') return `sqlite3 new.db < ${file}`;
  const own = quoteArgument(target.path);
  return `rm -f ${quoteArgument(`${target.path}-wal`)} ${quoteArgument(`${target.path}-shm`)} && cp ${file} ${own}`;
}
