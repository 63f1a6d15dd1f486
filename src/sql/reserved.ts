/** SQLite's reserved words: those that are a name only in quotes. */

import { foldName } from './identifiers.ts';

/** SQLite's keywords (mkkeywordhash.c) without those that may also be a name (parse.y, `%fallback ID` and `idj`). */
const keywords: ReadonlySet<string> = new Set(
  [
    'add all alter and as autoincrement between case check collate commit constraint create default deferrable delete',
    'distinct drop else escape except exists foreign from group having in index insert intersect into is isnull join',
    'limit not nothing notnull null on or order primary references returning select set table then to transaction union',
    'unique update using values when where',
  ]
    .join(' ')
    .split(' '),
);

/** These may be names, but a bare one means its value unless a column has that name. */
const constants: ReadonlySet<string> = new Set('true false current_date current_time current_timestamp'.split(' '));

/** True for a reserved word or a constant, in any case. */
export function isReserved(word: string): boolean {
  const folded = foldName(word);
  return keywords.has(folded) || constants.has(folded);
}

/** True if the bare word is a name in a place where only a name can be: constants are names there. */
export function isBareName(word: string): boolean {
  return !keywords.has(foldName(word));
}
