/** Tells which names in a statement are function calls: a name before `(` may also be a table, a type or an alias. */

import { parseCreateHead } from '../sql/create.ts';
import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import type { Token } from '../sql/tokenize.ts';

/** What is known about the place of each token, found in one pass: a statement may be megabytes long. */
export interface Context {
  /** The index after the name of what is created or altered. */
  readonly head: number;
  readonly object: 'table' | 'virtual-table' | 'index' | 'view' | 'trigger' | 'column' | null;
  /** Names of common table expressions, folded. */
  readonly common: ReadonlySet<string>;
  /** The depth of each token within parentheses. */
  readonly depths: readonly number[];
  /** True for each token whose list is that of a FROM. */
  readonly inFrom: readonly boolean[];
  /** The index of the `)` of each `(`. */
  readonly closing: ReadonlyMap<number, number>;
}

const beginsOtherLists = ['SELECT', 'SET', 'VALUES', 'BY', 'WHERE', 'HAVING', 'RETURNING', 'ON'] as const;

export function readContext(tokens: readonly Token[]): Context {
  const create = parseCreateHead(tokens);
  const alters = isKeyword(tokens[0], 'ALTER');
  const depths: number[] = [];
  const inFrom: boolean[] = [];
  const closing = new Map<number, number>();
  const open: { readonly index: number; readonly wasFrom: boolean }[] = [];
  let isFrom = false;
  for (const [index, token] of tokens.entries()) {
    const begun = isOperator(token, ')') ? open.pop() : undefined;
    if (begun !== undefined) {
      closing.set(begun.index, index);
      isFrom = begun.wasFrom;
    } else if (isKeyword(token, 'FROM') || isKeyword(token, 'JOIN')) isFrom = true;
    else if (isFrom && beginsOtherLists.some((word) => isKeyword(token, word))) isFrom = false;
    depths.push(open.length);
    inFrom.push(isFrom);
    if (isOperator(token, '(')) open.push({ index, wasFrom: isFrom });
  }
  const placed = { depths, inFrom, closing };
  const common = tokens.flatMap((token, index) =>
    isCommonTable(tokens, index, closing) ? [foldName(unquoteIdentifier(token.text))] : [],
  );
  return {
    ...placed,
    head: create?.restIndex ?? 0,
    object: create?.object ?? (alters ? 'column' : null),
    common: new Set(common),
  };
}

const queryWords = ['SELECT', 'WITH', 'VALUES'] as const;

/** True for `name [(columns)] AS [[NOT] MATERIALIZED] (SELECT`, which has no other meaning anywhere in the grammar. */
function isCommonTable(tokens: readonly Token[], index: number, closing: Context['closing']): boolean {
  if (!isBareName(tokens[index]) || isKeyword(tokens[index - 1], 'WINDOW')) return false;
  let next = (closing.get(index + 1) ?? index) + 1;
  if (!isKeyword(tokens[next], 'AS')) return false;
  next += 1;
  if (isKeyword(tokens[next], 'NOT')) next += 1;
  if (isKeyword(tokens[next], 'MATERIALIZED')) next += 1;
  return isOperator(tokens[next], '(') && queryWords.some((word) => isKeyword(tokens[next + 1], word));
}

function isBareName(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'quoted';
}

/** Keywords before the name of a table, a type or an alias, with or without columns in parentheses. */
const beforeNames = ['TABLE', 'EXISTS', 'INTO', 'REFERENCES', 'VIEW', 'AS', 'TO', 'UPDATE'] as const;

/**
 * True if the name at this index is called. Keywords count as names: the caller knows the names that it looks for.
 * @param context of the same tokens
 */
export function isCall(tokens: readonly Token[], index: number, context: Context): boolean {
  if (!mayBeCall(tokens, index)) return false;
  const before = findBefore(tokens, index);
  if (index < context.head || isCommonTable(tokens, index, context.closing)) return false;
  if (context.object === 'index' && isKeyword(tokens[before], 'ON') && before === context.head) return false;
  return !isType(tokens, index, context);
}

/** False where what stands beside the name shows that it is not called; needs no context, which takes time. */
export function mayBeCall(tokens: readonly Token[], index: number): boolean {
  if (!isOperator(tokens[index + 1], '(')) return false;
  const before = tokens[findBefore(tokens, index)];
  return !beforeNames.some((word) => isKeyword(before, word));
}

/** What stands before a name. A name with a schema is no function. */
function findBefore(tokens: readonly Token[], index: number): number {
  return isOperator(tokens[index - 1], '.') ? index - 3 : index - 1;
}

/** True for a column's type: it comes directly after the column's name, in a table's list of columns or at the end of ALTER TABLE. */
function isType(tokens: readonly Token[], index: number, { object, head, closing, depths }: Context): boolean {
  const listEnd = closing.get(head) ?? 0;
  const isColumn =
    (object === 'table' && head < index && index < listEnd && depths[index] === 1) ||
    (object === 'column' && depths[index] === 0);
  const before = tokens[index - 1];
  return isColumn && (isBareName(before) || before?.kind === 'string');
}
