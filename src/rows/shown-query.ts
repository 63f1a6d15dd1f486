/** A question's query as people are shown it: what only repeats a table of production is its name. */

import { Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, quoteIdentifier } from '../sql/identifiers.ts';
import { tokenize } from '../sql/tokenize.ts';
import { isNameToken, readName } from '../sql/words.ts';

/** A table of production with the SELECT that reads the whole of it, as `rowsOfProduction` writes it. */
interface WholeTable {
  readonly name: string;
  readonly select: string;
}

/** The same rows, in fewer words. */
export function shortenQuery(query: string, tables: readonly WholeTable[]): string {
  return tables.filter(({ select }) => query.includes(select)).reduce(shortenTable, query);
}

function shortenTable(query: string, { name, select }: WholeTable): string {
  const quoted = quoteIdentifier(name);
  const repeated = `${quoted} AS (${select})`;
  const defined = countDefined(query, name);
  // Where the name stands for other rows anywhere, the table is to be told from them.
  const isFree = defined === query.split(repeated).length - 1;
  const table = isFree ? quoted : `main.${quoted}`;
  const shorter = (isFree ? [`${repeated}, `, `, ${repeated}`, `WITH ${repeated} `] : [])
    .reduce((text, part) => text.replaceAll(part, () => ''), query)
    .replaceAll(`FROM (${select})`, () => `FROM ${table}`);
  return isFree
    ? shorter
        .replaceAll(select, () => `SELECT * FROM ${table}`)
        .replaceAll(`FROM main.${quoted}`, () => `FROM ${quoted}`)
    : shorter;
}

/** How many common table expressions have that name. */
function countDefined(query: string, name: string): number {
  const tokens = tokenize(query);
  return tokens.filter((token, index) => {
    if (!isNameToken(token) || readName(token) !== foldName(name)) return false;
    const cursor = new Cursor(tokens);
    cursor.index = index + 1;
    cursor.skipParentheses();
    if (!cursor.skipWords('AS')) return false;
    if (isKeyword(cursor.peek(), 'NOT')) cursor.skipWords('NOT');
    cursor.skipWords('MATERIALIZED');
    return isOperator(cursor.peek(), '(');
  }).length;
}
