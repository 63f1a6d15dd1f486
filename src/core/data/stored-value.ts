/** What a column makes of the values that are put into it, and whether a query over them sees what the table would show. */

import type { Affinity } from '../schema/affinity.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import type { KnownRows } from './table-rows.ts';

/**
 * As the column's affinity has it (SQLite's "Datatypes", section 3); a CAST would make a number of every text.
 * @param value short SQL, since it is repeated
 */
export function storeValue(value: string, affinity: Affinity): string {
  const isNumber = `typeof(${value}) = 'text' AND ${value} = CAST(${value} AS NUMERIC)`;
  switch (affinity) {
    case 'none':
      return value;
    case 'text':
      return `CASE WHEN typeof(${value}) IN ('integer', 'real') THEN CAST(${value} AS TEXT) ELSE ${value} END`;
    case 'real':
      return `CASE WHEN typeof(${value}) = 'integer' OR ${isNumber} THEN CAST(${value} AS REAL) ELSE ${value} END`;
    case 'numeric':
      return `CASE WHEN ${isNumber} THEN CAST(${value} AS NUMERIC) WHEN typeof(${value}) = 'real' AND ${value} = CAST(${value} AS INTEGER) THEN CAST(${value} AS INTEGER) ELSE ${value} END`;
  }
}

/**
 * Whether SQL over the rows says of them what it would say of the table. A value that a query computes has no affinity and
 * no collation, which comparisons go by (SQLite's "Datatypes", sections 4 and 7).
 */
export function seesAsStored({ columns, numbered, vague }: KnownRows, sql: string): boolean {
  const tokens = tokenize(sql);
  const names = new Set(tokens.filter(isNameToken).map((token) => foldName(unquoteIdentifier(token.text))));
  if (vague || (numbered !== null && names.has(foldName(numbered)))) return false;
  return !columns.some(({ name, compares }) => !compares && names.has(foldName(name))) || !hasComparison(tokens);
}

function isNameToken({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted';
}

const operators = ['=', '==', '<>', '!=', '<', '<=', '>', '>='];
const words = ['IN', 'LIKE', 'GLOB', 'MATCH', 'REGEXP', 'BETWEEN', 'CASE', 'MIN', 'MAX', 'NULLIF', 'DISTINCT', 'GROUP'];
const more = ['ORDER', 'UNION', 'EXCEPT', 'INTERSECT', 'USING', 'NATURAL', 'INSTR', 'TYPEOF'];

function hasComparison(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    if (operators.some((operator) => isOperator(token, operator))) return true;
    if ([...words, ...more].some((word) => isKeyword(token, word))) return true;
    const next = tokens[isKeyword(tokens[index + 1], 'NOT') ? index + 2 : index + 1];
    return isKeyword(token, 'IS') && !isKeyword(next, 'NULL');
  });
}
