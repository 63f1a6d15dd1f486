/** Parses one column of a CREATE TABLE. */

import { type Cursor, isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../../sql/identifiers.ts';
import { isBareName } from '../../sql/reserved.ts';
import type { Token } from '../../sql/tokenize.ts';
import { normalizeDefault } from '../model/default-value.ts';
import type { ColumnStructure } from '../model/structure.ts';
import { renderTokens, takeConflict, takeDeferral, takeExpression } from './clauses.ts';
import { type Constraint, type Deferral, takeColumnConstraint } from './constraint.ts';

export interface ParsedColumn {
  readonly column: ColumnStructure;
  readonly constraints: readonly (Constraint | Deferral)[];
}

type Clause =
  | { readonly type: 'constraint'; readonly constraint: Constraint | Deferral }
  /** NULL, or a CONSTRAINT of which only the name is written. */
  | { readonly type: 'nothing' }
  | { readonly type: 'not-null'; readonly conflict: string | null }
  | { readonly type: 'default'; readonly value: string | null; readonly written: string }
  | { readonly type: 'collation'; readonly collation: string }
  | {
      readonly type: 'generated';
      readonly generated: NonNullable<ColumnStructure['generated']>;
      readonly written: string;
    };

/** Takes the next column; null if it cannot be parsed. If a clause is written twice, the last one counts. */
export function takeColumn(cursor: Cursor, sql: string): ParsedColumn | null {
  const start = cursor.peek()?.start;
  const name = cursor.takeName();
  if (name === null) return null;
  const type = takeType(cursor);
  const clauses: Clause[] = [];
  while (!isEnd(cursor)) {
    const clause = takeClause(cursor, name);
    if (clause === null) return null;
    clauses.push(clause);
  }
  const constraints = clauses.flatMap((clause) => (clause.type === 'constraint' ? clause.constraint : []));
  const definition = sql.slice(start, cursor.tokens[cursor.index - 1]?.end);
  return { column: buildColumn(name, type, clauses, definition), constraints };
}

/** True at the end of the column's definition. */
function isEnd(cursor: Cursor): boolean {
  return isOperator(cursor.peek(), ',') || isOperator(cursor.peek(), ')');
}

interface DeclaredType {
  readonly canonical: string;
  readonly written: string | null;
}

/**
 * Takes the names up to the first constraint, and up to two numbers in parentheses. GENERATED ALWAYS at the end is read
 * as part of the type and removed again, as SQLite does (build.c, sqlite3AddColumn).
 */
function takeType(cursor: Cursor): DeclaredType {
  const from = cursor.index;
  while (isTypeName(cursor.peek())) cursor.index += 1;
  if (isKeyword(cursor.tokens[cursor.index - 1], 'ALWAYS') && isKeyword(cursor.tokens[cursor.index - 2], 'GENERATED')) {
    const words = cursor.tokens.slice(from, Math.max(from, cursor.index - 2));
    if (cursor.index - from >= 2) return describeType(words, []);
  }
  const words = cursor.tokens.slice(from, cursor.index);
  if (words.length > 0) cursor.skipParentheses();
  return describeType(words, cursor.tokens.slice(from + words.length, cursor.index));
}

function isTypeName(token: Token | undefined): boolean {
  if (token?.kind === 'word') return isBareName(token.text);
  return token?.kind === 'quoted' || token?.kind === 'string';
}

/** If the type begins with a quoted name, SQLite takes only that name (measured). */
function describeType(words: readonly Token[], size: readonly Token[]): DeclaredType {
  const [first] = words;
  const written = first === undefined ? null : renderTokens([...words, ...size]);
  if (first !== undefined && first.kind !== 'word') {
    return { canonical: foldName(unquoteIdentifier(first.text)), written };
  }
  const name = words.map(({ text }) => foldName(unquoteIdentifier(text))).join(' ');
  return { canonical: name + size.map(({ text }) => text).join(''), written };
}

function takeClause(cursor: Cursor, column: string): Clause | null {
  let name: string | null = null;
  while (cursor.skipWords('CONSTRAINT')) {
    name = cursor.takeName();
    if (name === null) return null;
  }
  if (name !== null && isEnd(cursor)) return { type: 'nothing' };
  const constraint = takeColumnConstraint(cursor, name, column);
  if (constraint !== null) return { type: 'constraint', constraint };
  if (cursor.skipWords('NOT', 'NULL')) return { type: 'not-null', conflict: takeConflict(cursor) };
  if (cursor.skipWords('NULL')) {
    takeConflict(cursor);
    return { type: 'nothing' };
  }
  if (cursor.skipWords('DEFAULT')) return takeDefault(cursor);
  if (cursor.skipWords('COLLATE')) {
    const collation = cursor.takeName();
    return collation === null ? null : { type: 'collation', collation };
  }
  const deferral = takeDeferral(cursor);
  if (deferral !== null) return { type: 'constraint', constraint: { type: 'deferral', deferral } };
  cursor.skipWords('GENERATED', 'ALWAYS');
  return cursor.skipWords('AS') ? takeGenerated(cursor) : null;
}

/** Takes an expression in parentheses, or one literal or name with its sign. */
function takeDefault(cursor: Cursor): Clause | null {
  const from = cursor.index;
  if (!cursor.skipParentheses()) {
    if (!cursor.skipOperator('-')) cursor.skipOperator('+');
    if (cursor.peek() === undefined || cursor.peek()?.kind === 'operator') return null;
    cursor.index += 1;
  }
  const tokens = cursor.tokens.slice(from, cursor.index);
  return { type: 'default', value: normalizeDefault(tokens), written: renderTokens(tokens) };
}

function takeGenerated(cursor: Cursor): Clause | null {
  const expression = takeExpression(cursor);
  if (expression === null) return null;
  const storage = cursor.skipOneOf(['VIRTUAL', 'STORED']) === 'STORED' ? 'stored' : 'virtual';
  const written = `(${expression.written}) ${storage.toUpperCase()}`;
  return { type: 'generated', generated: { expression: expression.canonical, storage }, written };
}

function buildColumn(name: string, type: DeclaredType, clauses: readonly Clause[], sql: string): ColumnStructure {
  const notNull = clauses.findLast((clause) => clause.type === 'not-null');
  const value = clauses.findLast((clause) => clause.type === 'default');
  const collation = foldName(clauses.findLast((clause) => clause.type === 'collation')?.collation ?? 'binary');
  const generated = clauses.findLast((clause) => clause.type === 'generated');
  return {
    name,
    type: type.canonical,
    notNull: notNull !== undefined,
    notNullConflict: notNull?.conflict ?? null,
    default: value?.value ?? null,
    collation: collation === 'binary' ? null : collation,
    generated: generated?.generated ?? null,
    written: { type: type.written, default: value?.written ?? null, generated: generated?.written ?? null },
    sql,
  };
}
