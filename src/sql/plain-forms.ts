/** Recognises SQL that every parser of the language reads alike: Prisma's statements, and common statements that fill and change rows. */

import type { Classified } from './classify.ts';
import { foldName } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

const prismaWords = toSet(
  `create table if not exists unique index on asc desc primary key autoincrement null default constraint foreign
    references delete update cascade set restrict no action current_timestamp current_date current_time true false
    alter add column rename to drop insert into values select from as`,
);

/** More keywords, of statements that fill or change rows. Not ORDER: the engine takes it in places where a server does not. */
const rowWords = toSet('where and or not is in like between exists case when then else end with recursive union all');

/** SQLite's keywords that may be names as well (parse.y, `%fallback ID`, and other words that the grammar accepts as a name). */
const otherKeywords = toSet(
  `abort after always analyze attach before begin by cast conflict cross current database deferred detach do each
    end exclude exclusive explain fail filter first following full generated glob groups ignore immediate indexed
    initially inner instead last left like match materialized natural nulls of offset others outer over partition
    plan pragma preceding query raise range recursive regexp reindex release replace right row rows savepoint temp
    temporary ties trigger unbounded vacuum view virtual window with within without`,
);

const plainOperators = toSet('( ) , . ; + -');
const rowOperators = toSet('* / % || = == <> != < > <= >=');

/**
 * True if the statement has only names, literals and the words with which Prisma creates, drops and renames tables,
 * columns and indexes, or with which rows are commonly filled, changed and deleted.
 * @param kind of the same statement
 */
export function isPlainForm(sql: string, kind: Classified): boolean {
  switch (kind.type) {
    case 'create-table':
      return !kind.asSelect && tokenize(sql).every((token) => isPlainToken(token, none, none));
    case 'create-index':
    case 'add-column':
    case 'rename-table':
      return tokenize(sql).every((token) => isPlainToken(token, none, none));
    case 'drop':
      return kind.object === 'table' || kind.object === 'index';
    case 'insert':
    case 'update':
    case 'delete':
      return tokenize(sql).every((token) => isPlainToken(token, rowWords, rowOperators));
    default:
      return false;
  }
}

const none: ReadonlySet<string> = new Set();

function isPlainToken(
  { kind, text }: Token,
  moreWords: ReadonlySet<string>,
  moreOperators: ReadonlySet<string>,
): boolean {
  switch (kind) {
    case 'word': {
      const word = foldName(text);
      return prismaWords.has(word) || moreWords.has(word) || !(isReserved(word) || otherKeywords.has(word));
    }
    case 'operator':
      return plainOperators.has(text) || moreOperators.has(text);
    default:
      return kind !== 'variable' && kind !== 'illegal';
  }
}

function toSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}
