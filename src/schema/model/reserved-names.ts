/** Names that SQLite keeps for itself, and what else an object is called that has one. */

import { foldName } from '../../sql/identifiers.ts';
import { cutStatement, findFreeName, renameCreated } from '../fix/definition.ts';

const prefix = 'sqlite_';

/** Whether SQLite refuses to make something of that name (build.c, sqlite3CheckObjectName). */
export function isRefusedName(name: string): boolean {
  return foldName(name).startsWith(prefix);
}

/** The name without what is reserved of it, and a number behind it where that is taken. @param taken folded */
export function freeReservedName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  while (isRefusedName(free)) free = free.slice(prefix.length);
  return findFreeName(free === '' ? 'renamed' : free, taken);
}

/** The CREATE of an object whose name SQLite keeps for itself, under one that it takes. @param taken folded */
export function nameAnew(name: string, createSql: string, taken: ReadonlySet<string>): string {
  return renameCreated(cutStatement(createSql), freeReservedName(name, taken));
}

const automatic = `${prefix}autoindex_`;

/** Of the index that SQLite makes for a constraint (`sqlite_autoindex_Post_1`, build.c), the table; null for any other name. */
export function findAutomaticOwner(index: string): string | null {
  const end = index.lastIndexOf('_');
  const number = index.slice(end + 1);
  const isNumber = number !== '' && [...number].every((digit) => digit >= '0' && digit <= '9');
  if (!foldName(index).startsWith(automatic) || end <= automatic.length || !isNumber) return null;
  return index.slice(automatic.length, end);
}
