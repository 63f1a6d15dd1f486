/** What a column makes of the values that are put into it, and whether a query over them sees what the table would show. */

import type { Affinity } from '../../schema/model/affinity.ts';
import { Cursor, isKeyword, isOperator } from '../../sql/cursor.ts';
import { foldName, sameName } from '../../sql/identifiers.ts';
import { type Token, tokenize } from '../../sql/tokenize.ts';
import { isNameToken, listNames, readName } from '../../sql/words.ts';
import { type Comparable, type KnownRows, sourceOfDefault } from './table-rows.ts';

/**
 * As the column's affinity has it (SQLite's "Datatypes", section 3); a CAST would make a number of every text.
 * @param value short SQL, since it is repeated
 */
export function storeValue(value: string, affinity: Affinity): string {
  if (sameName(value, 'NULL')) return 'NULL';
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

interface Collated {
  readonly collation: string | null;
}

/** Of a value as `storeValue` makes it. */
export function findComparable({ collation }: Collated, affinity: Affinity): Comparable {
  if (collation !== null) return 'nothing';
  if (affinity === 'none') return 'anything';
  return affinity === 'text' ? 'texts' : 'numbers';
}

/** What a column holds where nothing gives it a value; the type of a CAST is what comparisons go by. */
export function storeDefault(
  column: Collated & { readonly written: { readonly default: string | null } },
  affinity: Affinity,
): { readonly expression: string; readonly compares: Comparable } {
  const value = column.written.default ?? 'NULL';
  const source = sourceOfDefault(column.written.default);
  const isOfKind = source.type === 'literal' && (source.kind === 'text') === (affinity === 'text');
  // A CAST leaves 1.0 what it is, and a column of whole numbers does not.
  const isKept = affinity !== 'numeric' || /^[-+]?\d+$/.test(value);
  return affinity !== 'none' && isOfKind && isKept
    ? {
        expression: `CAST(${value} AS ${affinity})`,
        compares: column.collation === null ? 'anything' : 'nothing',
      }
    : { expression: storeValue(value, affinity), compares: findComparable(column, affinity) };
}

/** Whether SQL over the rows says of them what it would say of the table. */
export function seesAsStored({ columns, numbered, vague }: KnownRows, sql: string): boolean {
  const all = tokenize(sql);
  if (vague || (numbered !== null && listNames(all).has(foldName(numbered)))) return false;
  const tokens = withoutArguments(all);
  const names = listNames(tokens);
  const named = columns.filter(({ name }) => names.has(foldName(name)));
  if (named.every(({ compares }) => compares === 'anything') || !hasComparison(tokens)) return true;
  const [first] = named;
  if (!named.every(({ compares }) => compares === first?.compares)) return false;
  const folded = new Set(named.map(({ name }) => foldName(name)));
  if (first?.compares === 'numbers') return tokens.every((token) => isPlain(token, folded, 'number'));
  return first?.compares === 'texts' && tokens.every((token) => isPlain(token, folded, 'string'));
}

const notFunctions = [
  'IN',
  'AND',
  'OR',
  'NOT',
  'EXISTS',
  'MIN',
  'MAX',
  'NULLIF',
  'WHEN',
  'THEN',
  'ELSE',
  'WHERE',
  'AS',
];

/** What a function gets is compared with nothing, and what it returns has no affinity anywhere. */
function withoutArguments(tokens: readonly Token[]): readonly Token[] {
  const cursor = new Cursor(tokens);
  const left: Token[] = [];
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    const start = cursor.index;
    const isFunction = token.kind === 'word' && !notFunctions.some((word) => isKeyword(token, word));
    cursor.index += 1;
    left.push(token);
    if (!isFunction || !cursor.skipParentheses()) continue;
    const inside = tokens.slice(start + 2, cursor.index - 1);
    if (hasComparison(inside) || inside.some((each) => isKeyword(each, 'SELECT'))) cursor.index = start + 1;
  }
  return left;
}

const connectives = ['AND', 'OR', 'NOT', 'IN', 'IS', 'NULL', 'BETWEEN'];

/** Nothing but these columns, literals of their kind, and what connects them. */
function isPlain(token: Token, columns: ReadonlySet<string>, kind: 'number' | 'string'): boolean {
  if (token.kind === 'operator') return !['||', '->', '->>', '.'].includes(token.text);
  if (connectives.some((word) => isKeyword(token, word))) return true;
  if (isNameToken(token)) return columns.has(readName(token));
  return token.kind === kind;
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
