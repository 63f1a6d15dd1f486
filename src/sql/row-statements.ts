/** Parses INSERT, UPDATE and DELETE as far as their effect on rows can be told. */

import { findOutside, splitAtCommas } from './commas.ts';
import { parseCreateHead } from './create.ts';
import { Cursor, isKeyword, isOperator, withoutFinalSemicolon } from './cursor.ts';
import { sameName, unquoteIdentifier } from './identifiers.ts';
import { parsePlainSelect } from './plain-select.ts';
import { type Token, tokenize } from './tokenize.ts';

export interface InsertParts {
  readonly table: string;
  /** As they are written; null if it names none. */
  readonly columns: readonly string[] | null;
  /** What it does with a row that breaks a constraint. */
  readonly conflict: 'abort' | 'ignore' | 'replace' | 'other';
  /** The SELECT or VALUES; null for DEFAULT VALUES. */
  readonly source: string | null;
}

export interface UpdateParts {
  readonly table: string;
  readonly assignments: readonly { readonly column: string; readonly expression: string }[];
  /** null if it changes every row. */
  readonly where: string | null;
}

export interface DeleteParts {
  readonly table: string;
  readonly where: string | null;
}

const upsertOrReturning = (token: Token) => isKeyword(token, 'RETURNING') || isKeyword(token, 'ON');

/** @returns null if it is no plain INSERT or REPLACE */
export function parseInsert(sql: string): InsertParts | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const cursor = new Cursor(tokens);
  const replaces = cursor.skipWords('REPLACE');
  if (!replaces && !cursor.skipWords('INSERT')) return null;
  const action = !replaces && cursor.skipWords('OR') ? takeWord(cursor) : null;
  if (!cursor.skipWords('INTO')) return null;
  const target = cursor.takeQualifiedName();
  if (target === null || (target.schema !== null && target.schema.toLowerCase() !== 'main')) return null;
  if (cursor.skipWords('AS')) cursor.takeName();
  const columns = isOperator(cursor.peek(), '(') ? takeNames(cursor) : null;
  const conflict = findConflict(replaces ? 'replace' : action);
  if (cursor.skipWords('DEFAULT', 'VALUES')) return { table: target.name, columns, conflict, source: null };
  const start = cursor.index;
  const end = findUpsertOrReturning(tokens, start);
  const isUpsert = end >= 0 && isKeyword(tokens[end], 'ON');
  return {
    table: target.name,
    columns,
    conflict: isUpsert ? 'other' : conflict,
    source: sliceText(sql, tokens.slice(start, end < 0 ? tokens.length : end)),
  };
}

function findConflict(action: string | null): InsertParts['conflict'] {
  if (action === null || action === 'abort' || action === 'fail') return 'abort';
  return action === 'ignore' || action === 'replace' ? action : 'other';
}

/** The index of `ON CONFLICT` or `RETURNING`; the ON of a join is followed by another word. */
function findUpsertOrReturning(tokens: readonly Token[], start: number): number {
  for (let index = start; ; index += 1) {
    index = findOutside(tokens, index, upsertOrReturning);
    if (index < 0) return -1;
    if (isKeyword(tokens[index], 'RETURNING') || isKeyword(tokens[index + 1], 'CONFLICT')) return index;
  }
}

/** The SELECT of a CREATE TABLE … AS; null for any other statement. */
export function parseCreateAs(sql: string): string | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const head = parseCreateHead(tokens);
  const isAs = head?.object === 'table' && isKeyword(tokens[head.restIndex], 'AS');
  return isAs ? sliceText(sql, tokens.slice(head.restIndex + 1)) : null;
}

/** @returns null if it does more than set columns of the rows that its WHERE finds */
export function parseUpdate(sql: string): UpdateParts | null {
  const parts = parseSet(sql);
  const where = parts === null ? undefined : takeWhere(sql, parts.tokens, parts.end);
  return parts === null || where === undefined ? null : { table: parts.table, assignments: parts.assignments, where };
}

