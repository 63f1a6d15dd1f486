/** Finding in a statement's text what must not be named: a call of a denied function, or the use of a denied virtual table. */

import { parseCreateHead } from '../sql/create.ts';
import { Cursor, isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { deniedFunctions, deniedTables } from './lists.ts';
import { everyMention, mentionsDenied } from './mentions.ts';

/** Something that a statement reaches outside of its database. */
export interface Reach {
  /** Where its name stands in the text. */
  readonly start: number;
  readonly end: number;
  /** As it is written, unquoted. */
  readonly name: string;
  readonly type: 'function' | 'table';
  /** What it does, as a predicate: `reads files`. */
  readonly does: string;
}

/**
 * What the statement calls, and what it may use as a table, by its tokens. A name before `(` is no call where the grammar
 * has another name there: a table with its columns, a common table expression, a type, an alias.
 * @returns nothing for a statement that only has columns, tables of its own or texts of these names.
 */
export function findReaches(sql: string): readonly Reach[] {
  if (!mentionsDenied(sql)) return [];
  const tokens = tokenize(sql);
  const context = readContext(tokens);
  return tokens.flatMap((token, index): readonly Reach[] => {
    if (token.kind !== 'word' && token.kind !== 'quoted' && token.kind !== 'string') return [];
    const { start, end } = token;
    const name = unquoteIdentifier(token.text);
    const folded = foldName(name);
    const calls = token.kind === 'string' ? undefined : deniedFunctions.get(folded);
    if (calls !== undefined && isCall(tokens, index, context))
      return [{ name, type: 'function', does: calls, start, end }];
    const reads = deniedTables.get(folded);
    if (reads !== undefined && isTable(tokens, index, context))
      return [{ name, type: 'table', does: reads, start, end }];
    return [];
  });
}

interface Context {
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

function readContext(tokens: readonly Token[]): Context {
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

function isCall(tokens: readonly Token[], index: number, context: Context): boolean {
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

/** Keywords behind which stands a table. */
const beforeTables = [
  'FROM',
  'JOIN',
  'INTO',
  'UPDATE',
  'IN',
  'ABORT',
  'FAIL',
  'IGNORE',
  'REPLACE',
  'ROLLBACK',
] as const;

/** A table of that name counts as well: whoever knows the schema tells the two apart. */
function isTable(tokens: readonly Token[], index: number, context: Context): boolean {
  const { head, object, common } = context;
  const name = tokens[index];
  if (name === undefined || common.has(foldName(unquoteIdentifier(name.text)))) return false;
  if (object === 'virtual-table' && isKeyword(tokens[index - 1], 'USING')) return true;
  if (index < head) return false;
  if (isCall(tokens, index, context)) return true;
  let before = isOperator(tokens[index - 1], '.') ? index - 3 : index - 1;
  while (isOperator(tokens[before], '(')) before -= 1;
  if (beforeTables.some((word) => isKeyword(tokens[before], word))) return true;
  return isOperator(tokens[before], ',') && isInFrom(tokens, before);
}

const listsOthers = ['SELECT', 'SET', 'VALUES', 'BY', 'WHERE', 'HAVING', 'RETURNING'] as const;

/** Whether the list that the comma stands in is that of a FROM. */
function isInFrom(tokens: readonly Token[], comma: number): boolean {
  let depth = 0;
  for (let index = comma - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (isOperator(token, ')')) depth += 1;
    else if (isOperator(token, '(')) depth = Math.max(0, depth - 1);
    else if (depth === 0 && isKeyword(token, 'FROM')) return true;
    else if (depth === 0 && listsOthers.some((word) => isKeyword(token, word))) return false;
  }
  return false;
}

/** A function that takes any arguments, and does nothing with them but make a text. */
const harmless = 'char';

/** The text with a harmless function in the place of each denied one that it calls. */
export function replaceCalls(sql: string): string {
  const calls = findReaches(sql).filter(({ type }) => type === 'function');
  return calls.reduceRight((text, { start, end }) => text.slice(0, start) + harmless + text.slice(end), sql);
}

/** The text once for each denied name that it has, with another in its place wherever that stands. */
export function replaceMentions(sql: string, by: string): readonly { readonly name: string; readonly text: string }[] {
  const found = new Set([...sql.matchAll(everyMention)].map(([text]) => foldName(text)));
  return [...found].map((name) => ({
    name,
    text: sql.replaceAll(everyMention, (text) => (foldName(text) === name ? by : text)),
  }));
}
