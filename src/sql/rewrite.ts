/** The changes that this program makes to a statement's text before it runs. */

import { findOutside } from './commas.ts';
import { parseCreateHead } from './create.ts';
import { isKeyword, isOperator, withoutFinalSemicolon } from './cursor.ts';
import { splitStatements } from './split.ts';
import { tokenize } from './tokenize.ts';

/** A CREATE statement with IF NOT EXISTS added if it has none, otherwise unchanged; any other text is unchanged. */
export function addIfNotExists(sql: string): string {
  const tokens = tokenize(sql);
  const head = parseCreateHead(tokens);
  const object = head === null || head.ifNotExists ? undefined : tokens[head.objectIndex];
  return object === undefined ? sql : `${sql.slice(0, object.end)} IF NOT EXISTS${sql.slice(object.end)}`;
}

/** An INSERT, UPDATE or DELETE without its RETURNING clause, so that it sends no rows; any other text is unchanged. */
export function dropReturning(sql: string): string {
  // This reserved word has no other meaning, and its clause is the last.
  const returning = tokenize(sql).find((token) => isKeyword(token, 'RETURNING'));
  return returning === undefined ? sql : sql.slice(0, returning.start).trimEnd();
}

/**
 * A query that returns only the number of rows of `select`, but still computes every row and column: a SELECT that
 * fails still fails. SQLite drops unused columns of a subquery, not of a materialized common table expression.
 */
export function countRows(select: string): string {
  // A comment at the end would swallow the parenthesis.
  const statements = splitStatements(select);
  const bare = statements.length === 1 && statements[0] !== undefined ? statements[0].sql : select;
  return `WITH migrate_prod_rows AS MATERIALIZED (${bare}) SELECT count(*) FROM migrate_prod_rows`;
}

/**
 * A `CREATE TABLE … AS SELECT`, changed so that it creates the table and computes no row.
 * @returns null for any other statement
 */
export function makeWithoutRows(sql: string): string | null {
  const tokens = withoutFinalSemicolon(tokenize(sql));
  const head = parseCreateHead(tokens);
  const [as, select] = head === null ? [] : tokens.slice(head.restIndex, head.restIndex + 2);
  if (head?.object !== 'table' || !isKeyword(as, 'AS') || select === undefined) return null;
  return `${sql.slice(0, select.start)}SELECT * FROM (${sql.slice(select.start, tokens.at(-1)?.end)}) WHERE 0 LIMIT 0`;
}

/** The definition of a generated column that is stored, as one that is computed when it is read; null for any other. */
export function makeVirtual(definition: string): string | null {
  const tokens = tokenize(definition);
  const stored = findOutside(tokens, 0, (token) => isKeyword(token, 'STORED'));
  const token = tokens[stored];
  // A generated column has its expression in parentheses right before the word.
  if (token === undefined || !isOperator(tokens[stored - 1], ')')) return null;
  return `${definition.slice(0, token.start)}VIRTUAL${definition.slice(token.end)}`;
}
