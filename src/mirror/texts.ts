/**
 * Texts in double quotes. SQLite takes a name in double quotes for a text if no column has that name; libSQL refuses
 * it. Prisma's own SQLite accepts such a file, so it is in histories, and in databases that were created there.
 */

import type { Schema, SchemaObject } from '../schema/model/objects.ts';
import { parseTableStructure } from '../schema/parse/create-table.ts';
import { hasKeyword } from '../sql/contents.ts';
import { parseCreateHead } from '../sql/create.ts';
import { Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, quoteText, sameName, unquoteIdentifier } from '../sql/identifiers.ts';
import { findNamePlaces } from '../sql/name-places.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { rowidNames } from '../sql/words.ts';

/**
 * A CREATE TABLE, CREATE INDEX or ALTER TABLE ADD COLUMN with single quotes around the texts in its expressions: only
 * the table's own columns can be used there, so it is certain which names are none.
 * @param readColumns returns the table's folded columns; called only if there is a name to look for
 * @returns the text unchanged if there is nothing to change
 */
export function straightenExpressions(sql: string, readColumns: () => ReadonlySet<string>): string {
  if (!sql.includes('"')) return sql;
  let columns: ReadonlySet<string> | null = null;
  const tokens = tokenize(sql);
  const isWithin = findExpressions(tokens);
  return replaceByTexts(sql, tokens, (token, index) => {
    if (!isWithin[index] || !isBareName(tokens, index)) return false;
    const name = foldName(unquoteIdentifier(token.text));
    columns ??= readColumns();
    return !columns.has(name) && !rowidNames.has(name);
  });
}

/** @returns for each token, true if it is in a CHECK, a generated column, or an index's list of expressions or condition */
function findExpressions(tokens: readonly Token[]): readonly boolean[] {
  const isWithin = tokens.map(() => false);
  const mark = (from: number, to: number) => isWithin.fill(true, from, to);
  const cursor = new Cursor(tokens);
  const head = parseCreateHead(tokens);
  if (head?.object === 'index') {
    cursor.index = head.restIndex;
    if (!cursor.skipWords('ON') || cursor.takeName() === null) return isWithin;
    const from = cursor.index;
    if (!cursor.skipParentheses()) return isWithin;
    // A single name in the list is always read as a column, whatever its quotes.
    let depth = 0;
    for (let index = from; index < cursor.index; index += 1) {
      if (isOperator(tokens[index], '(')) depth += 1;
      if (isOperator(tokens[index], ')')) depth -= 1;
      isWithin[index] = depth > 1 || !isListed(tokens, index);
    }
    if (cursor.skipWords('WHERE')) mark(cursor.index, tokens.length);
    return isWithin;
  }
  for (cursor.index = 0; cursor.index < tokens.length; ) {
    const isExpression = isKeyword(cursor.peek(), 'CHECK') || isKeyword(cursor.peek(), 'AS');
    cursor.index += 1;
    const from = cursor.index;
    if (isExpression && cursor.skipParentheses()) mark(from, cursor.index);
  }
  return isWithin;
}

/** True if the token is a whole entry of a list, apart from its collation and order. */
function isListed(tokens: readonly Token[], index: number): boolean {
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  const begins = isOperator(before, ',') || isOperator(before, '(');
  const ends = isOperator(after, ',') || isOperator(after, ')');
  return begins && (ends || ['COLLATE', 'ASC', 'DESC'].some((word) => isKeyword(after, word)));
}

/** True for a name in double quotes that is not part of a longer name, and no function, collation or type. */
export function isBareName(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token === undefined || token.kind !== 'quoted' || !token.text.startsWith('"')) return false;
  if (isOperator(before, '.') || isOperator(after, '.') || isOperator(after, '(')) return false;
  return !isKeyword(before, 'COLLATE') && !isKeyword(before, 'AS');
}

/**
 * Any statement with single quotes around this name wherever it is a whole name in double quotes; null if it is
 * nowhere. It may be a column in another place of the statement: that is not checked.
 */
export function straightenName(sql: string, name: string): string | null {
  if (!sql.includes('"')) return null;
  const tokens = tokenize(sql);
  const isPlace = findNamePlaces(tokens);
  const straight = replaceByTexts(
    sql,
    tokens,
    (token, index) => !isPlace[index] && isBareName(tokens, index) && sameName(unquoteIdentifier(token.text), name),
  );
  return straight === sql ? null : straight;
}

/** The text with single quotes around the tokens that are texts. */
export function replaceByTexts(
  sql: string,
  tokens: readonly Token[],
  isText: (token: Token, index: number) => boolean,
): string {
  let text = '';
  let from = 0;
  for (const [index, token] of tokens.entries()) {
    if (!isText(token, index)) continue;
    text += sql.slice(from, token.start) + quoteText(unquoteIdentifier(token.text));
    from = token.end;
  }
  return from === 0 ? sql : text + sql.slice(from);
}

/** A schema created where texts may be in double quotes, changed to what libSQL takes. */
export function straightenSchema(schema: Schema): Schema {
  const straight = new Map<SchemaObject, SchemaObject>();
  for (const object of schema.objects) {
    const sql = object.sql ?? '';
    // Without one of these words, a table has no expression.
    const mayHaveTexts = object.type === 'table' ? hasKeyword(sql, 'CHECK', 'AS') : object.type === 'index';
    if (!mayHaveTexts) continue;
    const written = straightenExpressions(sql, () => findColumns(schema, object));
    if (written !== sql) straight.set(object, { ...object, sql: written });
  }
  if (straight.size === 0) return schema;
  return { ...schema, objects: schema.objects.map((object) => straight.get(object) ?? object) };
}

function findColumns({ objects }: Schema, { table }: SchemaObject): ReadonlySet<string> {
  const owner = objects.find(({ type, name }) => type === 'table' && sameName(name, table));
  return readColumnNames(owner?.sql ?? '');
}

/** @returns the folded names of the columns in a CREATE TABLE; none if it cannot be parsed */
export function readColumnNames(createTableSql: string): ReadonlySet<string> {
  return new Set((parseTableStructure(createTableSql)?.columns ?? []).map(({ name }) => foldName(name)));
}
