/** Names that a backup must not have: what another program would take for something else, or lose. */

import { basename, dirname, join } from 'node:path';
import { MigrateError } from '../../errors.ts';
import type { Target } from '../../target/target.ts';
import { readOwnKind, readRealPath } from './paths.ts';

/** Ours alone, and as short whatever the backup is called. */
export const stagedPrefix = 'migrate-prod-backup.partial-';

/** Endings of the files that SQLite and libSQL put beside a database (sqlite.org/tempfiles.html). */
const companions = ['-journal', '-wal', '-shm', '-info', '-client_wal_index'] as const;

export interface NamedBackup {
  /** Absolute. */
  readonly path: string;
  /** As shown to people. */
  readonly shown: string;
}

/**
 * @param typed the path as it was given.
 * @throws MigrateError USAGE
 */
export function refuseName(typed: string, { path, shown }: NamedBackup): void {
  const name = basename(path);
  if (typed === '-') refuse('A backup goes into a file, and - is not a file.');
  if (/^(?:file|libsql|https?|wss?):/i.test(typed)) {
    refuse(
      `${shown} is an address; a backup needs the path of a file.`,
      'Name the file without the part before the colon.',
    );
  }
  const companion = companions.find((ending) => name.toLowerCase().endsWith(ending));
  if (companion !== undefined) {
    const owner = name.slice(0, -companion.length);
    refuse(
      `SQLite would take ${shown} for a file of the database ${owner}, and a backup there would destroy that database.`,
    );
  }
  const stray = companions.find((ending) => readOwnKind(`${path}${ending}`) !== 'absent');
  if (stray !== undefined) {
    refuse(`${shown}${stray} exists already: SQLite would take it for a part of the backup, and change the backup.`);
  }
  if (/^\.env(?:$|\.)/i.test(name)) refuse(`${shown} is the name of a settings file, which programs read.`);
  if (name.startsWith(stagedPrefix)) refuse(`${shown} is named like an unfinished backup.`);
}

/**
 * The database itself may not be there yet, when nothing is in the way of its name.
 * @throws MigrateError USAGE
 */
export function refuseTarget(target: Target, { path, shown }: NamedBackup): void {
  if (target.type !== 'file') return;
  // Upper and lower case are alike in some file systems, and no backup needs a name that differs in that alone.
  if (spell(target.path) === spell(path)) refuse(`${shown} is the database that the backup would save.`);
}

function spell(path: string): string {
  return join(readRealPath(dirname(path)), basename(path)).toLowerCase();
}

function refuse(reason: string, next = 'Name another file.'): never {
  throw new MigrateError('USAGE', `${reason} Nothing was written.`, next);
}
