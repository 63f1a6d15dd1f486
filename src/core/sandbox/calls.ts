/** Which name in a statement is a function that is called: one before `(` may as well be a table, a type or an alias. */

import { parseCreateHead } from '../sql/create.ts';
import { Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import type { Token } from '../sql/tokenize.ts';

export interface Context {
  /** Where the name of what is created or altered ends. */
  readonly head: number;
  /** Where a table's list of columns ends; 0 without one. */
  readonly listEnd: number;
  readonly object: 'table' | 'virtual-table' | 'index' | 'view' | 'trigger' | 'column' | null;
  /** Names of common table expressions, folded. */
  readonly common: ReadonlySet<string>;
  /** How deep each token stands within parentheses. */
  readonly depths: readonly number[];
}

export function readContext(tokens: readonly Token[]): Context {
  const create = parseCreateHead(tokens);
  const alters = isKeyword(tokens[0], 'ALTER');
  let depth = 0;
  const depths = tokens.map((token) => {
    if (isOperator(token, ')')) depth -= 1;
    const own = depth;
    if (isOperator(token, '(')) depth += 1;
    return own;
  });
  const common = tokens.flatMap((token, index) =>
    isCommonTable(tokens, index) ? [foldName(unquoteIdentifier(token.text))] : [],
  );
  return {
    head: create?.restIndex ?? 0,
    listEnd: create === null ? 0 : findListEnd(tokens, create.restIndex),
    object: create?.object ?? (alters ? 'column' : null),
    common: new Set(common),
    depths,
  };
}

function findListEnd(tokens: readonly Token[], start: number): number {
  const cursor = new Cursor(tokens);
  cursor.index = start;
  return cursor.skipParentheses() ? cursor.index : 0;
}

/** `name [(columns)] AS [[NOT] MATERIALIZED] (`, which is nothing else anywhere in the grammar. */
function isCommonTable(tokens: readonly Token[], index: number): boolean {
  if (!isBareName(tokens[index]) || isKeyword(tokens[index - 1], 'WINDOW')) return false;
  const cursor = new Cursor(tokens);
  cursor.index = index + 1;
  cursor.skipParentheses();
  if (!cursor.skipWords('AS')) return false;
  cursor.skipWords('NOT');
  cursor.skipWords('MATERIALIZED');
  const first = tokens[cursor.index + 1];
  return isOperator(cursor.peek(), '(') && queryWords.some((word) => isKeyword(first, word));
}

const queryWords = ['SELECT', 'WITH', 'VALUES'] as const;

function isBareName(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'quoted';
}

/** Keywords behind which stands the name of a table, a type or an alias, with or without columns in parentheses. */
const beforeNames = ['TABLE', 'EXISTS', 'INTO', 'REFERENCES', 'VIEW', 'AS', 'TO', 'UPDATE'] as const;

/**
 * Whether the name there is called. Keywords count as names: who asks knows which names are meant.
 * @param context of the same tokens.
 */
export function isCall(tokens: readonly Token[], index: number, context: Context): boolean {
  if (!isOperator(tokens[index + 1], '(')) return false;
  // What is qualified by a schema is no function.
  const before = isOperator(tokens[index - 1], '.') ? index - 3 : index - 1;
  if (beforeNames.some((word) => isKeyword(tokens[before], word))) return false;
  if (index < context.head || isCommonTable(tokens, index)) return false;
  if (context.object === 'index' && isKeyword(tokens[before], 'ON') && before === context.head) return false;
  return !isType(tokens, index, context);
}

/** A column's type stands right behind its name, in a table's own list of columns or at the end of ALTER TABLE. */
function isType(tokens: readonly Token[], index: number, { object, head, listEnd, depths }: Context): boolean {
  const isColumn =
    (object === 'table' && head < index && index < listEnd && depths[index] === 1) ||
    (object === 'column' && depths[index] === 0);
  const before = tokens[index - 1];
  return isColumn && (isBareName(before) || before?.kind === 'string');
}
