/**
 * Texts in double quotes. SQLite takes a name in double quotes that no column has for a text; libSQL refuses it. Prisma's
 * own SQLite accepts such a file, so histories have them, and so do databases that were made there.
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
 * A CREATE TABLE, CREATE INDEX or ALTER TABLE ADD COLUMN with single quotes around what is a text in one of its expressions:
 * these see no columns but the table's own, so that it is certain which names are none.
 * @param readColumns those of the table, folded; asked for only where there is a name to look for.
 * @returns the text itself where there is nothing to change.
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

/** @returns for each token, whether it is in a CHECK, a generated column, or an index's list of expressions or condition. */
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
    // A lone name is looked for as a column, whatever its quotes.
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

/** Whether the token is all of an entry of a list, but for its collation and order. */
function isListed(tokens: readonly Token[], index: number): boolean {
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  const begins = isOperator(before, ',') || isOperator(before, '(');
  const ends = isOperator(after, ',') || isOperator(after, ')');
  return begins && (ends || ['COLLATE', 'ASC', 'DESC'].some((word) => isKeyword(after, word)));
}

/** Whether a name in double quotes stands for itself: not part of a longer one, and no function, collation or type. */
export function isBareName(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token === undefined || token.kind !== 'quoted' || !token.text.startsWith('"')) return false;
  if (isOperator(before, '.') || isOperator(after, '.') || isOperator(after, '(')) return false;
  return !isKeyword(before, 'COLLATE') && !isKeyword(before, 'AS');
}

/**
 * Any statement with single quotes around this name wherever it stands in double quotes for itself; null where it nowhere does.
 * Whether it is a column in another place of the statement this does not know.
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

/** The text with the tokens that are texts in single quotes. */
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

/** A schema that was made where texts may stand in double quotes, as libSQL would have it written. */
export function straightenSchema(schema: Schema): Schema {
  const straight = new Map<SchemaObject, SchemaObject>();
  for (const object of schema.objects) {
    const sql = object.sql ?? '';
    // A table has no expression without one of these words.
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

/** @returns the folded names of the columns that a CREATE TABLE makes; none where it cannot be taken apart. */
export function readColumnNames(createTableSql: string): ReadonlySet<string> {
  return new Set((parseTableStructure(createTableSql)?.columns ?? []).map(({ name }) => foldName(name)));
}
