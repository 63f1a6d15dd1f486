/** The conditions of many DELETEs: which of them depend on one row only, and how to combine several. */

import { isKeyword, isOperator } from './cursor.ts';
import { foldName, unquoteIdentifier } from './identifiers.ts';
import { isReserved } from './reserved.ts';
import { type Token, tokenize } from './tokenize.ts';

/** `column = literal`, or `column IN (literal, …)`. */
export interface LiteralCondition {
  /** As it is written. */
  readonly column: string;
  readonly literals: readonly string[];
}

/** True if the condition depends only on the row itself, so that other deleted rows do not matter. */
export function isOfRowAlone(where: string | null): boolean {
  if (where === null) return true;
  const tokens = tokenize(where);
  return tokens.every(
    (token, index) =>
      !isKeyword(token, 'SELECT') &&
      // `IN t` reads a table.
      (!isKeyword(token, 'IN') || isOperator(tokens[index + 1], '(')),
  );
}

/** @returns null for any other condition */
export function parseLiteralCondition(where: string | null): LiteralCondition | null {
  const [name, operator, ...rest] = tokenize(where ?? '');
  if (name === undefined || (name.kind !== 'quoted' && (name.kind !== 'word' || isReserved(name.text)))) return null;
  if (isOperator(operator, '=') || isOperator(operator, '==')) {
    const [value, ...more] = rest;
    return value !== undefined && isLiteral(value) && more.length === 0
      ? { column: name.text, literals: [value.text] }
      : null;
  }
  const [open, close] = [rest[0], rest.at(-1)];
  if (!isKeyword(operator, 'IN') || !isOperator(open, '(') || !isOperator(close, ')')) return null;
  const list = rest.slice(1, -1);
  const isList =
    list.length % 2 === 1 &&
    list.every((token, index) => (index % 2 === 0 ? isLiteral(token) : isOperator(token, ',')));
  return isList ? { column: name.text, literals: list.filter(isLiteral).map(({ text }) => text) } : null;
}

function isLiteral({ kind }: Token): boolean {
  return kind === 'number' || kind === 'string' || kind === 'blob';
}

/** Longer conditions are split into several. */
const longestWhere = 150_000;

/**
 * Conditions that together find the rows that any of the given ones finds; null means every row. `x IN (a, b)` is `x =
 * a OR x = b` (SQLite's "SQL Language Expressions"), and shorter.
 */
export function uniteConditions(wheres: readonly (string | null)[]): readonly string[] {
  if (wheres.includes(null)) return ['1'];
  const lists = new Map<string, { readonly column: string; readonly literals: Set<string> }>();
  const others = new Set<string>();
  for (const where of wheres) {
    const literal = parseLiteralCondition(where);
    if (literal === null) {
      others.add(`(${where})`);
      continue;
    }
    const key = foldName(unquoteIdentifier(literal.column));
    const list = lists.get(key) ?? { column: literal.column, literals: new Set<string>() };
    for (const text of literal.literals) list.literals.add(text);
    lists.set(key, list);
  }
  const parts = [
    ...[...lists.values()].flatMap(({ column, literals }) =>
      cut([...literals]).map((texts) => `${column} IN (${texts.join(', ')})`),
    ),
    ...others,
  ];
  return cut(parts).map(joinBalanced);
}

function cut(texts: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    if (length + text.length > longestWhere) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(text);
    length += text.length + 4;
  }
  return groups;
}

/** SQLite takes expressions no deeper than 1,000. */
function joinBalanced(parts: readonly string[]): string {
  if (parts.length <= 2) return parts.join(' OR ');
  const middle = Math.ceil(parts.length / 2);
  return [parts.slice(0, middle), parts.slice(middle)].map((half) => `(${joinBalanced(half)})`).join(' OR ');
}
