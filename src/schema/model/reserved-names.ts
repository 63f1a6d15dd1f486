/** Names that SQLite keeps for itself, and new names for objects that have one. */

import { foldName } from '../../sql/identifiers.ts';
import { cutStatement, findFreeName, renameCreated } from '../fix/definition.ts';

const prefix = 'sqlite_';

/** True if SQLite refuses the name for a new object (build.c, sqlite3CheckObjectName). */
export function isRefusedName(name: string): boolean {
  return foldName(name).startsWith(prefix);
}

/**
 * The name without its reserved beginning, with a number after it if that name is taken.
 * @param taken folded names
 */
export function freeReservedName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  while (isRefusedName(free)) free = free.slice(prefix.length);
  return findFreeName(free === '' ? 'renamed' : free, taken);
}

/**
 * The CREATE of an object with a reserved name, changed to a name that SQLite takes.
 * @param taken folded names
 */
export function nameAnew(name: string, createSql: string, taken: ReadonlySet<string>): string {
  return renameCreated(cutStatement(createSql), freeReservedName(name, taken));
}

const automatic = `${prefix}autoindex_`;

/** The table of an index that SQLite created for a constraint (`sqlite_autoindex_Post_1`, build.c); null for any other name. */
export function findAutomaticOwner(index: string): string | null {
  const end = index.lastIndexOf('_');
  const number = index.slice(end + 1);
  const isNumber = number !== '' && [...number].every((digit) => digit >= '0' && digit <= '9');
  if (!foldName(index).startsWith(automatic) || end <= automatic.length || !isNumber) return null;
  return index.slice(automatic.length, end);
}
