/** The forms of SQL that Prisma's migrations are made of: every parser of SQLite's language takes them alike. */

import type { Classified } from './classify.ts';
import { foldName } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

/** Keywords of these forms. */
const plainWords = toSet(
  `create table if not exists unique index on asc desc primary key autoincrement null default constraint foreign
    references delete update cascade set restrict no action current_timestamp current_date current_time true false
    alter add column rename to drop insert into values select from as`,
);

/** SQLite's keywords that may be names as well (parse.y, `%fallback ID`, and what the grammar takes for a name). */
const otherKeywords = toSet(
  `abort after always analyze attach before begin by cast conflict cross current database deferred detach do each
    end exclude exclusive explain fail filter first following full generated glob groups ignore immediate indexed
    initially inner instead last left like match materialized natural nulls of offset others outer over partition
    plan pragma preceding query raise range recursive regexp reindex release replace right row rows savepoint temp
    temporary ties trigger unbounded vacuum view virtual window with within without`,
);

const plainOperators: ReadonlySet<string> = new Set(['(', ')', ',', '.', ';', '+', '-']);

/**
 * Whether the statement is nothing but names, literals and the keywords with which Prisma makes tables, columns and indexes, drops
 * and renames them, and fills a table.
 * @param kind of the same statement
 */
export function isPlainForm(sql: string, kind: Classified): boolean {
  return isPlainKind(kind) && tokenize(sql).every(isPlainToken);
}

function isPlainKind(kind: Classified): boolean {
  switch (kind.type) {
    case 'create-table':
      return !kind.asSelect;
    case 'create-index':
    case 'add-column':
    case 'rename-table':
    case 'insert':
      return true;
    case 'drop':
      return kind.object === 'table' || kind.object === 'index';
    default:
      return false;
  }
}

function isPlainToken({ kind, text }: Token): boolean {
  switch (kind) {
    case 'word': {
      const word = foldName(text);
      return plainWords.has(word) || !(isReserved(word) || otherKeywords.has(word));
    }
    case 'operator':
      return plainOperators.has(text);
    default:
      return kind !== 'variable' && kind !== 'illegal';
  }
}

function toSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
