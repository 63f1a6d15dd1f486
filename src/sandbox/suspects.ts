/** Finds denied names in a statement's text: calls of a denied function, and uses of a denied virtual table. */

import { isKeyword, isOperator } from '../sql/cursor.ts';
import { foldName, unquoteIdentifier } from '../sql/identifiers.ts';
import { type Token, tokenize } from '../sql/tokenize.ts';
import { type Context, isCall, readContext } from './calls.ts';
import { deniedFunctions, deniedTables, type Harm } from './lists.ts';
import { everyMention, mentionsDenied } from './mentions.ts';

/** Something outside of its database that a statement uses. */
export interface Reach {
  /** The position of its name in the text. */
  readonly start: number;
  readonly end: number;
  /** As it is written, unquoted. */
  readonly name: string;
  readonly type: 'function' | 'table';
  readonly does: Harm;
  /** False if it may be a table of the user with that name. */
  readonly isCertain: boolean;
}

/**
 * What the statement calls, and what it may use as a table, by its tokens. A name before `(` is no call in a place
 * where the grammar has another name: a table with its columns, a common table expression, a type, an alias.
 * @returns nothing for a statement that has such names only as columns, its own tables or texts
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
    const called = isCall(tokens, index, context);
    const isOption = context.object === 'virtual-table' && isOptionValue(tokens, index);
    const calls = token.kind === 'string' && !isOption ? undefined : deniedFunctions.get(folded);
    if (calls !== undefined && (called || isOption))
      return [{ name, type: 'function', does: calls, start, end, isCertain: true }];
    const reads = deniedTables.get(folded);
    if (reads === undefined || !(called || isOption || isTable(tokens, index, context))) return [];
    // SQLite reserves names with this beginning; and the user's tables are all in `main`.
    const isCertain = called || isOption || folded.startsWith('sqlite_') || isInOtherSchema(tokens, index);
    return [{ name, type: 'table', does: reads, start, end, isCertain }];
  });
}

/** True for the value of a virtual table's option: `compress=…` is called by FTS4, `content=…` is read. */
function isOptionValue(tokens: readonly Token[], index: number): boolean {
  return isOperator(tokens[index - 1], '=');
}

/** An engine's own table is found under the name of any schema, even one that does not exist. */
function isInOtherSchema(tokens: readonly Token[], index: number): boolean {
  const schema = isOperator(tokens[index - 1], '.') ? tokens[index - 2] : undefined;
  return schema !== undefined && foldName(unquoteIdentifier(schema.text)) !== 'main';
}

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

/** True also for a table of the user with that name: with the schema, the caller can tell the two apart. */
function isTable(tokens: readonly Token[], index: number, context: Context): boolean {
  const { head, object, common, inFrom } = context;
  const name = tokens[index];
  if (name === undefined || common.has(foldName(unquoteIdentifier(name.text)))) return false;
  if (object === 'virtual-table' && isKeyword(tokens[index - 1], 'USING')) return true;
  if (index < head) return false;
  let before = isOperator(tokens[index - 1], '.') ? index - 3 : index - 1;
  while (isOperator(tokens[before], '(')) before -= 1;
  if (beforeTables.some((word) => isKeyword(tokens[before], word))) return true;
  return isOperator(tokens[before], ',') && inFrom[before] === true;
}

/** A function that takes any arguments, and only makes a text of them. */
const harmless = 'char';

/** The text with a harmless function instead of each denied one that it calls. */
export function replaceCalls(sql: string): string {
  const calls = findReaches(sql).filter(({ type }) => type === 'function');
  return calls.reduceRight((text, { start, end }) => text.slice(0, start) + harmless + text.slice(end), sql);
}

/** For each denied name in it, the text with another name in all of its places. */
export function replaceMentions(sql: string, by: string): readonly { readonly name: string; readonly text: string }[] {
  const found = new Set([...sql.matchAll(everyMention)].map(([text]) => foldName(text)));
  return [...found].map((name) => ({
    name,
    text: sql.replaceAll(everyMention, (text) => (foldName(text) === name ? by : text)),
  }));
}
