/** Tells from its tokens whether a statement may take long. Most cannot, and then they need no watcher that can end them, which costs time. */

import { beginsWith, hasKeyword } from '../sql/contents.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { parseCreateAs } from '../sql/row-statements.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { rowidNames } from '../sql/words.ts';
import { isCall, mayBeCall, readContext } from './calls.ts';

/** Words that loop, and words that compare with a pattern. */
const loops = new Set(['select', 'with', 'like', 'glob', 'regexp', 'match']);

/** Words before a parenthesis that are no calls. */
const keywords = new Set(
  'values check default key unique always in and or not conflict set on when then else case between is as where'.split(
    ' ',
  ),
);

/** Functions that are fast with any arguments, as seeds use them. */
const brief = new Set(
  `date time datetime julianday unixepoch strftime lower upper abs round coalesce ifnull nullif iif length
  substr typeof random hex json json_array json_object current_timestamp`.split(/\s+/),
);

/**
 * True if the statement may loop, or call something that takes long; also in doubt.
 * @param sql one statement, on a schema of which no statement `mayRunPrograms`: there it passes over a table once at
 * most, unless it `followsKeys`
 */
export function mayTakeLong(sql: string): boolean {
  const known = answers.get(sql);
  if (known !== undefined) return known;
  if (answers.size >= mostAnswers) answers.clear();
  const answer = findLong(sql);
  answers.set(sql, answer);
  return answer;
}

/** A plan is rehearsed twice, on an empty mirror and on one with rows: each of its statements is asked about again. */
const answers = new Map<string, boolean>();
const mostAnswers = 200_000;

function findLong(sql: string): boolean {
  const tokens = tokenize(sql);
  if (tokens.some((token) => token.kind === 'word' && loops.has(foldName(token.text)))) return true;
  // UPDATE … FROM joins; DELETE FROM does not.
  if (tokens.some((token, index) => isKeyword(token, 'FROM') && !isKeyword(tokens[index - 1], 'DELETE'))) return true;
  const mayBeLong = (token: Token, index: number) => mayBeCall(tokens, index) && !isBrief(tokens, index, token);
  if (!tokens.some(mayBeLong)) return false;
  const context = readContext(tokens);
  return tokens.some((token, index) => mayBeLong(token, index) && isCall(tokens, index, context));
}

function isBrief(tokens: readonly Token[], index: number, token: Token): boolean {
  // A parenthesis after another one, or after an operator, is no call.
  if (token.kind !== 'word' && token.kind !== 'quoted') return true;
  const name = foldName(unquoteIdentifier(token.text));
  if (token.kind === 'word' && keywords.has(name)) return true;
  if (name !== 'randomblob') return brief.has(name);
  const size = tokens[index + 2];
  return size?.kind === 'number' && size.text.length <= 4 && isOperator(tokens[index + 3], ')');
}

/** Words of a schema that runs code when rows are written. */
const programs = new Set(['trigger', 'view', 'check', 'generated', 'as', 'virtual']);

/** True if a schema with this statement may run code of its own when other statements run; also in doubt. */
export function mayRunPrograms(sql: string): boolean {
  // The text that loads rows may be long.
  if (!beginsWith(sql, 'CREATE') && !beginsWith(sql, 'ALTER')) return false;
  const tokens = tokenize(sql);
  // A table that is made of a query has plain columns, whatever the query names.
  if (parseCreateAs(sql) !== null) return false;
  return tokens.some(
    (token, index) =>
      token.kind === 'word' &&
      (programs.has(foldName(token.text)) || (isKeyword(token, 'DEFAULT') && isOperator(tokens[index + 1], '('))),
  );
}

/** Other than UPDATE and REPLACE, which may be anywhere in a statement. */
const changes = ['DELETE', 'DROP', 'ALTER'] as const;

/** The tables and columns that keys refer to, and perhaps more: names as `foldName` returns them. */
export interface ParentSelects {
  readonly tables: Set<string>;
  readonly columns: Set<string>;
}

/**
 * True if the statement may make the engine search every child of each row that it changes; also in doubt.
 * @param parents of all statements before, by `addParents`
 */
export function followsKeys(sql: string, { tables, columns }: ParentSelects): boolean {
  const tokens = tokenize(sql);
  const replaces = tokens.some((token) => isKeyword(token, 'REPLACE'));
  const updates = tokens.some((token) => isKeyword(token, 'UPDATE'));
  if (!replaces && !updates && !changes.some((word) => isKeyword(tokens[0], word))) return false;
  if (!tokens.some((token) => tables.has(nameOf(token)))) return false;
  return replaces || !isKeyword(tokens[0], 'UPDATE') || columns.has(anyColumn) || setsAny(tokens, columns);
}

/** An UPDATE searches children only if it changes the columns that they refer to (sqlite.org/foreignkeys.html). */
function setsAny(tokens: readonly Token[], columns: ReadonlySet<string>): boolean {
  const set = tokens.findIndex((token) => isKeyword(token, 'SET'));
  const where = tokens.findIndex((token) => isKeyword(token, 'WHERE'));
  const assigned = tokens.slice(set, where === -1 ? undefined : where).map(nameOf);
  return assigned.some((name) => columns.has(name) || rowidNames.has(name));
}

/** A key without columns refers to the primary key, whatever its columns are. */
const anyColumn = '*';

/** Adds what keys refer to when the statement has run. */
export function addParents({ tables, columns }: ParentSelects, sql: string): void {
  if (!hasKeyword(sql, 'REFERENCES', 'RENAME')) return;
  const tokens = tokenize(sql);
  // Keys that refer to a renamed table or column follow it (sqlite.org/lang_altertable.html).
  if (tokens.some((token) => isKeyword(token, 'RENAME'))) {
    for (const token of tokens) tables.add(nameOf(token));
    columns.add(anyColumn);
  }
  for (const [index, token] of tokens.entries()) {
    const table = tokens[index + 1];
    if (!isKeyword(token, 'REFERENCES') || table === undefined) continue;
    tables.add(nameOf(table));
    for (const name of readColumns(tokens, index + 2)) columns.add(name);
  }
}

function readColumns(tokens: readonly Token[], open: number): readonly string[] {
  if (!isOperator(tokens[open], '(')) return [anyColumn];
  const close = tokens.findIndex((token, index) => index > open && isOperator(token, ')'));
  return tokens.slice(open + 1, close).map(nameOf);
}

function nameOf({ text }: Token): string {
  return foldName(unquoteIdentifier(text));
}
