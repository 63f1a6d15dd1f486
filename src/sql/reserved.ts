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

/** Words that SQLite takes for a name too, but that begin or shape a statement where they usually stand. */
const shaping: ReadonlySet<string> = new Set(
  [
    'abort action after always analyze asc attach autoincrement before begin by cascade cast column conflict cross database',
    'deferred desc detach do each end exclude exclusive explain fail filter first following for full generated glob if',
    'ignore immediate initially inner instead key last left like match materialized natural no nulls of offset outer',
    'over partition pragma preceding range recursive regexp reindex release rename replace restrict right rollback row',
    'rows savepoint stored strict temp temporary trigger vacuum view virtual window with without',
  ]
    .join(' ')
    .split(' '),
);

/** True for any keyword of SQLite, reserved or not, and for a constant: for showing it, not for deciding anything. */
export function isKeyword(word: string): boolean {
  return isReserved(word) || shaping.has(foldName(word));
}

/** True if the bare word is a name in a place where only a name can be: constants are names there. */
export function isBareName(word: string): boolean {
  return !keywords.has(foldName(word));
}
