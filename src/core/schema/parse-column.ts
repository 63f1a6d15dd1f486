/** One column of a CREATE TABLE, taken apart. */

import { type Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { isReserved } from '../sql/reserved.ts';
import type { Token } from '../sql/tokenize.ts';
import { renderTokens, takeConflict, takeDeferral, takeExpression } from './clauses.ts';
import { type Constraint, takeColumnConstraint } from './constraint.ts';
import { normalizeDefault } from './default-value.ts';
import type { ColumnStructure } from './structure.ts';

/** A column and the constraints that are written with it. */
export interface ParsedColumn {
  readonly column: ColumnStructure;
  readonly constraints: readonly Constraint[];
}

type Clause =
  | { readonly type: 'constraint'; readonly constraint: Constraint }
  | { readonly type: 'deferral'; readonly deferral: 'deferred' | 'immediate' }
  | { readonly type: 'null' }
  | { readonly type: 'not-null'; readonly conflict: string | null }
  | { readonly type: 'default'; readonly value: string | null; readonly written: string }
  | { readonly type: 'collation'; readonly collation: string }
  | {
      readonly type: 'generated';
      readonly generated: NonNullable<ColumnStructure['generated']>;
      readonly written: string;
    };

/** The column that comes next; null for what cannot be understood. Of a clause that is written twice, the last one counts. */
export function takeColumn(cursor: Cursor, sql: string): ParsedColumn | null {
  const start = cursor.peek()?.start;
  const name = cursor.takeName();
  if (name === null) return null;
  const type = takeType(cursor);
  const clauses: Clause[] = [];
  while (!isOperator(cursor.peek(), ',') && !isOperator(cursor.peek(), ')')) {
    const clause = takeClause(cursor, name);
    if (clause === null) return null;
    clauses.push(clause);
  }
  const constraints = buildConstraints(clauses);
  if (constraints === null) return null;
  const definition = sql.slice(start, cursor.tokens[cursor.index - 1]?.end);
  return { column: buildColumn(name, type, clauses, definition), constraints };
}

interface DeclaredType {
  readonly canonical: string;
  readonly written: string | null;
}

/**
 * Any names up to the first constraint, and up to two numbers in parentheses. The words GENERATED ALWAYS may be names
 * as well: SQLite takes them off a type's end again (build.c, sqlite3AddColumn).
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
  if (token?.kind === 'word') return !isReserved(token.text);
  return token?.kind === 'quoted' || token?.kind === 'string';
}

function describeType(words: readonly Token[], size: readonly Token[]): DeclaredType {
  const name = words.map(({ text }) => foldName(unquoteIdentifier(text))).join(' ');
  const canonical = name + size.map(({ text }) => text).join('');
  return { canonical, written: words.length === 0 ? null : renderTokens([...words, ...size]) };
}

function takeClause(cursor: Cursor, column: string): Clause | null {
  const name = cursor.skipWords('CONSTRAINT') ? cursor.takeName() : null;
  const constraint = takeColumnConstraint(cursor, name, column);
  if (constraint !== null) return { type: 'constraint', constraint };
  if (cursor.skipWords('NOT', 'NULL')) return { type: 'not-null', conflict: takeConflict(cursor) };
  if (cursor.skipWords('NULL')) {
    takeConflict(cursor);
    return { type: 'null' };
  }
  if (cursor.skipWords('DEFAULT')) return takeDefault(cursor);
  if (cursor.skipWords('COLLATE')) {
    const collation = cursor.takeName();
    return collation === null ? null : { type: 'collation', collation };
  }
  const deferral = takeDeferral(cursor);
  if (deferral !== null) return { type: 'deferral', deferral };
  cursor.skipWords('GENERATED', 'ALWAYS');
  return cursor.skipWords('AS') ? takeGenerated(cursor) : null;
}

/** An expression in parentheses, or one literal or name, with its sign. */
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

/** A deferral belongs to the foreign key before it; null where there is none in this column. */
function buildConstraints(clauses: readonly Clause[]): readonly Constraint[] | null {
  const constraints: Constraint[] = [];
  for (const clause of clauses) {
    if (clause.type === 'constraint') constraints.push(clause.constraint);
    if (clause.type !== 'deferral') continue;
    const index = constraints.findLastIndex(({ type }) => type === 'foreign-key');
    const key = constraints[index];
    if (key?.type !== 'foreign-key') return null;
    constraints[index] = { ...key, deferral: clause.deferral };
  }
  return constraints;
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