/** What an UPDATE gives to columns one by one, whichever rows it finds; null where that cannot be told. */
export function parseAssignments(sql: string): UpdateParts['assignments'] | null {
  return parseSet(sql)?.assignments ?? null;
}

function parseSet(sql: string) {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('UPDATE')) return null;
  const target = cursor.takeQualifiedName();
  if (target === null || !cursor.skipWords('SET')) return null;
  const words = ['FROM', 'ORDER', 'LIMIT', 'RETURNING', 'WHERE'];
  const end = findOutside(tokens, cursor.index, (token) => words.some((word) => isKeyword(token, word)));
  const parts = splitAtCommas(tokens.slice(cursor.index, end < 0 ? tokens.length : end));
  const assignments = parts.map((part) => {
    const [name, equals, ...value] = part;
    if (name === undefined || !isOperator(equals, '=') || value.length === 0 || isOperator(name, '(')) return null;
    return { column: unquoteIdentifier(name.text), expression: sliceText(sql, value) };
  });
  const whole = assignments.filter((assignment) => assignment !== null);
  return whole.length === parts.length ? { table: target.name, assignments: whole, tokens, end } : null;
}

/** @returns null if it does more than delete the rows that its WHERE finds */
export function parseDelete(sql: string): DeleteParts | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const cursor = new Cursor(tokens);
  if (!cursor.skipWords('DELETE', 'FROM')) return null;
  const target = cursor.takeQualifiedName();
  if (target === null) return null;
  const where = takeWhere(sql, tokens, cursor.index < tokens.length ? cursor.index : -1);
  return where === undefined ? null : { table: target.name, where };
}

/** Takes the condition of a WHERE that begins there and ends the statement; null without one, undefined if something else follows. */
function takeWhere(sql: string, tokens: readonly Token[], start: number): string | null | undefined {
  if (start < 0) return null;
  if (!isKeyword(tokens[start], 'WHERE')) return undefined;
  const words = ['ORDER', 'LIMIT', 'RETURNING'];
  const more = findOutside(tokens, start + 1, (token) => words.some((word) => isKeyword(token, word)));
  return more >= 0 || start + 1 >= tokens.length ? undefined : sliceText(sql, tokens.slice(start + 1));
}

function takeWord(cursor: Cursor): string {
  const word = cursor.peek()?.text.toLowerCase() ?? '';
  cursor.index += 1;
  return word;
}

function takeNames(cursor: Cursor): readonly string[] | null {
  const start = cursor.index;
  if (!cursor.skipParentheses()) return null;
  const parts = splitAtCommas(cursor.tokens.slice(start + 1, cursor.index - 1));
  return parts.map(([token]) => unquoteIdentifier(token?.text ?? ''));
}

function sliceText(sql: string, tokens: readonly Token[]): string {
  const [first] = tokens;
  const last = tokens.at(-1);
  return first === undefined || last === undefined ? '' : sql.slice(first.start, last.end);
}

/**
 * True for `INSERT INTO to (a, b) SELECT a, coalesce(b, literal) AS b FROM from`, as Prisma writes it: every row, and
 * each value into the column of its own name. Such a copy can run again without changing anything; a value that is
 * computed, or goes to another column, could change twice.
 */
export function isPlainCopy(sql: string, to: string, from: string): boolean {
  const insert = parseInsert(sql);
  if (insert === null || !sameName(insert.table, to) || insert.conflict !== 'abort') return false;
  const select = insert.source === null ? null : parsePlainSelect(insert.source);
  if (insert.columns === null || select === null || !select.whole || !sameName(select.table, from)) return false;
  // OR and ORDER mean that some rows may not be copied.
  if (tokenize(sql).some((token) => isKeyword(token, 'OR') || isKeyword(token, 'ORDER'))) return false;
  return (
    select.items.length === insert.columns.length &&
    insert.columns.every((column, index) => {
      const item = select.items[index];
      return (item?.type === 'column' || item?.type === 'filled') && sameName(item.name, column);
    })
  );
}
