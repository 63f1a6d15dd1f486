/** The clauses that columns and tables share in a CREATE TABLE: keys, references, conflicts, expressions. */

import { type Cursor, isName, isOperator } from '../../sql/cursor.ts';
import { foldName } from '../../sql/identifiers.ts';
import { normalizeTokens } from '../../sql/normalize.ts';
import { isBareName } from '../../sql/reserved.ts';
import type { Token } from '../../sql/tokenize.ts';

export interface KeyColumn {
  /** As it is written. */
  readonly name: string;
  /** Lower case; null if none is given. */
  readonly collation: string | null;
  readonly order: 'ascending' | 'descending';
}

/** Text for comparing and text for showing. */
export interface Expression {
  readonly canonical: string;
  /** As it is written, on one line and without comments. */
  readonly written: string;
}

/** Takes the parentheses that come next and returns the tokens in them; null, without moving, if none come next. */
export function takeParentheses(cursor: Cursor): readonly Token[] | null {
  const from = cursor.index + 1;
  return cursor.skipParentheses() ? cursor.tokens.slice(from, cursor.index - 1) : null;
}

export function takeExpression(cursor: Cursor): Expression | null {
  const tokens = takeParentheses(cursor);
  return tokens === null ? null : describeExpression(tokens);
}

export function describeExpression(tokens: readonly Token[]): Expression {
  const bare = dropParentheses(tokens);
  return { canonical: normalizeTokens(bare), written: renderTokens(bare) };
}

export function dropParentheses(tokens: readonly Token[]): readonly Token[] {
  let bare = tokens;
  while (isOperator(bare[0], '(') && findClosing(bare) === bare.length - 1) bare = bare.slice(1, -1);
  return bare;
}

function findClosing(tokens: readonly Token[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (isOperator(token, '(')) depth += 1;
    else if (isOperator(token, ')')) depth -= 1;
    return depth === 0;
  });
}

/** The tokens as they are written, with one space where there is a space, a line end or a comment between two of them. */
export function renderTokens(tokens: readonly Token[]): string {
  return tokens
    .map((token, index) => {
      const previous = tokens[index - 1];
      return previous === undefined || previous.end === token.start ? token.text : ` ${token.text}`;
    })
    .join('');
}

/** Takes a name in a place where a bare reserved word is no name. */
function takeColumnName(cursor: Cursor): string | null {
  const token = cursor.peek();
  return isName(token) && (token?.kind !== 'word' || isBareName(token.text)) ? cursor.takeName() : null;
}

/**
 * Takes `(a, b)`; null for anything else. In files from before 2016, names may have an order and a collation, which
 * SQLite reads and ignores (parse.y, `eidlist`).
 */
export function takeNames(cursor: Cursor): readonly string[] | null {
  if (!cursor.skipOperator('(')) return null;
  const names: string[] = [];
  do {
    const name = takeColumnName(cursor);
    if (name === null) return null;
    if (cursor.skipWords('COLLATE')) cursor.takeName();
    takeOrder(cursor);
    names.push(name);
  } while (cursor.skipOperator(','));
  return cursor.skipOperator(')') ? names : null;
}

/** Takes `a COLLATE nocase DESC`; null for an expression. */
export function takeKeyColumn(cursor: Cursor): KeyColumn | null {
  const column = takeCollated(cursor);
  return column && { ...column, order: takeOrder(cursor) };
}

/** To SQLite a column in parentheses is no expression (build.c, sqlite3ExprSkipCollate); of several collations the outermost counts. */
function takeCollated(cursor: Cursor): Pick<KeyColumn, 'name' | 'collation'> | null {
  const isWrapped = cursor.skipOperator('(');
  const name = isWrapped ? null : takeColumnName(cursor);
  const inner = isWrapped ? takeCollated(cursor) : name === null ? null : { name, collation: null };
  if (inner === null || (isWrapped && !cursor.skipOperator(')'))) return null;
  let { collation } = inner;
  while (cursor.skipWords('COLLATE')) collation = foldName(cursor.takeName() ?? '');
  return { name: inner.name, collation };
}

export function takeOrder(cursor: Cursor): KeyColumn['order'] {
  return cursor.skipOneOf(['ASC', 'DESC']) === 'DESC' ? 'descending' : 'ascending';
}

const conflictActions = ['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE'] as const;

/** Takes `ON CONFLICT …`, in lower case; null for none and for ABORT, which is the default. */
export function takeConflict(cursor: Cursor): string | null {
  if (!cursor.skipWords('ON', 'CONFLICT')) return null;
  const action = cursor.skipOneOf(conflictActions);
  return action === null || action === 'ABORT' ? null : action.toLowerCase();
}

export interface References {
  /** As they are written. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

const foreignKeyActions: readonly (readonly string[])[] = [
  ['SET', 'NULL'],
  ['SET', 'DEFAULT'],
  ['CASCADE'],
  ['RESTRICT'],
  ['NO', 'ACTION'],
];

/** Takes the text after the word REFERENCES. MATCH and ON INSERT have no effect (SQLite, parse.y, `refarg`). */
export function takeReferences(cursor: Cursor): References | null {
  const table = cursor.takeName();
  const columns = isOperator(cursor.peek(), '(') ? takeNames(cursor) : [];
  if (table === null || columns === null) return null;
  const actions = { DELETE: 'no action', UPDATE: 'no action', INSERT: 'no action' };
  for (;;) {
    if (cursor.skipWords('MATCH')) {
      cursor.takeName();
    } else if (cursor.skipWords('ON')) {
      const event = cursor.skipOneOf(['DELETE', 'UPDATE', 'INSERT']);
      const action = foreignKeyActions.find((words) => cursor.skipWords(...words));
      if (event === null || action === undefined) return null;
      actions[event] = action.join(' ').toLowerCase();
    } else {
      return { table, columns, onDelete: actions.DELETE, onUpdate: actions.UPDATE };
    }
  }
}

/** Takes `DEFERRABLE INITIALLY DEFERRED` and similar clauses; null if none comes next. */
export function takeDeferral(cursor: Cursor): 'deferred' | 'immediate' | null {
  const negated = cursor.skipWords('NOT', 'DEFERRABLE');
  if (!negated && !cursor.skipWords('DEFERRABLE')) return null;
  const isDeferred = cursor.skipWords('INITIALLY', 'DEFERRED');
  if (!isDeferred) cursor.skipWords('INITIALLY', 'IMMEDIATE');
  return isDeferred && !negated ? 'deferred' : 'immediate';
}
